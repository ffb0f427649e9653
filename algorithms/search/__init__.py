"""Search: what can be found of a record, and how a question is answered. DESIGN §6.

`analyser` cuts texts into words, `texts` says which of a document, `index` keeps them; `query` reads a question,
`engine` answers it word by word (`terms`) with the register's own `vocabulary`, `synonyms` and `spelling`; `levels`
says in what order, `matching` where the words stand. `suggest` is for while someone types.
"""
