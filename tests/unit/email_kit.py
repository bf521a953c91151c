"""Mails and the clients around the email channel, as its tests use them."""

import email
import email.policy
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from infra.local.providers.email import inbound_event, message_event
from infra.local.providers.requests import check, refusal
from orchestrator.channels.channel import Channel
from orchestrator.channels.email.channel import EmailChannel
from orchestrator.channels.email.settings import EmailSettings
from orchestrator.channels.text.markdown import to_plain
from orchestrator.model import ChannelName, Delivered, Ignored, InboundMessage, Part, Turn
from orchestrator.settings import Settings
from tests.kit import Reply, notification

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
OURS = "help@shop.example"
HEAD = (
    b"From: Zoe <zoe@person.example>\r\nTo: help@shop.example\r\n"
    b"Subject: My kettle\r\nMessage-ID: <m1@person.example>\r\n"
)
EVENTS = Path(__file__).parents[1] / "events"


class Ses:
    """Takes sends as SES does: against botocore's model and the documented rule for tags."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.sent: list[dict[str, Any]] = []

    def send_email(self, **request: Any) -> dict[str, str]:
        check("sesv2", "SendEmail", request)
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(request)
        return {"MessageId": f"ses-{len(self.sent)}"}


class S3:
    """One bucket that holds one mail, or fails as told."""

    def __init__(self, content: bytes = b"", failure: Exception | None = None) -> None:
        self.content = content
        self.failure = failure
        self.asked: list[dict[str, Any]] = []

    def get_object(self, **request: Any) -> dict[str, Any]:
        check("s3", "GetObject", request)
        self.asked.append(request)
        if self.failure:
            raise self.failure
        return {"Body": io.BytesIO(self.content)}


class EmailLine(Ses):
    """Email as the tests that all channels share drive it."""

    name: ChannelName = "email"

    def channel(self, client: Any, settings: Settings) -> Channel:
        return EmailChannel(client, S3(), msgspec.structs.replace(settings.email, email_addresses=(OURS,)))

    def event(self, text: str, message_id: str, theirs: str, at: datetime) -> bytes:
        return notification(message_event(text, message_id, OURS, theirs, at), at)

    def person(self, number: int) -> str:
        return f"person{number}@person.example"

    @property
    def replies(self) -> list[Reply]:
        return [
            Reply(
                request["Destination"]["ToAddresses"][0],
                next(tag["Value"] for tag in request["EmailTags"] if tag["Name"] == "turn_id"),
                plain_text(request["Content"]["Raw"]["Data"]),
            )
            for request in self.sent
        ]

    def throttled(self) -> Exception:
        return refusal("SendEmail", "TooManyRequestsException", "Maximum sending rate exceeded.", status=429)

    def rendered(self, markdown: str) -> str:
        return to_plain(markdown)

    def readable(self, part: Part) -> str:
        return plain_text(part.body.encode())


def plain_text(content: bytes) -> str:
    """The text form of a mail of ours."""
    body = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def channel(ses: Ses | None = None, s3: S3 | None = None) -> EmailChannel:
    settings = EmailSettings(email_addresses=(OURS,), email_configuration_set="parley")
    return EmailChannel(ses or Ses(), s3 or S3(), settings)


def event(name: str) -> Any:
    """An event written by hand, from tests/events."""
    return msgspec.json.decode((EVENTS / f"{name}.json").read_bytes())


def parsed(content: bytes, **receipt: Any) -> InboundMessage | Ignored:
    """What becomes of a mail, with `receipt` over what SES says of it."""
    received = inbound_event(content, NOON, OURS)
    received["receipt"].update(receipt)
    (item,) = channel().parse(Delivered(received, NOON, b""))
    return item


def message(content: bytes, **receipt: Any) -> InboundMessage:
    item = parsed(content, **receipt)
    assert isinstance(item, InboundMessage), item
    return item


def ignored(content: bytes, **receipt: Any) -> Ignored:
    item = parsed(content, **receipt)
    assert isinstance(item, Ignored), item
    return item


def written(text: str, *headers: str) -> bytes:
    """A person's mail with further headers."""
    return HEAD + "".join(f"{header}\r\n" for header in headers).encode() + b"\r\n" + text.encode()


def turn_of(*messages: InboundMessage) -> Turn:
    return Turn("0123456789abcdef" * 2, f"email-{'a' * 32}-0", messages, NOON)
