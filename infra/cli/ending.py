"""The end of a server: in order where that is soon done, and at once where it is not.

A thread cannot be stopped from outside, whatever it waits for. So a second thread, begun with the interrupt, leaves the
process when the time is over. Nothing is lost by it: what was acknowledged is on disk, and the next start goes on from
there, as after `kill -9` (tests/stories/test_kill.py).
"""

import os
import sys
import threading
from types import FrameType

import click
import uvicorn

WITHIN_S = 4.0  # seconds from the interrupt to the end of the process, at the latest


class Ending:
    """One for each process. `begin` may be called often; the first call counts."""

    def __init__(self, within_s: float = WITHIN_S) -> None:
        self._timer = threading.Timer(within_s, self.now)
        self._timer.daemon = True  # who has ended in order does not wait for it
        self._begun = threading.Lock()

    def begin(self) -> None:
        """From now on, the process has only so long."""
        if self._begun.acquire(blocking=False):
            self._timer.start()

    def now(self) -> None:
        """Leave, whatever still runs."""
        click.echo("Something did not end in time and was given up; the next start goes on from there.", err=True)
        sys.stdout.flush()
        os._exit(1)


class Interruptible(uvicorn.Server):
    """A server whose first signal begins its `ending`."""

    def __init__(self, config: uvicorn.Config, ending: Ending) -> None:
        super().__init__(config)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._ending.begin()
        super().handle_exit(sig, frame)
