"""What each address answers. Every page asks a fixed number of queries, whatever it shows, and never meets a draft.

`front`, `results` (the list), `records` (one algorithm), `history` (versions, differences, what is gone), `across` (by
organisation, supplier, data source, theme), `log` (changes), `figures`, `pages` (texts), `machines` (robots, sitemap).
"""
