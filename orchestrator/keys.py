"""Names for people and turns that carry no phone number and no mail address.

A key is `<channel>-<32 hex of a keyed hash of our address and theirs>`; the secret must outlive deployments, or every
conversation begins anew. With its generation it is a legal session id for AgentCore (33 to 256 characters) and for
Bedrock agents (`[0-9a-zA-Z._:-]{2,100}`).
Sources: botocore's models of bedrock-agentcore (`runtimeSessionId`) and bedrock-agent-runtime (`SessionId`).
"""

import hashlib
import hmac
from collections.abc import Iterable

from orchestrator.model import InboundMessage


class Keys:
    """Derives keys from addresses with one secret of at least 16 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def contact(self, message: InboundMessage) -> str:
        """The person at our address, whatever the thread."""
        return self._key(message.channel, message.our_address, message.their_address)

    def conversation(self, message: InboundMessage) -> str:
        """The conversation without its generation."""
        if not message.thread:
            return self.contact(message)
        return self._key(message.channel, message.our_address, message.their_address, message.thread)

    def _key(self, channel: str, *addresses: str) -> str:
        named = "\0".join((channel, *addresses)).encode("utf-8", "surrogatepass")
        return f"{channel}-{hmac.new(self._secret, named, hashlib.sha256).hexdigest()[:32]}"


def turn_id(conversation_id: str, message_ids: Iterable[str]) -> str:
    """32 lower-case hex, the same for the same messages."""
    named = "\0".join((conversation_id, *message_ids)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(named).hexdigest()[:32]


def wake_up_id(message: InboundMessage) -> str:
    """The deduplication id of a message's wake-up: 64 hex (SQS allows 128 characters)."""
    named = f"{message.channel}\0{message.message_id}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(named).hexdigest()
