"""Whose an address of ours is. There is one tenant until a deployment has several; everything asks here.

A tenant has its own addresses, answerers, texts and budgets; nothing of one reaches another. So its name is part of
contact keys (and with them of budgets and consent), of every record and row, and of each look-up of a setting.
"""

DEFAULT = "default"  # the tenant of a deployment that has only one


def tenant_of(our_address: str) -> str:  # noqa: ARG001 - by which several will be told apart
    """The tenant that one of our addresses belongs to."""
    return DEFAULT
