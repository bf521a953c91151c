"""The story of a turn.

    event ─ channel.parse ▶ InboundMessage… ─ store ▶ Turn ─ answerers ▶ Answer
          ─ channel.compose ▶ parts ─ channel.send ▶ receipts ─ store ▶ conversation + lake

`receive` keeps messages and wakes their conversation. `converse` takes every waiting message as one turn and carries it
through received → answered → (sending → sent, for each part), each step one conditional write; killed anywhere, the
next wake-up goes on from the last step kept. `sweep` ends what nobody woke. The hub knows no provider and no AWS.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from orchestrator.answerers.answerer import Answerer
from orchestrator.channels.channel import Channel
from orchestrator.envelopes import opened
from orchestrator.errors import (
    ConfigurationError,
    EventError,
    NotYetError,
    OptedOutError,
    ParleyError,
    RefusedError,
    SupersededError,
    UncertainError,
    UpstreamError,
)
from orchestrator.keys import Keys, turn_id, wake_up_id
from orchestrator.model import (
    Answer,
    ChannelName,
    ContactChange,
    Conversation,
    Delivered,
    Exchange,
    Held,
    Ignored,
    InboundMessage,
    Part,
    Turn,
)
from orchestrator.records import Records
from orchestrator.replies import Replies, answers_this_hour, epoch_hour
from orchestrator.settings import Settings
from orchestrator.stores.ports import Committed, Queue, Snapshot, Store

log = logging.getLogger(__name__)

HISTORY = 10  # exchanges an answerer may look back on,
HISTORY_CHARACTERS = 40_000  # as far as they are no longer than this together


class Received(msgspec.Struct, frozen=True):
    """What became of one event. `keys` are the conversations it woke, `to_answer` the messages that get a turn."""

    outcome: str  # turn, recorded, ignored, quarantined or rejected
    channel: str = ""
    message_ids: tuple[str, ...] = ()
    to_answer: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    reason: str = ""


class Hub:
    """Everything it meets comes in from outside: channels, answerers, store, queue, clock."""

    def __init__(
        self,
        *,
        channels: Sequence[Channel],
        answerers: Sequence[Answerer],
        store: Store,
        queue: Queue,
        keys: Keys,
        settings: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._channels = channels
        self._store = store
        self._queue = queue
        self._keys = keys
        self._settings = settings
        self._clock = clock
        self._records = Records(settings)
        self._replies = Replies(answerers, settings)

    # ── receive ────────────────────────────────────────────────────────────────────────────────────────────────────

    def receive(self, delivered: Delivered) -> Received:
        """Keep every message of an event and wake its conversation. Delivering the event again changes nothing."""
        channel = next((each for each in self._channels if each.recognises(delivered.event)), None)
        if channel is None:
            self._store.record([delivered.original])
            return Received("recorded", reason="not a message to us; the lake keeps it")
        try:
            items = channel.parse(delivered)
        except EventError as error:
            self._store.record([self._records.rejected(channel.name, error, delivered.original)])
            return Received("rejected", channel.name, reason=str(error))
        return self._received(channel, delivered, items)

    def reject(self, original: bytes, error: EventError) -> Received:
        """Keep what is not even an event: bytes no envelope could be read from."""
        self._store.record([self._records.rejected(None, error, original)])
        return Received("rejected", reason=str(error))

    def release(self, held: Held) -> Received:
        """Receive a quarantined message after all, as an operator has decided."""
        (delivered,) = opened(held.original, held.held_at)
        received = self.receive(msgspec.structs.replace(delivered, released=True))
        self._store.let_go(held)
        return received

    def _received(self, channel: Channel, delivered: Delivered, items: Sequence[InboundMessage | Ignored]) -> Received:
        messages = [item for item in items if isinstance(item, InboundMessage)]
        ignored = [item for item in items if isinstance(item, Ignored)]
        light = channel.light(delivered)
        for item in ignored:
            if item.outcome == "quarantined":
                self._store.hold(_held(channel.name, item, delivered, self._clock()))
        # What merely happened to a message is in the provider's own event, where the lake gets that by itself.
        told = [item for item in ignored if not (channel.on_stream and item.outcome == "recorded")]
        for item in told:
            self._ignore(channel, item, light)
        records = [] if channel.on_stream else [light.original]
        keys = [self._commit(message, records) for message in messages]
        return Received(
            outcome="turn" if messages else next((item.outcome for item in ignored), "recorded"),
            channel=channel.name,
            message_ids=tuple(item.message_id for item in items if item.message_id),
            to_answer=tuple(message.message_id for message in messages),
            keys=tuple(dict.fromkeys(keys)),
            reason="; ".join(dict.fromkeys(item.reason for item in ignored)),
        )

    def _ignore(self, channel: Channel, item: Ignored, delivered: Delivered) -> None:
        """Record it. A provider's START also ends the silence that its refusal to send has brought about."""
        change = ContactChange(at=self._clock(), consent="opted_in") if item.consent == "opted_in" else None
        contact_key = self._keys.contact_at(channel.name, item.our_address, item.their_address)
        records = self._records.ignored(channel.name, item, delivered)
        self._store.record(records, contact_key=contact_key, change=change)

    def _commit(self, message: InboundMessage, records: Sequence[bytes]) -> str:
        key = self._keys.conversation(message)
        committed = self._store.commit(key, self._keys.contact(message), message, records)
        if committed is not Committed.TAKEN:
            self._queue.wake(key, wake_up_id(message))
        return key

    # ── converse ───────────────────────────────────────────────────────────────────────────────────────────────────

    def converse(self, key: str, *, last_receive: bool = False, giving_up: bool = False) -> Turn | None:
        """Carry the conversation's unfinished turn, or a new one of its waiting messages, to its end.

        Returns the finished turn, or None when nothing was waiting. On the last receive an answer that cannot be had
        becomes an apology; when giving up, nothing is asked and a part that cannot be sent is marked as failed.
        Raises `UpstreamError` (wake me again, after `delay_s` where it is a `NotYetError`), `ConfigurationError` and
        `SupersededError` (another worker goes on).
        """
        snapshot = self._store.load(key)
        conversation = self._resumed(snapshot) or self._opened(snapshot)
        if conversation is None:
            return None
        channel = self._channel(conversation.channel)
        if _unfinished(conversation).state == "received":
            answer = self._answer(conversation, snapshot, channel, last_receive, giving_up)
            conversation = self._answered(conversation, channel, answer)
        return self._sent(conversation, channel, giving_up)

    def _resumed(self, snapshot: Snapshot) -> Conversation | None:
        """The unfinished turn, claimed for this worker; None when there is none."""
        conversation = snapshot.conversation
        if conversation is None or conversation.turn is None:
            return None
        turn, now = conversation.turn, self._clock()
        if turn.claimed_until and turn.claimed_until > now:
            raise NotYetError("another worker is on this turn", (turn.claimed_until - now).total_seconds())
        crashed = turn.claimed_until is not None
        unconfirmed = [index for index, part in enumerate(turn.parts) if part.state == "sending"]
        parts = turn.parts
        if unconfirmed and self._settings.unconfirmed_part == "skip":
            parts = _with_part(parts, unconfirmed[0], state="skipped", error="not confirmed before an interruption")
        turn = msgspec.structs.replace(
            turn,
            parts=_start_next(parts),
            asked_again=turn.asked_again + (crashed and turn.state == "received"),
            unconfirmed=turn.unconfirmed + len(unconfirmed),
        )
        return self._write(conversation, turn)

    def _opened(self, snapshot: Snapshot) -> Conversation | None:
        """A new turn of the waiting messages; None when nothing waits.

        A command (STOP, restart, …) ends a turn: what follows it gets the next one.
        """
        if not snapshot.waiting:
            return None
        channel = self._channel(snapshot.waiting[0].channel)
        messages = self._replies.taken_together(snapshot.waiting, channel)
        self._let_settle(messages)
        now = self._clock()
        conversation = snapshot.conversation or self._new_conversation(messages[0])
        if _is_over(conversation, channel, now) or self._replies.restarts(messages[-1]):
            conversation = msgspec.structs.replace(
                conversation, generation=conversation.generation + 1, history=(), state={}, answered_at=None
            )
        turn = Turn(
            turn_id=turn_id(conversation.conversation_id, [message.message_id for message in messages]),
            conversation_id=conversation.conversation_id,
            messages=messages,
            opened_at=now,
        )
        conversation = self._write(conversation, turn, taken=messages)
        channel.prepare(messages[-1])
        return conversation

    def _answer(
        self, conversation: Conversation, snapshot: Snapshot, channel: Channel, last_receive: bool, giving_up: bool
    ) -> Answer:
        started = self._clock()
        if giving_up:
            house = self._replies.house_rule(conversation, snapshot.contact, channel, started)
            return house or self._replies.apology(conversation, "no worker could finish this turn")
        try:
            answer = self._replies.answer(conversation, snapshot.contact, channel, started)
        except UpstreamError as error:
            if not last_receive:
                self._release(conversation, error)
                raise
            return self._replies.apology(conversation, str(error))
        except (ConfigurationError, RefusedError) as error:
            log.warning("a customer gets an apology, for asking again would not help: %s", error)
            return self._replies.apology(conversation, str(error))
        return msgspec.structs.replace(answer, latency_ms=round((self._clock() - started).total_seconds() * 1000))

    def _answered(self, conversation: Conversation, channel: Channel, answer: Answer) -> Conversation:
        """Keep the answer and its parts, and with them the start of the first send."""
        turn = _unfinished(conversation)
        parts = channel.compose(turn, answer) if answer.text else ()
        turn = msgspec.structs.replace(turn, state="answered", answer=answer, parts=_start_next(tuple(parts)))
        now = self._clock()
        change = ContactChange(
            at=now,
            turns=1,
            tokens=answer.input_tokens + answer.output_tokens,
            consent=answer.consent,
            notified=answer.source == "budget",
        )
        records = (
            [self._records.consent(conversation, turn, answer.consent, answer.reason, now)] if answer.consent else []
        )
        conversation = msgspec.structs.replace(
            conversation, language=answer.language, state={**conversation.state, **answer.state}
        )
        return self._write(conversation, turn, change=change, records=records)

    def _sent(self, conversation: Conversation, channel: Channel, giving_up: bool) -> Turn:
        """Send part after part. Each write closes one send and opens the next; the last one closes the turn."""
        while (index := _sending(_unfinished(conversation))) is not None:
            turn = _unfinished(conversation)
            self._still_mine(turn)
            consent = None
            try:
                receipt = channel.send(turn, turn.parts[index])
                parts = _with_part(turn.parts, index, state="sent", message_id=receipt.message_id)
            except RefusedError as error:
                parts = _refused(turn.parts, index, str(error))
                consent = error if isinstance(error, OptedOutError) else None
            except (UpstreamError, ConfigurationError) as error:
                if not giving_up:
                    self._release(conversation, error)
                    raise
                parts = _refused(turn.parts, index, f"gave up: {error}")
            turn = msgspec.structs.replace(turn, parts=_start_next(parts))
            if _sending(turn) is None:
                return self._finished(conversation, turn, consent)
            conversation = self._write(conversation, turn)
        return self._finished(conversation, _unfinished(conversation), None)

    def _finished(self, conversation: Conversation, turn: Turn, refusal: OptedOutError | None) -> Turn:
        """Close the turn: into the history, and on its way to the lake."""
        now = self._clock()
        turn = msgspec.structs.replace(turn, state="sent", finished_at=now, claimed_until=None)
        answer = turn.answer
        records = [self._records.turn(turn)]
        if refusal:
            records.append(self._records.consent(conversation, turn, "opted_out", str(refusal), now))
        said = (Exchange(turn.text, answer.text),) if answer and self._replies.belongs_to_context(answer) else ()
        self._store.save(
            msgspec.structs.replace(
                conversation,
                turn=None,
                answered_at=now,
                history=_recent((*conversation.history, *said)),
                hour=epoch_hour(now),
                answers_this_hour=answers_this_hour(conversation, now) + bool(turn.parts),
            ),
            finished=turn,
            change=ContactChange(at=now, consent="opted_out") if refusal else None,
            records=records,
        )
        return turn

    def _release(self, conversation: Conversation, error: ParleyError) -> None:
        """Let the next wake-up resume at once. A send of unknown outcome stays `sending`; a failed one waits again."""
        turn = msgspec.structs.replace(_unfinished(conversation), claimed_until=None)
        if not isinstance(error, UncertainError):
            turn = msgspec.structs.replace(turn, parts=_stop_sending(turn.parts))
        self._save(conversation, turn)

    # ── sweep ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def sweep(self, limit: int = 100) -> int:
        """Wake what is overdue; end what is too old to be worth waking. Returns how many conversations it touched."""
        now = self._clock()
        due = self._store.due(now, limit)
        for key in due:
            conversation = self._store.load(key).conversation
            turn = conversation.turn if conversation else None
            if turn and now - turn.opened_at >= timedelta(seconds=self._settings.give_up_s):
                self._give_up(key)
            else:
                self._queue.wake(key, f"sweep-{key}-{int(now.timestamp()) // 60}")
        return len(due)

    def _give_up(self, key: str) -> None:
        try:
            self.converse(key, last_receive=True, giving_up=True)
        except ParleyError as error:
            log.warning("giving up on %s has to wait: %s", key, error)

    # ── small steps ────────────────────────────────────────────────────────────────────────────────────────────────

    def _write(
        self,
        conversation: Conversation,
        turn: Turn,
        *,
        taken: Sequence[InboundMessage] = (),
        change: ContactChange | None = None,
        records: Sequence[bytes] = (),
    ) -> Conversation:
        """One step of the turn, claimed for this worker."""
        claimed_until = self._clock() + timedelta(seconds=self._settings.claim_s)
        turn = msgspec.structs.replace(turn, claimed_until=claimed_until)
        return self._save(conversation, turn, taken=taken, change=change, records=records)

    def _save(
        self,
        conversation: Conversation,
        turn: Turn,
        *,
        taken: Sequence[InboundMessage] = (),
        change: ContactChange | None = None,
        records: Sequence[bytes] = (),
    ) -> Conversation:
        due_at = self._clock() + timedelta(seconds=self._settings.claim_s)
        return self._store.save(
            msgspec.structs.replace(conversation, turn=turn),
            taken=taken,
            change=change,
            records=records,
            due_at=due_at,
        )

    def _channel(self, name: ChannelName) -> Channel:
        for channel in self._channels:
            if channel.name == name:
                return channel
        raise ConfigurationError(f"no {name} channel is configured, yet a message of it waits")

    def _new_conversation(self, message: InboundMessage) -> Conversation:
        return Conversation(
            key=self._keys.conversation(message),
            contact_key=self._keys.contact(message),
            channel=message.channel,
            our_address=message.our_address,
            their_address=message.their_address,
            thread=message.thread,
        )

    def _let_settle(self, messages: Sequence[InboundMessage]) -> None:
        quiet_at = max(message.occurred_at for message in messages) + timedelta(seconds=self._settings.settle_s)
        wait_s = (quiet_at - self._clock()).total_seconds()
        if 0 < wait_s <= self._settings.settle_s:
            raise NotYetError("more messages may follow", wait_s)

    def _still_mine(self, turn: Turn) -> None:
        if turn.claimed_until is None or turn.claimed_until <= self._clock():
            raise SupersededError(f"this worker's claim on turn {turn.turn_id} ran out before a send")


def _is_over(conversation: Conversation, channel: Channel, now: datetime) -> bool:
    over_after = timedelta(seconds=channel.context_ttl_s)
    return conversation.answered_at is not None and now - conversation.answered_at > over_after


def _recent(history: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
    """The end of the history that is kept."""
    room = HISTORY_CHARACTERS
    kept: list[Exchange] = []
    for exchange in reversed(history[-HISTORY:]):
        room -= len(exchange.question) + len(exchange.answer)
        if room < 0:
            break
        kept.append(exchange)
    return tuple(reversed(kept))


def _held(channel: ChannelName, item: Ignored, delivered: Delivered, at: datetime) -> Held:
    return Held(
        channel, item.message_id, item.their_address, item.our_address, item.reason, at, original=delivered.original
    )


def _unfinished(conversation: Conversation) -> Turn:
    if conversation.turn is None:
        raise SupersededError(f"{conversation.key} has no unfinished turn")
    return conversation.turn


def _sending(turn: Turn) -> int | None:
    """The part whose send is open; None when all are through."""
    return next((index for index, part in enumerate(turn.parts) if part.state == "sending"), None)


def _with_part(parts: tuple[Part, ...], index: int, **changes: str) -> tuple[Part, ...]:
    return (*parts[:index], msgspec.structs.replace(parts[index], **changes), *parts[index + 1 :])


def _start_next(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The first waiting part becomes the one being sent, unless one is."""
    if any(part.state == "sending" for part in parts):
        return parts
    waiting = next((index for index, part in enumerate(parts) if part.state == "waiting"), None)
    return parts if waiting is None else _with_part(parts, waiting, state="sending")


def _stop_sending(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The part being sent waits again: it is certain that it was not sent."""
    return tuple(msgspec.structs.replace(part, state="waiting") if part.state == "sending" else part for part in parts)


def _refused(parts: tuple[Part, ...], index: int, error: str) -> tuple[Part, ...]:
    """A part that will never go out takes the rest with it: half an answer helps nobody."""
    rest = tuple(
        msgspec.structs.replace(part, state="skipped", error="an earlier part failed") for part in parts[index + 1 :]
    )
    return (*_with_part(parts, index, state="failed", error=error)[: index + 1], *rest)
