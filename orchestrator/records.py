"""The events Parley itself puts on the streams: what the hub tells the lake.

They meet the transformer as JSON and nowhere else; each has a `parley` key that says its kind, and a Source there.
Rows made of them have deterministic ids, so a record put twice counts once.
"""

import base64
from collections.abc import Mapping
from datetime import datetime

import msgspec

from orchestrator.decoding import encoded
from orchestrator.errors import EventError
from orchestrator.hub_settings import RecordsSettings
from orchestrator.model import ChannelName, Conversation, Delivered, Ignored, Part, Record, Stream, Turn
from orchestrator.sends import Send
from orchestrator.tenants import DEFAULT, tenant_of


class Records:
    """Makes records for one account and organisation."""

    def __init__(self, settings: RecordsSettings) -> None:
        self._account = {"account_id": settings.account_id, "organization_id": settings.organization_id}
        self._streamed = settings.streamed_channels

    def streams(self, channel: ChannelName) -> bool:
        """Whether the provider's own events reach the lake by themselves, so that nobody has to hand them on."""
        return channel in self._streamed

    def tells_of(self, channel: ChannelName, ignored: Ignored) -> bool:
        """Whether it takes a record of ours: what merely happened to a message is in the provider's own event."""
        return not (ignored.outcome == "recorded" and self.streams(channel))

    def turn(self, turn: Turn) -> Record:
        """A finished turn: its messages, its answer, its receipts."""
        latest = turn.latest
        about = {"channel": latest.channel, "turn": msgspec.structs.replace(turn, parts=_without_bodies(turn.parts))}
        return self._made("turn", tenant_of(latest.our_address), about, stream="conversations")

    def send(self, send: Send) -> Record:
        """A send as it stands, accepted or over: its steps, without the bodies of their parts."""
        steps = tuple(msgspec.structs.replace(step, parts=_without_bodies(step.parts)) for step in send.steps)
        about = {"send": msgspec.structs.replace(send, steps=steps, claimed_until=None)}
        return self._made("send", send.tenant, about)

    def consent(self, conversation: Conversation, turn: Turn, consent: str, reason: str, at: datetime) -> Record:
        """A change of consent that a turn brought about, or what is asked before there is one (`opt_out_asked`)."""
        about = {
            "channel": conversation.channel,
            "our_address": conversation.our_address,
            "their_address": conversation.their_address,
            "consent": consent,
            "occurred_at": at,
            "message_id": turn.latest.message_id,
            "turn_id": turn.turn_id,
            "reason": reason,
            "verdict": turn.latest.verdict,
        }
        return self._made("consent", tenant_of(conversation.our_address), about)

    def ignored(self, channel: ChannelName, ignored: Ignored, delivered: Delivered) -> list[Record]:
        """A message that got no answer, and the change of consent where the provider handled one."""
        about = {
            "channel": channel,
            "our_address": ignored.our_address,
            "their_address": ignored.their_address,
            "occurred_at": delivered.occurred_at,
            "message_id": ignored.message_id,
            "reason": ignored.reason,
        }
        tenant = tenant_of(ignored.our_address)
        made = [self._made("outcome", tenant, {**about, "outcome": ignored.outcome, "event": delivered.event})]
        if ignored.consent:
            made.append(self._made("consent", tenant, {**about, "consent": ignored.consent}))
        return made

    def rejected(self, channel: ChannelName | None, error: EventError, original: bytes) -> Record:
        """An event nobody can use: kept byte for byte, with the reason."""
        about = {
            "stage": "parse",
            "reason": str(error),
            "channel": channel,
            "original": base64.b64encode(original).decode(),
        }
        return self._made("rejected", DEFAULT, about)  # to whom it came is what nobody could read

    def event(self, delivered: Delivered) -> Record:
        """A provider's own event, as it came."""
        return Record("events", delivered.original)

    def _made(self, kind: str, tenant: str, about: Mapping[str, object], stream: Stream = "events") -> Record:
        return Record(stream, encoded({"parley": kind, "tenant": tenant, **self._account, **about}))


def _without_bodies(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The words stand in the answer, or in the form of the send."""
    return tuple(msgspec.structs.replace(part, body="") for part in parts)
