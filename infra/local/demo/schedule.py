"""Who writes what on a day, and when: nobody knows yet what will be answered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Literal

import msgspec

from infra.local.demo.people import Person

Kind = Literal["message", "harmful", "automatic", "broken"]

# Shares of a day's writing by hour, UTC.
_HOURS = (4, 2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 9, 12, 14, 15, 15, 14, 13, 12, 11, 10, 8, 6)
_KINDS: Mapping[Kind, float] = {"message": 0.974, "automatic": 0.012, "harmful": 0.004, "broken": 0.01}
_UNKNOWN = 0.3  # of questions: those that no document covers
_STOPS = 0.006  # of conversations end with a STOP
_COMES_BACK = 0.25  # of those who wrote it
_BURST = 0.12  # of questions come in two messages


@dataclass(frozen=True)
class Writing:
    """One person writes: the texts come together, and are answered together."""

    at: datetime
    person: Person
    texts: tuple[str, ...]
    kind: Kind = "message"
    twice: bool = False  # the topic delivers it again


class Schedule:
    """Plans one day after the other; people who wrote STOP stay away from then on."""

    def __init__(self, chance: Random, people: Sequence[Person]) -> None:
        self._chance = chance
        self._people = people
        self._keenness = [chance.paretovariate(1.3) for _ in people]
        self._shares = [keen * person.organisation.share for keen, person in zip(self._keenness, people, strict=True)]
        self._silent: set[str] = set()
        self._questions = msgspec.json.decode(
            Path(__file__).with_name("questions.json").read_bytes(), type=dict[str, list[str]]
        )

    def day(self, midnight: datetime, turns: int) -> list[Writing]:
        """About so many turns, in order of time; a conversation that begins late may go on after midnight."""
        planned: list[Writing] = []
        while len(planned) < turns:
            (person,) = self._chance.choices(self._people, self._shares)
            if person.address not in self._silent:
                planned += self._conversation(midnight, person)
        return sorted(planned, key=lambda writing: writing.at)

    def _conversation(self, midnight: datetime, person: Person) -> Iterator[Writing]:
        (hour,) = self._chance.choices(range(24), _HOURS)
        at = midnight + timedelta(hours=hour, seconds=self._chance.uniform(0, 3599))
        kind = self._kind(person)
        if kind != "message":
            yield Writing(at, person, ("",), kind)
            return
        for _ in range(self._chance.choices((1, 2, 3, 4), (55, 25, 13, 7))[0]):
            yield Writing(at, person, self._question(person), twice=self._chance.random() < 0.02)
            at += timedelta(seconds=self._chance.uniform(20, 240))
        if self._chance.random() < _STOPS:
            yield Writing(at, person, ("STOP",))
            if self._chance.random() < _COMES_BACK:
                yield Writing(at + timedelta(hours=1), person, ("START",))
            else:
                self._silent.add(person.address)

    def _kind(self, person: Person) -> Kind:
        (kind,) = self._chance.choices(list(_KINDS), list(_KINDS.values()))
        only_on = {"harmful": "email", "automatic": "email", "broken": "sms"}
        return kind if only_on.get(kind, person.channel) == person.channel else "message"

    def _question(self, person: Person) -> tuple[str, ...]:
        known = self._chance.random() >= _UNKNOWN
        text = self._chance.choice(self._questions[person.language if known else f"{person.language}_unknown"])
        greeting = {"en": "Hi!", "es": "¡Hola!"}[person.language]
        return (greeting, text) if self._chance.random() < _BURST else (text,)
