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

_HEX = 32
_HEX_OF_THE_CONTACT = {"email": 16}  # where one person has several conversations, the first half names the person


class Keys:
    """Derives keys from addresses with one secret of at least 16 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def contact(self, message: InboundMessage) -> str:
        """The person at our address, whatever the thread: the beginning of the key of each of their conversations."""
        return self.contact_at(message.channel, message.our_address, message.their_address)

    def contact_at(self, channel: str, our_address: str, their_address: str) -> str:
        """The same, by the addresses."""
        length = _HEX_OF_THE_CONTACT.get(channel, _HEX)
        return f"{channel}-{self._hash(channel, our_address, their_address)[:length]}"

    def conversation(self, message: InboundMessage) -> str:
        """The conversation without its generation."""
        thread = self._hash(message.channel, message.our_address, message.their_address, message.thread)
        return (self.contact(message) + thread)[: len(message.channel) + 1 + _HEX]

    def _hash(self, *addresses: str) -> str:
        named = "\0".join(addresses).encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, named, hashlib.sha256).hexdigest()


def contact_key_of(key: str) -> str:
    """The contact whose conversation it is."""
    channel, _, digits = key.partition("-")
    return f"{channel}-{digits[: _HEX_OF_THE_CONTACT.get(channel, _HEX)]}"


def turn_id(conversation_id: str, message_ids: Iterable[str]) -> str:
    """32 lower-case hex, the same for the same messages."""
    named = "\0".join((conversation_id, *message_ids)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(named).hexdigest()[:32]


def wake_up_id(message: InboundMessage) -> str:
    """The deduplication id of a message's wake-up: 64 hex (SQS allows 128 characters)."""
    named = f"{message.channel}\0{message.message_id}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(named).hexdigest()
