"""Athena SQL as Trino means it, whatever engine runs it: how it is read, its types, its functions."""
