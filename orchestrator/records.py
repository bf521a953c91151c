"""The events Parley itself puts on the streams: what the hub tells the lake.

They meet the transformer as JSON and nowhere else; each has a `parley` key that says its kind, and a Source there.
Rows made of them have deterministic ids, so a record put twice counts once.
"""

import base64
from datetime import datetime

import msgspec

from orchestrator.decoding import encoded
from orchestrator.errors import EventError
from orchestrator.model import ChannelName, Consent, Conversation, Delivered, Ignored, Turn
from orchestrator.settings import Settings


class Records:
    """Makes records for one account and organisation."""

    def __init__(self, settings: Settings) -> None:
        self._account = {"account_id": settings.account_id, "organization_id": settings.organization_id}

    def turn(self, turn: Turn) -> bytes:
        """A finished turn: its messages, its answer, its receipts."""
        parts = tuple(msgspec.structs.replace(part, body="") for part in turn.parts)  # the answer has the words
        return self._encode("turn", channel=turn.latest.channel, turn=msgspec.structs.replace(turn, parts=parts))

    def consent(self, conversation: Conversation, turn: Turn, consent: Consent, reason: str, at: datetime) -> bytes:
        """A change of consent that a turn brought about."""
        return self._encode(
            "consent",
            channel=conversation.channel,
            our_address=conversation.our_address,
            their_address=conversation.their_address,
            consent=consent,
            occurred_at=at,
            message_id=turn.latest.message_id,
            turn_id=turn.turn_id,
            reason=reason,
        )

    def ignored(self, channel: ChannelName, ignored: Ignored, delivered: Delivered) -> list[bytes]:
        """A message that got no answer, and the change of consent where the provider handled one."""
        about = {
            "channel": channel,
            "our_address": ignored.our_address,
            "their_address": ignored.their_address,
            "occurred_at": delivered.occurred_at,
            "message_id": ignored.message_id,
            "reason": ignored.reason,
        }
        made = [self._encode("outcome", **about, outcome=ignored.outcome, event=delivered.event)]
        if ignored.consent:
            made.append(self._encode("consent", **about, consent=ignored.consent))
        return made

    def rejected(self, channel: ChannelName | None, error: EventError, original: bytes) -> bytes:
        """An event nobody can use: kept byte for byte, with the reason."""
        return self._encode(
            "rejected",
            stage="parse",
            reason=str(error),
            channel=channel,
            original=base64.b64encode(original).decode(),
        )

    def _encode(self, kind: str, **fields: object) -> bytes:
        return encoded({"parley": kind, **self._account, **fields})
