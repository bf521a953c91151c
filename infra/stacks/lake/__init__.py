"""The lake: where rows lie, how they come there, and how they are asked for.

storage.py       buckets: the lake, answers to queries, analysts' templates
tables.py        Glue tables, made of transformer/schema.py, whose partitions nobody registers
transformer.py   the function that turns a stream's events into rows
stream.py        a Firehose stream: events in, Parquet files of one table out
workgroup.py     where Athena puts answers, and how much a question may scan
stack.py         all of it
"""
