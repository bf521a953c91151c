"""The ports of a channel: what comes in, what goes out, and what became of it.

A channel out of which nobody writes to us fills `Sender` and `Reporter`; one that people write to fills all three. None
knows a turn or a send: it is handed an `Outgoing`.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from orchestrator.model import ChannelName, Delivered, Ignored, InboundMessage, Outgoing, Part, Progress, Receipt


class Receiver(Protocol):
    """Turns a provider's events into messages."""

    name: ChannelName
    context_ttl_s: int  # seconds of silence after which a conversation is over

    def recognises(self, event: Any) -> bool:
        """Whether this is one of the channel's inbound events, by shape alone."""
        ...

    def parse(self, delivered: Delivered) -> Sequence[InboundMessage | Ignored]:
        """Every message of the event, in the event's order.

        Raises `EventError` naming the field that is missing or malformed. Where an event only points to what was
        written (a mail in a bucket), also `UpstreamError` and `ConfigurationError`: it cannot be fetched now, or here.
        """
        ...

    def for_the_lake(self, delivered: Delivered) -> Delivered:
        """The event as the lake should have it: what people attached left out, at most 1,000,000 bytes.

        Source: https://docs.aws.amazon.com/firehose/latest/APIReference/API_Record.html (1,024,000 bytes a record).
        """
        ...

    def acknowledge(self, message: InboundMessage) -> None:
        """A courtesy before answering (read receipt, typing indicator). Never raises; nothing depends on it."""
        ...


class Sender(Protocol):
    """Sends what it is handed.

    `compose` is pure: the same `Outgoing` gives the same parts. Each part fits the provider's limits, and their texts
    together hold the whole content.
    """

    name: ChannelName
    max_characters: int  # how long a text may be before it becomes a burden on this channel

    def compose(self, outgoing: Outgoing) -> Sequence[Part]:
        """The parts to send, in order; none where the content has no words."""
        ...

    def send(self, outgoing: Outgoing, part: Part) -> Receipt:
        """Raises `UpstreamError` (try again), `RefusedError` (never), `ConfigurationError` (the operator)."""
        ...


class Reporter(Protocol):
    """Reads what the provider tells of what was sent."""

    def progress(self, delivered: Delivered) -> Sequence[Progress]:
        """What the event says of sends, in its order; nothing where it is no such event of this channel.

        Raises `EventError` where it is one and lacks what its format promises.
        """
        ...


class Channel(Receiver, Sender, Reporter, Protocol):
    """All directions of one way to write to us."""
