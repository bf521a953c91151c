"""Names for people and turns that carry no phone number and no mail address.

A key is `<channel>-<32 hex of a keyed hash of our address and theirs>`; the secret must outlive deployments, or every
conversation begins anew. With its generation it is a legal session id for AgentCore (33 to 256 characters) and for
Bedrock agents (`[0-9a-zA-Z._:-]{2,100}`).
Sources: botocore's models of bedrock-agentcore (`runtimeSessionId`) and bedrock-agent-runtime (`SessionId`).
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from orchestrator.model import InboundMessage
from orchestrator.tenants import DEFAULT, tenant_of

_HEX = 32
_HEX_OF_THE_CONTACT = {"email": 16}  # where one person has several conversations, the first half names the person


class Keys:
    """Derives keys from addresses with one secret of at least 16 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def contact(self, message: InboundMessage) -> str:
        """The person at our address, whatever the thread: the beginning of the key of each of their conversations."""
        return self.contact_of_addresses(message.channel, message.our_address, message.their_address)

    def contact_of_addresses(self, channel: str, our_address: str, their_address: str) -> str:
        """The contact key of two addresses: what `contact` gives for a message between them."""
        length = _HEX_OF_THE_CONTACT.get(channel, _HEX)
        return f"{channel}-{self._hash(channel, our_address, their_address)[:length]}"

    def conversation(self, message: InboundMessage) -> str:
        """The conversation without its generation."""
        # What may be forged is a conversation of its own: no history, no agent's session has it beside what is genuine.
        apart = ("doubtful",) if message.standing == "doubtful" else ()
        thread = self._hash(message.channel, message.our_address, message.their_address, message.thread, *apart)
        return (self.contact(message) + thread)[: len(message.channel) + 1 + _HEX]

    def proof(self, contact_key: str, until: datetime) -> str:
        """What shows, until that hour ends, that somebody has read what we sent to this person: 26 of [a-z2-7].

        It says nothing to anybody else, and is the same however often it is made.
        """
        hour = epoch_hour(until).to_bytes(4, "big")
        return base64.b32encode(hour + self._signed(contact_key, hour)).decode().rstrip("=").lower()

    def proves(self, proof: str, contact_key: str, now: datetime) -> bool:
        """Whether it is a proof that was made for this person and holds now."""
        try:
            made = base64.b32decode(proof.upper() + "======")
        except (binascii.Error, ValueError):
            return False
        hour, signature = made[:4], made[4:]
        return hmac.compare_digest(signature, self._signed(contact_key, hour)) and (
            epoch_hour(now) <= int.from_bytes(hour, "big")
        )

    def _signed(self, contact_key: str, hour: bytes) -> bytes:
        """96 bits."""
        named = b"mailbox\0" + contact_key.encode() + b"\0" + hour
        return hmac.new(self._secret, named, hashlib.sha256).digest()[:12]

    def _hash(self, channel: str, our_address: str, their_address: str, *thread: str) -> str:
        """64 hex. The tenant is part of what is hashed, so that one tenant's key never opens what is another's.

        The default tenant goes unnamed: keys of deployments without tenants stay as they are.
        """
        tenant = tenant_of(our_address)
        owner = () if tenant == DEFAULT else (tenant,)
        named = "\0".join((*owner, channel, our_address, their_address, *thread)).encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, named, hashlib.sha256).hexdigest()


def epoch_hour(at: datetime) -> int:
    """Whole hours since 1970-01-01T00:00Z, of an aware time."""
    return int(at.timestamp()) // 3600


def epoch_day(at: datetime) -> int:
    """Whole days since 1970-01-01T00:00Z, of an aware time."""
    return int(at.timestamp()) // 86400


def key_of(conversation_id: str) -> str:
    """A conversation's id without its generation: sms-<32 hex>-0"""
    return conversation_id.rpartition("-")[0]


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


def step_tags(send_id: str, step: int) -> Mapping[str, str]:
    """What travels with a step of a send. `step` counts from 1."""
    return {"send_id": send_id, "step": str(step)}


def step_ref(send_id: str, step: int) -> str:
    """The ref of a step of a send: <32 hex>-<number>. A turn's ref is its id."""
    return f"{send_id}-{step}"


class SentStep(NamedTuple):
    """A step of a send, as its ref names it."""

    send_id: str
    step: int


def send_of(ref: str) -> SentStep | None:
    """The step that a ref is of; None for a turn's, and for "" of what is not ours."""
    send_id, _, step = ref.partition("-")
    return SentStep(send_id, int(step)) if step else None


_REF = re.compile(r"[0-9a-f]{32}(-[1-9][0-9]?)?")


def ref_in(text: object) -> str:
    """The ref that a provider hands back as one text; "" for a text that is not ours."""
    return text if isinstance(text, str) and _REF.fullmatch(text) else ""


def ref_of_tags(tags: Mapping[str, object]) -> str:
    """The ref that names and values of an event tell; "" where they are not ours."""
    if turn := ref_in(tags.get("turn_id")):
        return turn
    return ref_in(f"{tags.get('send_id')}-{tags.get('step')}")
