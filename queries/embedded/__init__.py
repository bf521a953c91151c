"""From a checked Athena statement to DuckDB's SQL: every expression with its type, every function from our list.

DuckDB understands much that Athena does not, and means something else by much that both have. So none of its SQL comes
from the analyst's text: it is built, function by function, from what is listed here and tested.
"""
