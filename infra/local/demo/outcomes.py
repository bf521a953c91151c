"""What all outcomes are made of: events with their time, and a choice among outcomes by their shares."""

from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any, NamedTuple, TypeVar

Outcome = TypeVar("Outcome")


class TimedEvent(NamedTuple):
    """An event in its provider's shape, and when it happened."""

    at: datetime
    event: dict[str, Any]


def one_of(chance: Random, shares: Mapping[Outcome, float]) -> Outcome:
    """An outcome, each as often as its share says."""
    return chance.choices(list(shares), list(shares.values()))[0]


def number_of(text: str) -> int:
    """A number made of a text, the same in every process."""
    return sum(index * ord(character) for index, character in enumerate(text, 1))


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970, as providers write moments."""
    return int(at.timestamp() * 1000)
