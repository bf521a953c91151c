"""The story of a turn.

    event ─ channel.parse ▶ InboundMessage… ─ store ▶ Turn ─ answerers ▶ Answer
          ─ channel.compose ▶ parts ─ leave ▶ receipts ─ store ▶ conversation + lake

`receive` keeps messages and wakes their conversation. `converse` takes every waiting message as one turn and carries it
through received → answered → (sending → sent, for each part) → sent, each step one conditional write; killed anywhere,
the next wake-up goes on from the last step kept. How parts leave: parts.py. `sweep` ends what nobody woke. The hub
knows no provider and no AWS.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec

from orchestrator import defects
from orchestrator.answerers.answerer import Answerer
from orchestrator.channels.channel import Channel
from orchestrator.consent import acts
from orchestrator.envelopes import opened
from orchestrator.errors import (
    ConfigurationError,
    DefectError,
    EventError,
    NotYetError,
    ParleyError,
    RefusedError,
    SupersededError,
    UpstreamError,
)
from orchestrator.hub_settings import HubSettings
from orchestrator.keys import Keys, epoch_hour, turn_id, wake_up_id
from orchestrator.model import (
    Answer,
    ChannelName,
    ContactChange,
    Content,
    Conversation,
    Delivered,
    Exchange,
    Held,
    Ignored,
    InboundMessage,
    Outgoing,
    Quota,
    Record,
    Spent,
    Turn,
    WakeUp,
    bounded,
)
from orchestrator.parts import PROMISED, Left, Parts, begun, leave, resumed, wait_for_claim
from orchestrator.records import Records
from orchestrator.replies import Replies, answers_this_hour, begins_thread
from orchestrator.stores.ports import Committed, Snapshot, Store, WakeUps

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
        wake_ups: WakeUps,
        keys: Keys,
        settings: HubSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self.channels = channels
        self._store = store
        self._wake_ups = wake_ups
        self._keys = keys
        self._settings = settings.turns
        self._clock = clock
        self._records = Records(settings.records)
        self._replies = Replies(answerers, settings.replies)

    # ── receive ────────────────────────────────────────────────────────────────────────────────────────────────────

    def receive(self, delivered: Delivered) -> Received:
        """Keep every message of an event and wake its conversation. Delivering the event again changes nothing."""
        channel = next((each for each in self.channels if each.recognises(delivered.event)), None)
        if channel is None:
            self._store.journal.record([self._records.event(delivered)])
            return Received("recorded", reason="not a message to us; the lake keeps it")
        try:
            items = channel.parse(delivered)
        except EventError as error:
            self._store.journal.record([self._records.rejected(channel.name, error, delivered.original)])
            return Received("rejected", channel.name, reason=str(error))
        return self._take(channel, delivered, items)

    def reject(self, original: bytes, error: EventError) -> Received:
        """Keep what is not even an event: bytes no envelope could be read from."""
        self._store.journal.record([self._records.rejected(None, error, original)])
        return Received("rejected", reason=str(error))

    def release(self, held: Held) -> Received:
        """Receive a quarantined message after all, as an operator has decided."""
        (delivered,) = opened(held.original, held.held_at)
        received = self.receive(msgspec.structs.replace(delivered, released=True))
        self._store.quarantine.let_go(held)
        return received

    def _take(self, channel: Channel, delivered: Delivered, items: Sequence[InboundMessage | Ignored]) -> Received:
        messages = [bounded(item) for item in items if isinstance(item, InboundMessage)]
        ignored = [item for item in items if isinstance(item, Ignored)]
        for item in ignored:
            if item.outcome == "quarantined":
                self._store.quarantine.hold(_held(channel.name, item, delivered, self._clock()))
        for_the_lake = channel.for_the_lake(delivered)
        for item in ignored:
            if self._records.tells_of(channel.name, item):
                self._record_ignored(channel, item, for_the_lake)
        records = [] if self._records.streams(channel.name) else [self._records.event(for_the_lake)]
        keys = [self._commit(message, records) for message in messages]
        return Received(
            outcome="turn" if messages else next((item.outcome for item in ignored), "recorded"),
            channel=channel.name,
            message_ids=tuple(item.message_id for item in items if item.message_id),
            to_answer=tuple(message.message_id for message in messages),
            keys=tuple(dict.fromkeys(keys)),
            reason="; ".join(dict.fromkeys(item.reason for item in ignored)),
        )

    def _record_ignored(self, channel: Channel, item: Ignored, delivered: Delivered) -> None:
        """Record it. A provider's START also ends the silence that its refusal to send has brought about."""
        records = self._records.ignored(channel.name, item, delivered)
        if item.consent != "opted_in":
            self._store.journal.record(records)
            return
        contact_key = self._keys.contact_of_addresses(channel.name, item.our_address, item.their_address)
        self._store.contacts.change(contact_key, ContactChange(at=self._clock(), consent="opted_in"), records)

    def _commit(self, message: InboundMessage, records: Sequence[Record]) -> str:
        message = self._proven(self._in_its_thread(message))
        key = self._keys.conversation(message)
        committed = self._store.conversations.commit(key, self._keys.contact(message), message, records)
        if committed is not Committed.TAKEN:
            self._wake_ups.wake(WakeUp("turn", key, wake_up_id(message)))
        return key

    def _in_its_thread(self, message: InboundMessage) -> InboundMessage:
        """The message in the thread of ours that it answers, where only the store can tell."""
        if not message.answers:
            return message
        thread = self._store.conversations.thread_of(self._keys.contact(message), message.answers)
        return msgspec.structs.replace(message, thread=thread) if thread else message

    def _proven(self, message: InboundMessage) -> InboundMessage:
        """The message, confirmed where it brings back what only who reads that mailbox has seen."""
        if not message.proof:
            return message
        holds = self._keys.proves(message.proof, self._keys.contact(message), self._clock())
        return msgspec.structs.replace(message, proof="", verdict="confirmed" if holds else message.verdict)

    # ── converse ───────────────────────────────────────────────────────────────────────────────────────────────────

    def converse(self, key: str, *, last_receive: bool = False, giving_up: bool = False) -> Turn | None:
        """Carry the conversation's unfinished turn, or a new one of its waiting messages, to its end.

        Returns the finished turn, or None when nothing was waiting. On the last receive an answer that cannot be had
        becomes an apology; when giving up, nothing is asked and a part that cannot be sent is marked as failed.
        Raises `UpstreamError` (wake me again, after `delay_s` where it is a `NotYetError`), `ConfigurationError` and
        `SupersededError` (another worker goes on).
        """
        snapshot = self._store.conversations.load(key)
        conversation = self._resume(snapshot) or self._open(snapshot, giving_up)
        if conversation is None:
            return None
        channel = self._channel(conversation.channel)
        if _unfinished(conversation).state == "received":
            answer = self._ask(conversation, snapshot, channel, last_receive, giving_up)
            conversation = self._keep_answer(conversation, channel, answer, last_receive or giving_up)
        leaving = _Leaving(conversation, self._write, self._release)
        outgoing = self._outgoing(conversation, *_answered(conversation))
        left = leave(leaving, channel, outgoing, self._clock, last_receive=last_receive, giving_up=giving_up)
        return self._finish(leaving.conversation, left)

    def _resume(self, snapshot: Snapshot) -> Conversation | None:
        """The unfinished turn, claimed for this worker; None when there is none."""
        conversation = snapshot.conversation
        if conversation is None or conversation.turn is None:
            return None
        turn = conversation.turn
        wait_for_claim(turn.claimed_until, self._clock(), "turn")
        crashed = turn.claimed_until is not None
        taken_up, unconfirmed = resumed(turn.parts, self._settings.unconfirmed_part)
        turn = msgspec.structs.replace(
            turn,
            parts=taken_up,
            asked_again=turn.asked_again + (crashed and turn.state == "received"),
            unconfirmed=turn.unconfirmed + unconfirmed,
        )
        return self._write(conversation, turn)

    def _open(self, snapshot: Snapshot, giving_up: bool = False) -> Conversation | None:
        """A new turn of the waiting messages; None when nothing waits.

        A command (STOP, restart, …) ends a turn: what follows it gets the next one.
        """
        if not snapshot.waiting:
            return None
        channel = self._channel(snapshot.waiting[0].channel)
        messages = self._taken(snapshot, giving_up)
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
        conversation = self._write_opened(conversation, turn)
        with suppress(DefectError), defects.translated("acknowledging", DefectError):
            channel.acknowledge(messages[-1])
        return conversation

    def _write_opened(self, conversation: Conversation, turn: Turn) -> Conversation:
        """The turn, within what all senders may have together whom nobody vouches for; else it is withheld."""
        quotas = self._quotas(turn)
        if quotas:
            with suppress(SupersededError):  # a quota is spent; where it was another worker, the next write says so
                return self._write(conversation, turn, taken=turn.messages, quotas=quotas)
            turn = msgspec.structs.replace(turn, withheld="too many senders whom nobody vouches for, or one too often")
        return self._write(conversation, turn, taken=turn.messages)

    def _quotas(self, turn: Turn, turns: int = 1) -> list[Quota]:
        """What the turn takes of ceilings that are shared, and of the one's who wrote where another is answered."""
        if turn.standing == "proven" or turn.withheld:
            return []
        writers = {message.written_by for message in turn.messages} - {""}
        latest = turn.latest
        keys = (self._keys.contact_of_addresses(latest.channel, latest.our_address, each) for each in sorted(writers))
        return [
            Quota(key, turn.opened_at, most, turns)
            for key, most in (*self._replies.ceilings(latest.our_address), *self._replies.of_writers(keys))
        ]

    def _taken(self, snapshot: Snapshot, giving_up: bool) -> tuple[InboundMessage, ...]:
        """The messages of the next turn; when giving up, all of them where a defect forbids to tell them apart."""
        try:
            with defects.translated("taking messages together"):
                messages = self._replies.taken_together(snapshot.waiting)
                self._let_settle(messages)
        except DefectError:
            if not giving_up:
                raise
            return tuple(snapshot.waiting)
        return messages

    def _ask(
        self, conversation: Conversation, snapshot: Snapshot, channel: Channel, last_receive: bool, giving_up: bool
    ) -> Answer:
        started = self._clock()
        if giving_up:
            return self._given_up(conversation, snapshot, started)
        try:
            with defects.translated("answering", *PROMISED):
                answer = self._replies.answer(conversation, snapshot.contact, channel, started, self._spent(started))
        except UpstreamError as error:
            if not last_receive:
                self._release(conversation, _unfinished(conversation))
                raise
            return self._replies.apology(conversation, str(error))
        except (ConfigurationError, RefusedError) as error:
            log.warning("a customer gets an apology, for asking again would not help: %s", error.logged)
            return self._replies.apology(conversation, str(error))
        return msgspec.structs.replace(answer, latency_ms=round((self._clock() - started).total_seconds() * 1000))

    def _spent(self, now: datetime) -> Spent:
        """By all people; nothing, and nobody is asked, where no budget is set for them."""
        return self._store.contacts.spent_by_all(now) if self._replies.limits_all else Spent()

    def _given_up(self, conversation: Conversation, snapshot: Snapshot, now: datetime) -> Answer:
        """What is said where nobody can be asked any more."""
        try:
            with defects.translated("looking at the rules of the house"):
                house = self._replies.house_rule(conversation, snapshot.contact, now)
        except DefectError as error:
            return self._replies.apology(conversation, str(error))
        return house or self._replies.apology(conversation, "no worker could finish this turn")

    def _compose(
        self, conversation: Conversation, channel: Channel, answer: Answer, last: bool
    ) -> tuple[Answer, Parts]:
        """The answer and its parts. At the last, an apology for an answer that cannot be composed; else nothing."""
        turn = _unfinished(conversation)
        try:
            with defects.translated("composing", DefectError):
                outgoing = self._outgoing(conversation, turn, answer)
                return answer, tuple(channel.compose(outgoing) if answer.text else ())
        except DefectError as error:
            if not last:
                self._release(conversation, turn)
                raise
            sorry = msgspec.structs.replace(self._replies.apology(conversation, str(error)), consent=answer.consent)
        try:
            with defects.translated("composing the apology", DefectError):
                return sorry, tuple(channel.compose(outgoing_of(turn, sorry)))
        except DefectError as error:
            return msgspec.structs.replace(sorry, text="", reason=f"nothing can be said: {error}"), ()

    def _keep_answer(self, conversation: Conversation, channel: Channel, answer: Answer, last: bool) -> Conversation:
        """Keep the answer and its parts, and with them the start of the first send."""
        turn = _unfinished(conversation)
        answer, parts = self._compose(conversation, channel, answer, last)
        turn = msgspec.structs.replace(turn, state="answered", answer=answer, parts=begun(parts))
        now = self._clock()
        change = ContactChange(
            at=now,
            turns=1,
            tokens=answer.input_tokens + answer.output_tokens,
            consent=answer.consent,
            notified=answer.source == "budget",
            threads=int(begins_thread(conversation) and bool(answer.text)),
            asks=answer.asks,
            asked_until=epoch_hour(answer.asked_until) if answer.asked_until else 0,
            settled=bool(answer.consent) and acts.is_certain(turn.latest),
        )
        became = _consent_status(answer)
        records = [self._records.consent(conversation, turn, became, answer.reason, now)] if became else []
        conversation = msgspec.structs.replace(
            conversation, language=answer.language, state={**conversation.state, **answer.state}
        )
        given_back = [] if answer.text else self._quotas(turn, turns=-1)
        return self._write(conversation, turn, change=change, records=records, quotas=given_back)

    def _outgoing(self, conversation: Conversation, turn: Turn, answer: Answer) -> Outgoing:
        """What the turn says; what asks for an answer from that mailbox carries what has to come back."""
        outgoing = outgoing_of(turn, answer)
        if not answer.asked_until:
            return outgoing
        proof = self._keys.proof(conversation.contact_key, answer.asked_until)
        return msgspec.structs.replace(outgoing, proof=proof)

    def _finish(self, conversation: Conversation, left: Left) -> Turn:
        """Close the turn: into the history, and on its way to the lake."""
        now, refusal = self._clock(), left.opted_out
        turn = msgspec.structs.replace(
            _unfinished(conversation), parts=left.parts, state="sent", finished_at=now, claimed_until=None
        )
        answer = turn.answer
        records = [self._records.turn(turn)]
        if refusal:
            records.append(self._records.consent(conversation, turn, "opted_out", str(refusal), now))
        said = (
            (Exchange(turn.text, answer.text, turn.authenticated),)
            if answer and self._replies.belongs_to_context(answer)
            else ()
        )
        self._store.conversations.save(
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

    def _release(self, conversation: Conversation, turn: Turn) -> Conversation:
        """Let the next wake-up resume at once."""
        return self._save(conversation, msgspec.structs.replace(turn, claimed_until=None))

    # ── sweep ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def sweep(self, limit: int = 100, on_end: Callable[[Turn], None] = lambda _turn: None) -> int:
        """Wake what is overdue; end what is too old to be worth waking, and tell `on_end` of each turn that ended.

        Returns how many conversations it touched.
        """
        now = self._clock()
        due = self._store.conversations.due(now, limit)
        for key in due:
            try:
                with defects.translated("sweeping"):
                    self._wake_or_end(key, now, on_end)
            except ParleyError as error:
                log.warning("sweeping %s has to wait: %s", key, error.logged)
        return len(due)

    def _wake_or_end(self, key: str, now: datetime, on_end: Callable[[Turn], None]) -> None:
        conversation = self._store.conversations.load(key).conversation
        turn = conversation.turn if conversation else None
        if turn and now - turn.opened_at >= timedelta(seconds=self._settings.give_up_s):
            if ended := self.converse(key, last_receive=True, giving_up=True):
                on_end(ended)
        else:
            self._wake_ups.wake(WakeUp("turn", key, f"sweep-{key}-{int(now.timestamp()) // 60}"))

    # ── small steps ────────────────────────────────────────────────────────────────────────────────────────────────

    def _write(
        self,
        conversation: Conversation,
        turn: Turn,
        *,
        taken: Sequence[InboundMessage] = (),
        change: ContactChange | None = None,
        records: Sequence[Record] = (),
        quotas: Sequence[Quota] = (),
    ) -> Conversation:
        """One step of the turn, claimed for this worker."""
        claimed_until = self._clock() + timedelta(seconds=self._settings.claim_s)
        turn = msgspec.structs.replace(turn, claimed_until=claimed_until)
        return self._save(conversation, turn, taken=taken, change=change, records=records, quotas=quotas)

    def _save(
        self,
        conversation: Conversation,
        turn: Turn,
        *,
        taken: Sequence[InboundMessage] = (),
        change: ContactChange | None = None,
        records: Sequence[Record] = (),
        quotas: Sequence[Quota] = (),
    ) -> Conversation:
        due_at = self._clock() + timedelta(seconds=self._settings.claim_s)
        return self._store.conversations.save(
            msgspec.structs.replace(conversation, turn=turn),
            taken=taken,
            change=change,
            records=records,
            quotas=quotas,
            due_at=due_at,
        )

    def _channel(self, name: ChannelName) -> Channel:
        for channel in self.channels:
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


_Write: TypeAlias = Callable[[Conversation, Turn], Conversation]


class _Leaving:
    """The parts of a conversation's turn: fills `Leaving` with the hub's own writes."""

    def __init__(self, conversation: Conversation, write: _Write, release: _Write) -> None:
        self.conversation = conversation
        self._write = write
        self._release = release

    @property
    def parts(self) -> Parts:
        return _unfinished(self.conversation).parts

    @property
    def claimed_until(self) -> datetime | None:
        return _unfinished(self.conversation).claimed_until

    def keep(self, parts: Parts) -> None:
        self.conversation = self._write(self.conversation, self._with(parts))

    def release(self, parts: Parts) -> None:
        self.conversation = self._release(self.conversation, self._with(parts))

    def _with(self, parts: Parts) -> Turn:
        return msgspec.structs.replace(_unfinished(self.conversation), parts=parts)


def outgoing_of(turn: Turn, answer: Answer) -> Outgoing:
    """What a turn says, in reply to its messages."""
    latest = turn.latest
    return Outgoing(
        ref=turn.turn_id,
        our_address=latest.our_address,
        their_address=latest.their_address,
        content=Content(answer.text, answer.language, answer.citations),
        decided_at=turn.opened_at,
        in_reply_to=turn.messages,
        tags={"turn_id": turn.turn_id, "conversation_id": turn.conversation_id},
    )


def _consent_status(answer: Answer) -> str:
    """What the answer's row of consent says: what changed, or what is asked before it does; "" for neither."""
    return answer.consent or {"stop": "opt_out_asked", "start": "opt_in_asked", "": ""}[answer.asks]


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


def _answered(conversation: Conversation) -> tuple[Turn, Answer]:
    turn = _unfinished(conversation)
    if turn.answer is None:
        raise SupersededError(f"turn {turn.turn_id} has no answer yet")
    return turn, turn.answer


def _unfinished(conversation: Conversation) -> Turn:
    if conversation.turn is None:
        raise SupersededError(f"{conversation.key} has no unfinished turn")
    return conversation.turn
