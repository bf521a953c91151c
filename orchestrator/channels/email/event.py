"""What SES says about a mail it received.

{"notificationType": "Received",
 "mail": {"timestamp": "…Z", "source": "bounces@…", "messageId": "…", "destination": […],
          "commonHeaders": {"from": […]}},
 "receipt": {"recipients": […], "spamVerdict": {"status": "PASS"}, "virusVerdict": …, "dmarcVerdict": …,
             "dmarcPolicy": "reject", "action": {"type": "S3", "bucketName": "…", "objectKey": "…"}},
 "content": "…"}
`content` is there for the SNS action only, plain or base64 (`action.encoding`). A Lambda action wraps `mail` and
`receipt` in {"Records": [{"eventSource": "aws:ses", "ses": {…}}]}.
Source: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from orchestrator.decoding import convert, decoded, encoded, iso_time
from orchestrator.errors import EventError
from orchestrator.model import Delivered, Verdict


class Finding(msgspec.Struct, frozen=True):
    """What one of SES's checks has found."""

    status: str = ""  # PASS, FAIL, GRAY, PROCESSING_FAILED, DISABLED; "" where SES says nothing

    @property
    def failed(self) -> bool:
        return self.status.upper() == "FAIL"

    @property
    def unfinished(self) -> bool:
        """Whether SES wanted to look, and could not."""
        return self.status.upper() == "PROCESSING_FAILED"


class Action(msgspec.Struct, frozen=True, rename="camel"):
    bucket_name: str = ""
    object_key: str = ""
    encoding: str = ""  # of `content`: UTF8 or BASE64


class CommonHeaders(msgspec.Struct, frozen=True, rename={"senders": "from"}):
    senders: tuple[str, ...] | None = None


class SesMail(msgspec.Struct, frozen=True, rename="camel"):
    message_id: str
    timestamp: Any = None  # when SES received it, ISO 8601; without a zone it is UTC; what is no time is as if absent
    source: str | None = None  # the envelope's sender: "" or "<>" for a report
    destination: tuple[str, ...] = ()
    common_headers: CommonHeaders = CommonHeaders()

    @property
    def received_at(self) -> datetime | None:
        """None where SES gives no time, or none that a clock can have shown."""
        at = iso_time(self.timestamp)
        return at.astimezone(UTC) if at and 1970 < at.year < 9999 else None


class SesReceipt(msgspec.Struct, frozen=True, rename="camel"):
    recipients: tuple[str, ...] = ()
    action: Action = Action()
    spam_verdict: Finding = Finding()
    virus_verdict: Finding = Finding()
    dmarc_verdict: Finding = Finding()
    dmarc_policy: str = ""  # none, quarantine or reject; there only where DMARC failed

    @property
    def verdict(self) -> Verdict:
        """What SES says of the sender. It could not look, or was not asked to: unknown."""
        return _VERDICTS.get(self.dmarc_verdict.status.upper(), "unknown")


_VERDICTS: Mapping[str, Verdict] = {"PASS": "pass", "GRAY": "gray", "FAIL": "fail"}


MOST_FOR_THE_LAKE = 900_000  # bytes; Firehose takes records of 1,024,000


class ReceivedMail(msgspec.Struct, frozen=True):
    """One received mail, as SES tells it."""

    mail: SesMail
    receipt: SesReceipt
    content: str | None = None


def is_received_mail(event: Any) -> bool:
    """Whether SES says that it received a mail. Its delivery events have another notificationType, or an eventType."""
    match event:
        case {"notificationType": "Received"} | {"Records": [{"eventSource": "aws:ses"}, *_]}:
            return True
        case _:
            return False


def received_mails(delivered: Delivered) -> Sequence[ReceivedMail]:
    """Raises `EventError` naming the field that is missing or malformed."""
    event = delivered.event
    found = [record.get("ses") for record in event["Records"]] if "Records" in event else [event]
    return [_received(each) for each in found]


def without_content(delivered: Delivered) -> Delivered:
    """The notification without the mail itself; without its headers too, where they alone are too much for a record."""
    event = delivered.event
    if "content" not in event and len(delivered.original) <= MOST_FOR_THE_LAKE:
        return delivered
    light = {name: value for name, value in event.items() if name != "content"}
    if len(encoded(light)) > MOST_FOR_THE_LAKE:
        light["mail"] = {**light["mail"], "headers": [], "headersTruncated": True}
    envelope = decoded(delivered.original)
    wrapped = {**envelope, "Message": encoded(light).decode()} if envelope.get("Type") == "Notification" else light
    return msgspec.structs.replace(delivered, event=light, original=encoded(wrapped))


def _received(event: Any) -> ReceivedMail:
    received = convert(event, ReceivedMail)
    if not received.mail.message_id.strip():
        raise EventError("mail.messageId", "is empty")
    return received
