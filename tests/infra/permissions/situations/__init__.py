"""Every situation of the functions in which they ask AWS for something.

A call that no situation leads to is one whose right nobody would prove: test_recorded_calls.py finds its line.
"""

from tests.infra.permissions.situations import (
    answering,
    carrying,
    compacting,
    deploying,
    receiving,
    sending,
    sweeping,
    transforming,
)
from tests.infra.permissions.situations.situation import Situation

__all__ = ["Situation", "every_situation"]


def every_situation() -> list[Situation]:
    """New fakes for each, which remember what they were asked."""
    modules = (receiving, sending, answering, sweeping, carrying, transforming, compacting, deploying)
    return [situation for module in modules for situation in module.situations()]
