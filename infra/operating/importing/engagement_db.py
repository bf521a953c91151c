"""Brings a lake of the AWS Engagement Database sample over, into the embedded one.

    object ─ rows ▶ record ─ transform ▶ row | rejected row ─ is it there? ▶ journal ─ flush ▶ lake

Every old row is counted once: written, already there, or rejected and kept. What a row becomes has the same event_id
each time, so an import that was stopped, or is run again, adds what is missing and nothing else.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from infra.local.deployment import Deployment
from infra.operating.importing.old_lake import OldObject, old_lake
from infra.operating.importing.records import Made
from infra.operating.objects import UnreadableError
from infra.operating.replay.targets import EmbeddedTarget
from transformer.lake import journal
from transformer.pipeline import transform
from transformer.results import Rejected, Row

_AT_ONCE = 5_000  # rows that are looked up, and written, together
_REJECTED = """
    WITH wanted AS (SELECT id FROM UNNEST(split(:ids, ',')) AS given (id))
    SELECT event_id FROM rejected WHERE event_id IN (SELECT id FROM wanted)
"""


@dataclass(slots=True)
class Tally:
    """What an import has done so far: read = written + already_there + rejected."""

    files: int = 0
    read: int = 0
    written: int = 0
    already_there: int = 0
    rejected: int = 0  # and kept in the table `rejected`
    left_out: int = 0  # files of what Firehose could not deliver
    reasons: dict[str, int] = field(default_factory=dict)  # of rejected rows, and how many
    unreadable: list[str] = field(default_factory=list)  # files, each with its reason


class Import:
    """Into one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self.tally = Tally()
        self._deployment = deployment
        self._target = EmbeddedTarget(deployment)
        self._waiting: list[Made] = []

    def run(self, where: str) -> Iterator[Tally]:
        """Imports what is below a folder or s3://bucket/prefix; the tally after each object.

        Raises `UnreadableError` where there is nothing to read at all, and `OSError`; what was written stays.
        """
        self._deployment.lake.flush()
        for each in old_lake(where):
            self.tally.files += 1
            self.tally.left_out += each.kind == "errors"
            self._take(each)
            yield self.tally
        self._write()
        yield self.tally

    def _take(self, each: OldObject) -> None:
        """An object that is not what it should be stops no other."""
        now = self._deployment.clock()
        try:
            for row in each.rows():
                for made in row.made(self._transform, now):
                    self.tally.read += 1
                    self._waiting.append(made)
                if len(self._waiting) >= _AT_ONCE:
                    self._write()
        except UnreadableError as error:
            self.tally.unreadable.append(str(error))

    def _transform(self, record: bytes, arrived_at: datetime) -> Sequence[Row | Rejected]:
        """Not redacted: that changes no event_id, and may cost a call. What is written is redacted."""
        settings, templates = self._deployment.settings.records, self._deployment.templates.current()
        return transform(record, arrived_at, account_id=settings.account_id, templates=templates)

    def _write(self) -> None:
        there = self._there()
        new = []
        for made in self._waiting:
            if made.event_ids <= there:
                self.tally.already_there += 1
                continue
            there |= made.event_ids  # the old lake may have an event twice
            self._count(made)
            new.append(made)
        self._waiting.clear()
        self._put(new)
        self._deployment.lake.flush()

    def _there(self) -> set[str]:
        """Of what waits to be written: the rows that are in the lake or on the way there, and rejected ones kept."""
        ids = sorted({event_id for made in self._waiting for event_id in made.event_ids})
        if not ids:
            return set()
        kept = self._deployment.engine().query(_REJECTED, {"ids": ",".join(ids)})
        return self._target.there(ids) | {str(event_id) for (event_id,) in kept.rows}

    def _count(self, made: Made) -> None:
        if made.rejections:
            self.tally.rejected += 1
            reason = made.rejections[0].reason
            self.tally.reasons[reason] = self.tally.reasons.get(reason, 0) + 1
        else:
            self.tally.written += 1

    def _put(self, new: Sequence[Made]) -> None:
        """Durable on return, with the hours in which they shall lie."""
        with closing(self._deployment.store.database.connect()) as connection, connection:
            journal.append(connection, ((made.arrived_at, made.record) for made in new))
