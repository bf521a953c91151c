"""What the Lambda event-source mappings do on AWS: receive a wake-up, run the hub, delete it or try again later."""

import functools
import logging
import threading
import time
from collections.abc import Callable

from infra.local.deployment import Deployment
from orchestrator import defects
from orchestrator.backoff import full_jitter
from orchestrator.errors import DefectError, NotYetError, ParleyError, SupersededError
from orchestrator.hub import Hub
from orchestrator.settings import Settings
from orchestrator.stores.sqlite.wake_ups import Leased, SqliteWakeUps

log = logging.getLogger(__name__)

POLL_S = 0.25  # how soon a worker sees a wake-up of another process, or one whose delay is over
SWEEP_S = 60.0


def work_off(deployment: Deployment, wake_up: Leased) -> None:
    """One wake-up of whatever kind, to its end: done, tried again later, or buried after its last receive."""
    queue = deployment.queue
    match wake_up.kind:
        case "send":
            last = wake_up.receives >= deployment.settings.sending.send_max_receives
            dispatch = functools.partial(deployment.dispatcher.dispatch, wake_up.key, last_receive=last)
            _worked_off(queue, wake_up, "carrying a send", dispatch, last)
        case "report":
            last = wake_up.receives >= deployment.settings.turns.max_receives
            report = functools.partial(deployment.outbox.take_report, wake_up.key, deployment.tell)
            _worked_off(queue, wake_up, "taking a report", report, last)
        case _:
            work(deployment.hub, queue, wake_up, deployment.settings)


def _worked_off(queue: SqliteWakeUps, wake_up: Leased, doing: str, call: Callable[[], object], last: bool) -> None:
    try:
        with defects.translated(doing):
            call()
    except NotYetError as error:
        queue.retry_in(wake_up, error.delay_s, uncounted=True)
    except SupersededError:
        queue.retry_in(wake_up, 1, uncounted=True)
    except ParleyError as error:
        log.warning("%s %s failed (receive %d): %s", wake_up.kind, wake_up.key, wake_up.receives, error)
        if last:
            queue.bury(wake_up)
        else:
            queue.retry_in(wake_up, full_jitter(wake_up.receives))
    else:
        queue.done(wake_up)


def work(hub: Hub, queue: SqliteWakeUps, wake_up: Leased, settings: Settings) -> None:
    """A conversation's wake-up, to its end: done, tried again later, or buried after its last receive."""
    last = wake_up.receives >= settings.turns.max_receives
    try:
        with defects.translated("carrying a turn"):
            hub.converse(wake_up.key, last_receive=last)
    except NotYetError as error:
        queue.retry_in(wake_up, error.delay_s, uncounted=True)
    except SupersededError:
        queue.retry_in(wake_up, 1, uncounted=True)
    except ParleyError as error:
        _failed(hub, queue, wake_up, last, error)
    else:
        queue.done(wake_up)


def _failed(hub: Hub, queue: SqliteWakeUps, wake_up: Leased, last: bool, error: ParleyError) -> None:
    """Try again later; after the last receive apologise where a defect was the cause, and else keep it as dead."""
    log.warning("wake-up %d of %s failed (receive %d): %s", wake_up.id, wake_up.key, wake_up.receives, error.logged)
    if not last:
        queue.retry_in(wake_up, full_jitter(wake_up.receives))
    elif isinstance(error, DefectError) and _given_up(hub, wake_up):
        queue.done(wake_up)
    else:
        queue.bury(wake_up)


def _given_up(hub: Hub, wake_up: Leased) -> bool:
    """Whether the turn could be ended; where not, the sweeper ends it."""
    try:
        with defects.translated("giving up"):
            hub.converse(wake_up.key, last_receive=True, giving_up=True)
    except ParleyError as error:
        log.warning("giving up on %s has to wait: %s", wake_up.key, error.logged)
        return False
    return True


class Workers:
    """Threads that work off the queue, sweep, and run one more periodic job (the lake's flush)."""

    def __init__(self, deployment: Deployment, *, count: int) -> None:
        self._deployment = deployment
        self._stopping = threading.Event()
        self._woken = threading.Condition()
        self._threads = [threading.Thread(target=self._work, name=f"worker-{n}", daemon=True) for n in range(count)]
        self.every(SWEEP_S, self._sweep)

    def every(self, seconds: float, job: Callable[[], object]) -> None:
        """Also run `job` again and again, in a thread of its own. Call before `start`."""

        def repeat() -> None:
            while not self._stopping.wait(seconds):
                _survive(job)

        self._threads.append(threading.Thread(target=repeat, name=getattr(job, "__name__", "job"), daemon=True))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something is in the queue."""
        with self._woken:
            self._woken.notify()

    def stop(self, within_s: float | None = None) -> bool:
        """Begin no step any more, and wait for those under way, at most `within_s` seconds. Whether all have ended."""
        self._stopping.set()
        with self._woken:
            self._woken.notify_all()
        until = None if within_s is None else time.monotonic() + within_s
        for thread in filter(threading.Thread.is_alive, self._threads):
            thread.join(None if until is None else max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while not self._stopping.is_set():
            wake_up = self._deployment.queue.lease()
            if wake_up:
                work_off(self._deployment, wake_up)
            else:
                with self._woken:
                    self._woken.wait(POLL_S)

    def _sweep(self) -> None:
        self._deployment.hub.sweep()
        self._deployment.dispatcher.sweep()


def _survive(job: Callable[[], object]) -> None:
    try:
        with defects.translated("running a periodic job"):
            job()
    except ParleyError as error:
        log.warning("a periodic job has to wait: %s", error.logged)
