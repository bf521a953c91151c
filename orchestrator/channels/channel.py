"""The port every channel fills: both directions of one way to write to us."""

from collections.abc import Sequence
from typing import Any, Protocol

from orchestrator.model import Answer, ChannelName, Delivered, Ignored, InboundMessage, Part, Receipt, Turn


class Channel(Protocol):
    """Parses events and sends replies.

    `compose` is pure: the same turn and answer give the same parts. Each part fits the provider's limits, and their
    texts together hold the whole answer.
    """

    name: ChannelName
    max_characters: int  # how long an answer may be before it becomes a burden on this channel
    context_ttl_s: int  # seconds of silence after which a conversation is over
    keeps_consent: bool  # whether STOP, HELP and START are ours to answer and keep; False where the provider does
    on_stream: bool  # whether the provider's events reach the lake by themselves, so that the hub need not hand them on

    def recognises(self, event: Any) -> bool:
        """Whether this is one of the channel's inbound events, by shape alone."""
        ...

    def parse(self, delivered: Delivered) -> Sequence[InboundMessage | Ignored]:
        """Every message of the event, in the event's order. Raises `EventError` naming the field."""
        ...

    def light(self, delivered: Delivered) -> Delivered:
        """The event as the lake should have it: what people attached left out, at most 1,000,000 bytes.

        Source: https://docs.aws.amazon.com/firehose/latest/APIReference/API_Record.html (1,024,000 bytes a record).
        """
        ...

    def prepare(self, message: InboundMessage) -> None:
        """A courtesy before answering (read receipt, typing indicator). Never raises; nothing depends on it."""
        ...

    def compose(self, turn: Turn, answer: Answer) -> Sequence[Part]: ...

    def send(self, turn: Turn, part: Part) -> Receipt:
        """Raises `UpstreamError` (try again), `RefusedError` (never), `ConfigurationError` (the operator)."""
        ...
