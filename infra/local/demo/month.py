"""The story: day after day people write, the hub answers, campaigns go out, and the lake fills."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import msgspec

from infra.local.demo import campaigns, inbound
from infra.local.demo.answering import Clock
from infra.local.demo.organisation_hub import KEY, OrganisationHub
from infra.local.demo.people import ORGANISATIONS, people
from infra.local.demo.providers import Providers
from infra.local.demo.schedule import Schedule, Writing
from infra.local.demo.stream import Arrival, Stream
from infra.local.deployment import PRIVATE, Deployment
from infra.local.samples import load_samples
from orchestrator.settings import Settings
from transformer.lake import journal


class Month:
    """Fills the deployment of a data folder that is new. `seed` decides everything but the time, which is `until`.

    It opens `deployment`; whoever runs the month closes it.
    """

    def __init__(self, data: Path, *, seed: int, until: datetime, days: int, turns_per_day: int) -> None:
        self._days = [until - timedelta(days=days - number) for number in range(days)]
        self._turns_per_day = turns_per_day
        self._chance = Random(seed)  # noqa: S311 - made-up people, no secrets
        self._clock = Clock(self._days[0])
        data.mkdir(PRIVATE, parents=True, exist_ok=True)
        (data / KEY).touch(mode=0o600)
        (data / KEY).write_text(hashlib.sha256(f"demo {seed}".encode()).hexdigest())
        self.deployment = Deployment(data, Settings(), clock=self._clock)
        load_samples(self.deployment)
        self._people = people(self._chance, turns_per_day)
        self._schedule = Schedule(self._chance, self._people)
        self._stream = Stream(self._chance)
        self._hubs = self._open_hubs()

    def run(self) -> Iterator[int]:
        """Yields after each writing, with the number of the day it belongs to, from 0. The lake is written each day."""
        for number, midnight in enumerate(self._days):
            for at, event in campaigns.day_events(self._chance, midnight, self._people):
                self._stream.put(at, msgspec.json.encode(event))
            for writing in self._schedule.day(midnight, self._turns_per_day):
                self._happen(writing)
                yield number
            self._end(midnight + timedelta(days=1))

    def _happen(self, writing: Writing) -> None:
        hub = self._hubs[writing.person.organisation.name]
        self._clock.now = max(self._clock.now, writing.at)
        woken: list[str] = []
        for text in writing.texts:
            event = self._event(writing, text)
            if writing.kind == "broken" and self._chance.random() < 0.3:
                hub.reject(event[: len(event) // 2])
                continue
            woken += hub.deliver(event)
            if writing.twice:
                woken += hub.deliver(event)
            hub.note_command(writing.person, text)
            self._clock.pass_seconds(self._chance.uniform(1.2, 5))
        hub.answer(woken)

    def _event(self, writing: Writing, text: str) -> bytes:
        message_id, at = f"{self._chance.getrandbits(128):032x}", self._clock()
        match writing.kind:
            case "message":
                return inbound.event(writing.person, text, message_id, at)
            case "harmful":
                return inbound.harmful_mail(writing.person, message_id, at)
            case "automatic":
                return inbound.automatic_mail(writing.person, message_id, at)
            case "broken":
                return inbound.broken_sms(writing.person, message_id, at)

    def _end(self, midnight: datetime) -> None:
        """Of a day: what has reached the stream by now is written to the lake."""
        self._clock.now = max(self._clock.now, midnight)
        self._stream.deliver(midnight, self._keep)
        self.deployment.lake.flush()
        self.deployment.lake.seal()

    def _keep(self, arrivals: Iterable[Arrival]) -> None:
        with self.deployment.store.database.transaction() as connection:
            journal.append(connection, ((arrival.at, arrival.body) for arrival in arrivals))

    def _open_hubs(self) -> Mapping[str, OrganisationHub]:
        by_address = {person.address: person for person in self._people}
        hubs = {}
        for organisation in ORGANISATIONS:
            providers = Providers(organisation, by_address, self._stream, self._chance, self._clock)
            hubs[organisation.name] = OrganisationHub(
                organisation, self.deployment, providers, self._chance, self._clock
            )
        return hubs
