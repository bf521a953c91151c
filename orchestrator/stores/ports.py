"""The port of everything the hub keeps, and of the queue that wakes it.

A conversation is one value; each step of a turn is one conditional write of it, together with everything that must not
be lost with the step: the messages it takes, what the person spent, the finished turn, and the *records* for the lake.
Records are event JSON waiting for the transformer; whoever drains them to the lake deletes them once it has
acknowledged (embedded: the journal table; on AWS: the table's stream). That acknowledgement is the last step of a turn,
`recorded`.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Protocol

import msgspec

from orchestrator.model import Contact, ContactChange, Conversation, Held, InboundMessage, Turn


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


class Store(Protocol):
    """Conversations, messages, turns, contacts. Raises `UpstreamError` when the store itself is unavailable."""

    def commit(self, key: str, contact_key: str, message: InboundMessage, records: Sequence[bytes]) -> Committed:
        """Keep a message, and its records, unless its channel and message id are kept already."""
        ...

    def load(self, key: str) -> Snapshot: ...

    def save(
        self,
        conversation: Conversation,
        *,
        taken: Sequence[InboundMessage] = (),
        finished: Turn | None = None,
        change: ContactChange | None = None,
        records: Sequence[bytes] = (),
        due_at: datetime | None = None,
    ) -> Conversation:
        """Write a step, all or nothing; returns the conversation with its new version.

        `due_at` is when the sweeper should look at the conversation; None when nothing of it is unfinished.
        Raises `SupersededError` when the kept version is not `conversation.version`.
        """
        ...

    def record(self, records: Sequence[bytes], *, contact_key: str = "", change: ContactChange | None = None) -> None:
        """Keep records that belong to no step: what was ignored, quarantined or rejected; and what that changes."""
        ...

    def hold(self, held: Held) -> None:
        """Keep a quarantined message for an operator, once for its channel and message id."""
        ...

    def held(self) -> Sequence[Held]:
        """Every message that is in quarantine, oldest first."""
        ...

    def let_go(self, held: Held) -> None:
        """Forget a message that was in quarantine."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Keys of conversations with an unfinished turn past its `due_at`, or a message that waits for a turn since
        before `now` less a minute."""
        ...


class Queue(Protocol):
    """Wake-ups: first in, first out within a conversation, one at a time; conversations side by side."""

    def wake(self, key: str, deduplication_id: str) -> None:
        """Wake the conversation. A second call with the same id within five minutes may be dropped."""
        ...
