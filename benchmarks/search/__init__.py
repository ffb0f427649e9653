"""How well the search finds: queries as people type them, with the records each should find, judged by reading.

    python -m benchmarks.search [--set tuning|held-out|all] [--misses]

The records are the 36 of the national register's sample and the five of the seeds, which lie beside the checkout. The
queries were written from those records, by somebody who had not read how the search works nor which synonyms it knows.
A record is expected when a reader of it would say "yes, that is about this", whatever words it uses: so *stempas*
expects Stemgerechtigden. Where a query is a name, or a part of one, only the record with that name is expected.

Left out, because no record is about them: children (other than how many are born), WOZ values, anything in English:
the texts are all Dutch, with a few English terms, which stand among the phrases and abbreviations.

`judged.py` holds the set and its figures, `corpus.py` fills a register and asks it through the public API.
"""
