"""A deployment rehearsed: its templates in an account of moto's, events carried along their links, rows at the end.

values.py    the templates' references as the account's own names
account.py   what moto's CloudFormation makes of the templates, and what only has a name
hops.py      what AWS does between two resources, where moto does not: one function a hop
rehearsal.py carries events from the providers to the lake, by nothing but what the templates say
"""
