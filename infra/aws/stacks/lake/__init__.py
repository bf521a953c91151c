"""The lake: where rows lie, how they come there, and how they are asked for.

storage.py        buckets: the lake, answers to queries, analysts' templates
tables.py         Glue tables, made of transformer/schema.py, whose partitions nobody registers
transformer.py    the function that turns a stream's events into rows
stream.py         a Firehose stream: events in, Parquet files of one table out
delivery.py       what Firehose may do for it
workgroup.py      where Athena puts answers, and how much a question may scan
questions.py      the catalogue's views and reports, for those who ask in Athena's console
compaction.py     a function that merges small files by night; optional
compatibility.py  the tables of AWS's engagement database sample over ours; optional
stack.py          all of it
"""
