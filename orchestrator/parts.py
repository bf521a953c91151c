"""How something leaves, part after part, so that a crash anywhere loses nothing and repeats what it must.

    waiting ─ begun ▶ sending ─ provider takes it ▶ sent
                         │  ├─ refuses it ▶ failed, and the rest skipped
                         │  └─ cannot be reached ▶ waiting again
                         └─ crash ▶ found `sending`: sent again, or skipped; counted either way

One write closes a send and opens the next, so that each part costs one. What was sent and not kept is the window that
nobody can close: no provider's send takes an idempotency token. The story of a turn and the story of a send share this.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

import msgspec

from orchestrator import defects
from orchestrator.errors import (
    ConfigurationError,
    DefectError,
    NotYetError,
    OptedOutError,
    ParleyError,
    RefusedError,
    SupersededError,
    UncertainError,
    UpstreamError,
)
from orchestrator.model import Failure, Outgoing, Part, Receipt

PROMISED = (UpstreamError, RefusedError, ConfigurationError)  # by channels that send and answerers that are asked
Parts = tuple[Part, ...]


class Sender(Protocol):
    """What of a channel is needed here."""

    def send(self, outgoing: Outgoing, part: Part) -> Receipt:
        """Raises `UpstreamError` (try again), `RefusedError` (never), `ConfigurationError` (the operator)."""
        ...


class Leaving(Protocol):
    """Something that leaves, as its story keeps it."""

    @property
    def parts(self) -> Parts: ...

    @property
    def claimed_until(self) -> datetime | None:
        """Until when this worker may send: nobody else does so before."""
        ...

    def keep(self, parts: Parts) -> None:
        """Write how far they are, and claim the rest for this worker anew. Raises `SupersededError`."""
        ...

    def release(self, parts: Parts) -> None:
        """Write how far they are, and let any worker go on at once. Raises `SupersededError`."""
        ...


class Left(NamedTuple):
    """All parts at their ends; the last of it is not kept yet, for the story closes with the same write."""

    parts: Parts
    opted_out: OptedOutError | None  # set where the provider refused because the person had opted out


def leave(
    leaving: Leaving,
    sender: Sender,
    outgoing: Outgoing,
    clock: Callable[[], datetime],
    *,
    last_receive: bool = False,
    giving_up: bool = False,
) -> Left:
    """Send every part that is not through.

    When giving up, what cannot be sent now has failed; on the last receive, what a defect stands in the way of.

    Raises `UpstreamError` and `ConfigurationError` after releasing it, and `SupersededError` where the claim has run
    out or another worker has written.
    """
    opted_out = None
    while (index := being_sent(leaving.parts)) is not None:
        parts = leaving.parts
        _check_claim(leaving, clock(), outgoing.ref)
        try:
            with defects.translated("sending", *PROMISED):
                receipt = sender.send(outgoing, parts[index])
            parts = _with(parts, index, state="sent", message_id=receipt.message_id)
        except RefusedError as error:
            parts = _failed(parts, index, error, str(error))
            opted_out = error if isinstance(error, OptedOutError) else None
        except (UpstreamError, ConfigurationError) as error:
            if not (giving_up or (last_receive and isinstance(error, DefectError))):
                # A send of unknown outcome stays `sending`; one that certainly did not happen waits again.
                leaving.release(parts if isinstance(error, UncertainError) else _waiting_again(parts))
                raise
            parts = _failed(parts, index, error, f"gave up: {error}")
        parts = begun(parts)
        if being_sent(parts) is None:
            return Left(parts, opted_out)
        leaving.keep(parts)
    return Left(leaving.parts, opted_out)


def begun(parts: Parts) -> Parts:
    """The first waiting part becomes the one being sent, unless one is."""
    if any(part.state == "sending" for part in parts):
        return parts
    waiting = next((index for index, part in enumerate(parts) if part.state == "waiting"), None)
    return parts if waiting is None else _with(parts, waiting, state="sending")


def being_sent(parts: Parts) -> int | None:
    """The part whose send is open; None when all are through."""
    return next((index for index, part in enumerate(parts) if part.state == "sending"), None)


def resumed(parts: Parts, unconfirmed_part: Literal["resend", "skip"]) -> tuple[Parts, int]:
    """The parts as another worker takes them up, and how many of them may have been sent already: 0 or 1."""
    index = being_sent(parts)
    if index is None:
        return begun(parts), 0
    if unconfirmed_part == "skip":
        parts = _with(parts, index, state="skipped", error="not confirmed before an interruption")
    return begun(parts), 1


def wait_for_claim(claimed_until: datetime | None, now: datetime, what: str) -> None:
    """Raises `NotYetError` while another worker is believed to be on it."""
    if claimed_until and claimed_until > now:
        raise NotYetError(f"another worker is on this {what}", (claimed_until - now).total_seconds())


def _check_claim(leaving: Leaving, now: datetime, ref: str) -> None:
    if leaving.claimed_until is None or leaving.claimed_until <= now:
        raise SupersededError(f"this worker's claim on {ref} ran out before a send")


def _with(parts: Parts, index: int, **changes: str) -> Parts:
    return (*parts[:index], msgspec.structs.replace(parts[index], **changes), *parts[index + 1 :])


def _waiting_again(parts: Parts) -> Parts:
    return tuple(msgspec.structs.replace(part, state="waiting") if part.state == "sending" else part for part in parts)


def _failed(parts: Parts, index: int, error: ParleyError, told: str) -> Parts:
    """A part that will never go out takes the rest with it: half an answer helps nobody."""
    rest = tuple(
        msgspec.structs.replace(part, state="skipped", error="an earlier part failed") for part in parts[index + 1 :]
    )
    return (*_with(parts, index, state="failed", error=told, failure=_kind(error))[: index + 1], *rest)


def _kind(error: ParleyError) -> Failure:
    kinds: tuple[tuple[type[ParleyError], Failure], ...] = (
        (OptedOutError, "opted_out"),
        (RefusedError, "refused"),
        (ConfigurationError, "misconfigured"),
        (DefectError, "defect"),
    )
    return next((kind for of, kind in kinds if isinstance(error, of)), "unavailable")
