"""The embedded lake's writer: each record of the journal becomes rows once, whatever dies in between.

    journal ─ assign to the open batch ▶ records ─ transform ▶ rows ─ rewrite the batch's files ▶ visible
            ◀ delete ─ seal: move the files where they stay ◀ when the batch is old or large

Records are given to a batch before a file is written, and a batch's files have the batch's name. So after a crash the
same records make the same files again: nothing is missing and nothing is there twice. While the batch is open its files
are rewritten with every flush that has something new, which makes rows visible at once and files of a useful size.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from transformer.lake.batch_files import BatchFiles, Flushed, Transform
from transformer.lake.journal import Journal
from transformer.lake.layout import LOCK
from transformer.lake.lock import FileLock


@dataclass(frozen=True, slots=True)
class Limits:
    """When a batch is sealed: whichever comes first."""

    age: timedelta = timedelta(seconds=60)
    records: int = 10_000
    bytes: int = 32 * 1024 * 1024


class LakeWriter:
    """Writes the lake in the folder `lake` from `journal`. For one thread; `clock` gives aware UTC.

    The first flush takes the lake's lock, which is kept until `close`, and first finishes what a dead process began.
    """

    def __init__(
        self,
        lake: Path,
        journal: Journal,
        transform: Transform,
        clock: Callable[[], datetime],
        limits: Limits | None = None,
    ) -> None:
        self._lake = lake
        self._journal = journal
        self._transform = transform
        self._clock = clock
        self._limits = limits or Limits()
        self._lock = FileLock(lake / LOCK)
        self._open: BatchFiles | None = None
        self._recovered = False

    def flush(self) -> Flushed:
        """Make everything that waits in the journal visible. Raises `OSError` and the journal's errors.

        After an error nothing is lost: the next flush begins from the journal.
        """
        if not self._lock.acquire():
            return Flushed(locked_out=True)
        try:
            done = self._recover() + self._write_waiting()
            if self._open and self._clock() - self._open.opened_at >= self._limits.age:
                self.seal()
        except BaseException:
            self._open, self._recovered = None, False
            raise
        return done

    def seal(self) -> None:
        """End the open batch, if there is one: its files are final, its records leave the journal."""
        if self._open:
            batch, self._open, self._recovered = self._open, None, False
            self._seal(batch)
            self._recovered = True

    def close(self) -> None:
        """Seal, and let another process write the lake."""
        self.seal()
        self._recovered = False
        self._lock.release()

    def _recover(self) -> Flushed:
        """Write whole and seal every batch that a process which died, or a failed flush, has left."""
        done = Flushed()
        if not self._recovered:
            for name in self._journal.batches():
                batch = BatchFiles(name, self._lake, self._clock())
                done += batch.add(self._journal.read(name), self._transform)
                batch.remove_others()
                self._seal(batch)
            self._recovered = True
        return done

    def _write_waiting(self) -> Flushed:
        """Every record that has no batch yet, in as many batches as it takes."""
        done = Flushed()
        while True:
            batch = self._open or self._new_batch()
            room = self._limits.records - batch.records, self._limits.bytes - batch.bytes
            if not (records := self._journal.assign(batch.name, *room)):
                return done
            self._open = batch
            done += batch.add(records, self._transform)
            if batch.records >= self._limits.records or batch.bytes >= self._limits.bytes:
                self.seal()

    def _seal(self, batch: BatchFiles) -> None:
        batch.seal()
        self._journal.delete(batch.name)

    def _new_batch(self) -> BatchFiles:
        """Its name is no other's: a lake may outlive its journal."""
        opened_at = self._clock()
        return BatchFiles(f"{opened_at:%Y%m%dT%H%M%S}-{secrets.token_hex(8)}", self._lake, opened_at)
