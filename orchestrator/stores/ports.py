"""The ports of everything that is kept, one a subject, and of the queue that wakes the workers.

A conversation is one value; each step of a turn is one conditional write of it, together with everything that must not
be lost with the step: the messages it takes, what the person spent, the finished turn, and the *records* for the lake.
Whoever drains records to the lake deletes them once the lake has acknowledged them (embedded: the journal table; on
AWS: the table's stream). That acknowledgement is the last step of a turn, `recorded`.

Every method raises `UpstreamError` when the store itself is unavailable.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

import msgspec

from orchestrator.errors import RefusedError
from orchestrator.model import (
    Contact,
    ContactChange,
    Conversation,
    Held,
    InboundMessage,
    Quota,
    Record,
    Spent,
    Turn,
    WakeUp,
)
from orchestrator.sends import Send, Told

WAITS_TOO_LONG = timedelta(minutes=1)  # after which the sweeper wakes a message that no turn has taken


class Committed(Enum):
    """What became of a message that was handed to the store."""

    NEW = "new"  # kept now, in no turn yet
    WAITING = "waiting"  # kept before, in no turn yet
    TAKEN = "taken"  # kept before, in a turn: this delivery changes nothing


class Snapshot(msgspec.Struct, frozen=True):
    """What a worker sees when it wakes."""

    conversation: Conversation | None  # None before the first turn
    contact: Contact
    waiting: tuple[InboundMessage, ...]  # in no turn yet, by the provider's time, then id


class Idempotency(msgspec.Struct, frozen=True):
    """By what a request is known again that is made twice."""

    key: str  # of the caller's choice, within the caller's tenant and name
    digest: str  # of the request: the same key with another one is a mistake
    until: datetime


class Conversations(Protocol):
    """Messages, and the turns they become."""

    def commit(self, key: str, contact_key: str, message: InboundMessage, records: Sequence[Record]) -> Committed:
        """Keep a message, and its records, unless its channel and message id are kept already."""
        ...

    def thread_of(self, contact_key: str, message_id: str) -> str | None:
        """The thread of the conversation in which this person got a message with this id of the provider's; None
        where that is not known. What has been sent is known by the step that keeps its receipt."""
        ...

    def load(self, key: str) -> Snapshot:
        """All that a step is taken from; an empty snapshot for a key that is not known."""
        ...

    def save(
        self,
        conversation: Conversation,
        *,
        taken: Sequence[InboundMessage] = (),
        finished: Turn | None = None,
        change: ContactChange | None = None,
        records: Sequence[Record] = (),
        quotas: Sequence[Quota] = (),
        due_at: datetime | None = None,
    ) -> Conversation:
        """Write a step, all or nothing; returns the conversation with its new version.

        `due_at` is when the sweeper should look at the conversation; None when nothing of it is unfinished.
        Raises `SupersededError` when the kept version is not `conversation.version`, when one of the quotas (of other
        keys than the conversation's contact) is spent, and when what `change` asks is asked already.
        """
        ...

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Keys of conversations with an unfinished turn past its `due_at`, or a message that waits for a turn since
        before `now` less `WAITS_TOO_LONG`."""
        ...

    def turns(self, conversation: str) -> Sequence[Turn]:
        """The finished turns of a conversation's id, or of every generation of its key, in order."""
        ...


class Contacts(Protocol):
    """People at our addresses: what they consent to, what they have spent. A step changes them with itself."""

    def load(self, contact_key: str) -> Contact:
        """A contact's consent; an empty contact for a key that is not known."""
        ...

    def change(self, contact_key: str, change: ContactChange, records: Sequence[Record]) -> None:
        """Change a contact outside of any step, with the records that tell of it."""
        ...

    def spent_by_all(self, now: datetime) -> Spent:
        """What the tokens of every change come to, whoever spent them, in the hour and on the day of `now`."""
        ...


class Quarantine(Protocol):
    """Messages that are held back for their verdicts."""

    def hold(self, held: Held) -> None:
        """Keep a message for an operator, once for its channel and message id."""
        ...

    def held(self) -> Sequence[Held]:
        """Every message that is held, oldest first."""
        ...

    def let_go(self, held: Held) -> None:
        """Forget a message that was held."""
        ...


class Sends(Protocol):
    """What we tell people first. One worker writes a send at a time; facts about it anybody adds, at any time."""

    def accept(
        self, send: Send, names: Sequence[str], idempotency: Idempotency | None, records: Sequence[Record]
    ) -> str | None:
        """Keep a new send, due at once, to be found by its `names` too.

        Returns None; or, where a request with this key was accepted before and its time is not over, that one's send
        id: nothing is kept then. Raises `RefusedError` with code `idempotency_key` where it was another request.
        """
        ...

    def load(self, send_id: str) -> Send | None:
        """A send with the facts about it; None for one that is not known."""
        ...

    def save(self, send: Send, *, records: Sequence[Record] = (), due_at: datetime | None = None) -> Send:
        """Write a step, all or nothing; returns the send with its new version.

        `due_at` is when the sweeper should look at it; None when nothing of it is unfinished. Raises `SupersededError`
        when the kept version is not `send.version`.
        """
        ...

    def tell(self, send_id: str, told: Told) -> bool:
        """A fact: how far a message of it got. False where it is known to have got further.

        What is told again is true again: who told it first may have died before it woke the send. It is kept also for a
        send that is not known: a provider may be faster than the write of who called it.
        """
        ...

    def cancel(self, send_id: str) -> bool:
        """A fact: nothing more is to leave. Whether there is such a send."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Ids of sends past their `due_at`."""
        ...

    def named(self, name: str, *, limit: int, before: str = "") -> Sequence[Send]:
        """The sends that have this name, the latest first; with a `place` only those before it."""
        ...

    def known(self, key: str) -> str | None:
        """The send that a request with this idempotency key led to; None where none did, or its time is over."""
        ...


class Journal(Protocol):
    """What the lake still lacks."""

    def record(self, records: Sequence[Record]) -> None:
        """Keep records that belong to no step: what was ignored, quarantined or rejected."""
        ...


class Store(Protocol):
    """One place that keeps it all, by subject."""

    @property
    def conversations(self) -> Conversations: ...

    @property
    def contacts(self) -> Contacts: ...

    @property
    def quarantine(self) -> Quarantine: ...

    @property
    def sends(self) -> Sends: ...

    @property
    def journal(self) -> Journal: ...


@dataclass
class Ids:
    """What ties things that do not name a person to those that do. None of them is shared with anybody else."""

    keys: set[str] = field(default_factory=set)  # conversations without their generation
    contacts: set[str] = field(default_factory=set)
    turns: set[str] = field(default_factory=set)
    sends: set[str] = field(default_factory=set)
    messages: set[str] = field(default_factory=set)  # providers' ids, of messages to or from this person alone
    shared: set[str] = field(default_factory=set)  # of messages to several people, which tie no row to one of them

    def __len__(self) -> int:
        return sum(map(len, (self.keys, self.contacts, self.turns, self.sends, self.messages, self.shared)))


class Person(Protocol):
    """Whom to forget. Every subject first tells the ids it has of a person, then forgets what they lead to."""

    @property
    def ids(self) -> Ids:
        """Every id that has been learned so far."""
        ...

    def has(self, address: str | None) -> bool:
        """Whether an address is this person's, in whatever spelling."""
        ...

    def named_in(self, content: bytes) -> bool:
        """Whether content of any kind has the address, in base64 too."""
        ...

    def tied_to(self, content: bytes) -> bool:
        """Whether content of any kind has one of the ids, in base64 too."""
        ...

    def forgotten(self, text: str) -> str:
        """Somebody else's text, without the address."""
        ...

    def forgotten_bytes(self, content: bytes) -> bytes:
        """Somebody else's UTF-8, without the address where that stands in the clear."""
        ...

    def learn(self, *, turn: str = "", send: str = "", conversation: str = "", messages: Iterable[str] = ()) -> None:
        """Take ids of what is this person's: of a turn, a send, a conversation with its generation, a provider's
        messages."""
        ...

    def learn_turn(self, turn: Turn) -> None:
        """Take every id of a turn of this person."""
        ...


class WakeUps(Protocol):
    """A queue of wake-ups: first in, first out within a key, one at a time; keys side by side."""

    def wake(self, wake_up: WakeUp) -> None: ...


def place(send: Send) -> str:
    """Where a send stands among others of its names: sorts as they were created, and no two have the same."""
    return f"{moment(send.created_at)}-{send.send_id}"


def moment(at: datetime) -> str:
    """The place before every send that was created at this moment or later: milliseconds, 14 digits."""
    return f"{int(at.timestamp() * 1000):014}"


def another_request() -> RefusedError:
    """What `Sends.accept` raises of a key that another request had."""
    return RefusedError("idempotency_key", "another request was made with this key within a day")


def sent_in_thread(conversation: Conversation, finished: Turn | None) -> list[str]:
    """The provider's ids of what a step has sent, where the conversation is one thread of several."""
    turn = finished or conversation.turn
    return [part.message_id for part in turn.parts if part.message_id] if turn and conversation.thread else []
