"""The story of a send.

    request ─ accept ▶ Send ─ next_of ▶ Step ─ gate ▶ channel.compose ▶ parts ─ leave ▶ receipts
            ─ told | wait over ▶ next Step … ─ end ▶ record

`accept` keeps a send and wakes it. `dispatch` takes it up and does what is to be done now: the next step of its plan
leaves, or it waits, or it ends; each step is one conditional write, and killed anywhere, the next wake-up goes on from
the last one kept. `tell` takes what providers say of it, and wakes it: a failure sends the next step at once, a success
ends it. What comes after the end counts too: a mail that bounces once it was delivered lets the send go on.
How parts leave: parts.py, as for a turn. Nothing here knows a provider, a store or AWS.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from orchestrator import defects
from orchestrator.channels.channel import Sender
from orchestrator.errors import (
    ConfigurationError,
    DefectError,
)
from orchestrator.keys import send_of, step_ref, step_tags
from orchestrator.model import ChannelName, Content, Outgoing, Progress, WakeUp
from orchestrator.parts import Parts, begun, leave, resumed, wait_for_claim
from orchestrator.records import Records
from orchestrator.sending.gate import Gate
from orchestrator.sending.plans import End, Go, Wait, next_of, reopened
from orchestrator.sending_settings import SendingSettings
from orchestrator.sends import Send, Step, StepStatus, told_of
from orchestrator.stores.ports import Idempotency, Sends, WakeUps

log = logging.getLogger(__name__)

MOST_DELAY = timedelta(minutes=15)  # of one message of SQS; what waits longer is found by the sweep, to the minute


class Dispatcher:
    """Everything it meets comes in from outside: senders, gate, store, queue, clock."""

    def __init__(
        self,
        *,
        senders: Sequence[Sender],
        gate: Gate,
        sends: Sends,
        wake_ups: WakeUps,
        records: Records,
        settings: SendingSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._senders: Mapping[ChannelName, Sender] = {each.name: each for each in senders}
        self._gate = gate
        self._sends = sends
        self._wake_ups = wake_ups
        self._records = records
        self._settings = settings
        self._clock = clock

    # ── accept, tell, cancel ───────────────────────────────────────────────────────────────────────────────────────

    def accept(self, send: Send, names: Sequence[str] = (), idempotency: Idempotency | None = None) -> str:
        """Keep a send and wake it. The same request again changes nothing; returns the id of the send that is kept.

        Raises `RefusedError` for another request with the same key.
        """
        before = self._sends.accept(send, names, idempotency, [self._records.send(send)])
        if before is None:
            self._wake(send.send_id, "accepted")
        return before or send.send_id

    def tell(self, progress: Progress) -> bool:
        """Take what a provider says of a message of ours; whether it was of a send, and changes it."""
        found = send_of(progress.ref)
        told = told_of(progress, found.step) if found else None
        if found is None or told is None or not self._sends.tell(found.send_id, told):
            return False
        self._wake(found.send_id, f"{found.step}-{progress.message_id}-{told.reached}")
        return True

    def cancel(self, send_id: str) -> bool:
        """Let nothing more of it leave; whether there is such a send. What has begun is out already."""
        if not self._sends.cancel(send_id):
            return False
        self._wake(send_id, "canceled")
        return True

    def foreseen(self, send: Send) -> Send:
        """The send as it would leave now, nothing of it kept: what each step would be, or why it would be skipped."""
        return msgspec.structs.replace(send, steps=tuple(self._foreseen(send, step) for step in send.steps))

    def _foreseen(self, send: Send, step: Step) -> Step:
        sender, verdict = self._senders.get(step.to.channel), self._gate.verdict(send, step)
        if sender is None or verdict.reason:
            reason = verdict.reason or f"no {step.to.channel} channel is configured"
            return msgspec.structs.replace(step, status="skipped", reason=reason)
        step = msgspec.structs.replace(step, our_address=verdict.our_address)
        return msgspec.structs.replace(step, parts=tuple(sender.compose(outgoing_of(send, step))))

    # ── dispatch ───────────────────────────────────────────────────────────────────────────────────────────────────

    def dispatch(self, send_id: str, *, last_receive: bool = False) -> Send | None:
        """Do what is to be done with a send now: until it waits, or is over. None for one that is not known.

        On the last receive a step that cannot leave has failed, and gives way to the next. Raises `UpstreamError` (wake
        me again), `ConfigurationError` and `SupersededError` (another worker goes on).
        """
        send = self._sends.load(send_id)
        if send is None:
            return None
        if send.is_over:
            return self._after_the_end(send)
        wait_for_claim(send.claimed_until, self._clock(), "send")
        while True:
            match next_of(send, self._clock()):
                case Go(step):
                    send = self._go(send, step, last_receive)
                case Wait(until):
                    return self._wait(send, until)
                case End() as end:
                    return self._end(send, end)

    def _after_the_end(self, send: Send) -> Send:
        """It may have been read since, or have failed after all: then it goes on where it was left."""
        steps = reopened(send.steps)
        if steps != send.steps:
            open_again = msgspec.structs.replace(send, steps=steps, finished_at=None, status="waiting", reason="")
            self._save(open_again, due_at=self._clock())
            return self.dispatch(send.send_id) or send
        end = next_of(send, self._clock())
        return self._end(send, end) if isinstance(end, End) and end.status != send.status else send

    def _go(self, send: Send, step: Step, last_receive: bool) -> Send:
        """Let a step leave, as far as its parts; it is out then, or has failed."""
        sender = self._senders.get(step.to.channel)
        if sender is None:
            return self._settled(send, step, "failed", f"no {step.to.channel} channel is configured")
        if not step.is_leaving:
            verdict = self._gate.verdict(send, step)
            if verdict.reason:
                return self._settled(send, step, "skipped", verdict.reason)
            step = msgspec.structs.replace(step, our_address=verdict.our_address, began_at=self._clock())
        outgoing = outgoing_of(send, step)
        send, step = self._taken_up(send, step, sender, outgoing)
        leaving = _Leaving(send, step, self._claimed, self._save)
        too_late = step.waits_until is not None and step.waits_until <= self._clock()
        giving_up = last_receive or too_late
        try:
            left = leave(leaving, sender, outgoing, self._clock, last_receive=giving_up, giving_up=giving_up)
        except ConfigurationError as error:
            log.warning("step %s has to wait for the operator: %s", outgoing.ref, type(error).__name__)
            raise
        return self._out(leaving.send, msgspec.structs.replace(step, parts=left.parts))

    def _taken_up(self, send: Send, step: Step, sender: Sender, outgoing: Outgoing) -> tuple[Send, Step]:
        """The step with its parts, claimed for this worker: composed now, or as a worker that died has left them."""
        unconfirmed = 0
        if step.parts:
            parts, unconfirmed = resumed(step.parts, self._settings.unconfirmed_step)
        else:
            try:
                with defects.translated("composing", DefectError):
                    parts = begun(tuple(sender.compose(outgoing)))
            except DefectError as error:
                log.warning("step %s cannot be composed: %s", outgoing.ref, error)
                parts = ()
        step = msgspec.structs.replace(step, parts=parts)
        send = msgspec.structs.replace(send, unconfirmed=send.unconfirmed + unconfirmed)
        return self._claimed(_with(send, step)), step

    def _out(self, send: Send, step: Step) -> Send:
        """A step whose parts are all at their ends. Not kept yet: what comes next is kept with it."""
        failed = next((part.error for part in step.parts if part.state == "failed"), "")
        if failed or not step.parts:
            return _with(send, msgspec.structs.replace(step, status="failed", reason=failed or "it has no words"))
        return _with(send, msgspec.structs.replace(step, status="accepted"))

    def _settled(self, send: Send, step: Step, status: StepStatus, reason: str) -> Send:
        return _with(send, msgspec.structs.replace(step, status=status, reason=reason))

    def _wait(self, send: Send, until: datetime) -> Send:
        """Nothing is to be done before. Who has another step to go is woken then; the rest the sweeper ends."""
        goes_on = any(step.status == "waiting" for step in send.steps)
        soon = until - self._clock() <= MOST_DELAY
        grace = timedelta(seconds=self._settings.send_claim_s if goes_on and soon else 0)
        written = self._save(msgspec.structs.replace(send, claimed_until=None), due_at=until + grace)
        if goes_on and soon:
            self._wake(send.send_id, f"wait-{written.version}", until)
        return written

    def _end(self, send: Send, end: End) -> Send:
        send = msgspec.structs.replace(
            send,
            steps=end.steps,
            status=end.status,
            reason=end.reason,
            finished_at=self._clock(),
            claimed_until=None,
        )
        return self._sends.save(send, records=[self._records.send(send)])

    # ── sweep ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def sweep(self, limit: int = 100) -> int:
        """Wake what is overdue. Returns how many sends it woke."""
        now = self._clock()
        overdue = self._sends.due(now, limit)
        for send_id in overdue:
            self._wake(send_id, f"sweep-{int(now.timestamp()) // 60}")
        return len(overdue)

    # ── small steps ────────────────────────────────────────────────────────────────────────────────────────────────

    def _claimed(self, send: Send) -> Send:
        """Write how far it is, and claim the rest for this worker."""
        until = self._clock() + timedelta(seconds=self._settings.send_claim_s)
        return self._save(msgspec.structs.replace(send, claimed_until=until), due_at=until)

    def _save(self, send: Send, *, due_at: datetime) -> Send:
        return self._sends.save(send, due_at=due_at)

    def _wake(self, send_id: str, why: str, at: datetime | None = None) -> None:
        self._wake_ups.wake(WakeUp("send", send_id, f"{send_id}-{why}"[:128], at))


class _Leaving:
    """The parts of a step: fills `Leaving` with the dispatcher's own writes."""

    def __init__(self, send: Send, step: Step, claimed: Callable[[Send], Send], save: Callable[..., Send]) -> None:
        self.send = send
        self._step = step
        self._claimed = claimed
        self._save = save

    @property
    def parts(self) -> Parts:
        return self._step.parts

    @property
    def claimed_until(self) -> datetime | None:
        return self.send.claimed_until

    def keep(self, parts: Parts) -> None:
        self.send = self._claimed(self._having(parts))

    def release(self, parts: Parts) -> None:
        now = msgspec.structs.replace(self._having(parts), claimed_until=None)
        self.send = self._save(now, due_at=self.send.claimed_until)

    def _having(self, parts: Parts) -> Send:
        self._step = msgspec.structs.replace(self._step, parts=parts)
        return _with(self.send, self._step)


def outgoing_of(send: Send, step: Step) -> Outgoing:
    """What a step says. It is decided when it begins: that moment it keeps, however often it is tried."""
    form = send.forms[step.to.channel]
    began_at = step.began_at or send.created_at
    return Outgoing(
        ref=step_ref(send.send_id, step.number),
        our_address=step.our_address,
        their_address=step.to.address,
        content=Content(form.text, send.language, subject=form.subject),
        decided_at=began_at,
        purpose=send.purpose,
        expires_at=send.expires_at,
        tags=step_tags(send.send_id, step.number),
    )


def _with(send: Send, step: Step) -> Send:
    """The send with this step in the place of its own."""
    return msgspec.structs.replace(send, steps=(*send.steps[: step.number - 1], step, *send.steps[step.number :]))
