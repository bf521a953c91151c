"""SMS through AWS End User Messaging.

Two-way SMS publishes each inbound message to an SNS topic:
{"originationNumber": "+14255550182", "destinationNumber": "+12125550101", "messageKeyword": "KEYWORD",
 "messageBody": "…", "inboundMessageId": "…", "previousPublishedMessageId": "…"}
`messageKeyword` is the keyword registered with the number, not a word of the person's. The event carries no time: the
SNS envelope's is used. Source: https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html

RCS messages arrive the same way, at a destination `rcs-…`, origins at times without `+`; typing indicators and taps on
suggestions come as a JSON object in the body. Source: https://docs.aws.amazon.com/sms-voice/latest/userguide/rcs-events.html
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec
from botocore.exceptions import ClientError

from orchestrator.aws_errors import Operation, translated
from orchestrator.channels.sms import gsm7
from orchestrator.channels.sms.progress import progress_in
from orchestrator.channels.sms.settings import SmsSettings
from orchestrator.channels.text.citations import citation_line
from orchestrator.channels.text.markdown import to_plain
from orchestrator.channels.text.splitting import split
from orchestrator.consent import words
from orchestrator.decoding import convert
from orchestrator.errors import EventError, OptedOutError, RefusedError
from orchestrator.model import (
    ChannelName,
    Consent,
    Delivered,
    Ignored,
    InboundMessage,
    Outgoing,
    Part,
    Progress,
    Receipt,
)

_PHONE = re.compile(r"\+?[1-9][0-9]{1,18}")  # botocore's PhoneNumber pattern
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_RCS = "rcs-"
_CONSENT: dict[words.Command, Consent] = {"stop": "opted_out", "start": "opted_in"}

# Codes of SendTextMessage beyond the shared ones: protect configurations and the like refuse for good.
_SEND = Operation("pinpoint-sms-voice-v2", "SendTextMessage", {"ConflictException": RefusedError})


class TextClient(Protocol):
    """The part of boto3's `pinpoint-sms-voice-v2` client that is used."""

    def send_text_message(self, **request: Any) -> Any: ...


class _TwoWaySms(msgspec.Struct, rename="camel"):
    """The inbound event; `messageBody` may be empty, `messageKeyword` is not read."""

    origination_number: str
    destination_number: str
    message_body: str
    inbound_message_id: str
    previous_published_message_id: str | None = None


class SmsChannel:
    """Fills `Channel`: plain text in as few sends as hold it, from the number that was written to."""

    name: ChannelName = "sms"

    def __init__(self, client: TextClient, settings: SmsSettings, context_ttl_s: int) -> None:
        self._client = client
        self._settings = settings
        self.max_characters = settings.sms_max_characters
        self.context_ttl_s = context_ttl_s
        self._provider_keeps_consent = not settings.self_managed_opt_outs

    def recognises(self, event: Any) -> bool:
        return isinstance(event, dict) and (
            "inboundMessageId" in event or {"originationNumber", "messageBody"} <= event.keys()
        )

    def parse(self, delivered: Delivered) -> Sequence[InboundMessage | Ignored]:
        event = convert(delivered.event, _TwoWaySms)
        if not event.inbound_message_id.strip():
            raise EventError("inboundMessageId", "is empty")
        message = InboundMessage(
            channel="sms",
            message_id=event.inbound_message_id,
            our_address=_address(event.destination_number, "destinationNumber"),
            their_address=_address(event.origination_number, "originationNumber"),
            text=event.message_body.strip(),
            occurred_at=delivered.occurred_at,
            detail={"in_reply_to": event.previous_published_message_id} if event.previous_published_message_id else {},
        )
        return [self._unanswered(message) or message]

    def for_the_lake(self, delivered: Delivered) -> Delivered:
        return delivered

    def acknowledge(self, message: InboundMessage) -> None:
        """SMS knows no courtesy before the answer."""

    def compose(self, outgoing: Outgoing) -> Sequence[Part]:
        content = outgoing.content
        text = "\n\n".join(filter(None, (to_plain(content.text), citation_line(content, linked=False))))
        return [_part(body) for body in split(gsm7.to_gsm(text), gsm7.fits_one_send)]

    def send(self, outgoing: Outgoing, part: Part) -> Receipt:
        request: dict[str, object] = {
            "DestinationPhoneNumber": outgoing.their_address,
            "OriginationIdentity": outgoing.our_address,
            "MessageBody": part.body,
            "MessageType": "PROMOTIONAL" if outgoing.purpose == "marketing" else "TRANSACTIONAL",
            "Context": dict(outgoing.tags),
        }
        if outgoing.expires_at:
            request["TimeToLive"] = _seconds_left(outgoing.decided_at, outgoing.expires_at)
        if self._settings.sms_configuration_set:
            request["ConfigurationSetName"] = self._settings.sms_configuration_set
        with translated(_SEND):
            try:
                response = self._client.send_text_message(**request)
            except ClientError as error:
                if opted_out := _opted_out(error):
                    raise opted_out from error
                raise
        return Receipt(response["MessageId"])

    def progress(self, delivered: Delivered) -> Sequence[Progress]:
        return progress_in(delivered)

    def _unanswered(self, message: InboundMessage) -> Ignored | None:
        """What is recorded and gets no answer from us; None for a message to answer."""
        if message.their_address == message.our_address:
            return _ignored(message, "ignored", "it comes from our own number")
        if kind := _rcs_event(message):
            return _ignored(message, "recorded", f"an RCS {kind} event is not a message")
        command = words.provider_command(message.text) if self._provider_keeps_consent else None
        if command:
            reason = f"{command.upper()} is answered and kept by the provider"
            return _ignored(message, "recorded", reason, _CONSENT.get(command))
        return None


def _ignored(
    message: InboundMessage, outcome: Literal["recorded", "ignored"], reason: str, consent: Consent | None = None
) -> Ignored:
    return Ignored(outcome, reason, message.message_id, consent, message.our_address, message.their_address)


def _address(number: str, field: str) -> str:
    """E.164 with `+`; short codes and RCS agents keep their own form."""
    bare = number.strip()
    if bare.startswith(_RCS) or _SHORT_CODE.fullmatch(bare):
        return bare
    if not _PHONE.fullmatch(bare):
        raise EventError(field, "is not a phone number with its country code, like +12065550142")
    return f"+{bare.lstrip('+')}"


def _rcs_event(message: InboundMessage) -> str | None:
    """The type of an RCS interaction (SUGGESTION, a typing indicator, …); None for words."""
    if not message.our_address.startswith(_RCS):
        return None
    try:
        body = msgspec.json.decode(message.text)
    except msgspec.DecodeError:
        return None
    match body:
        case {"type": str(kind)} | {"eventType": str(kind)}:
            return kind
        case _:
            return None


def _seconds_left(decided_at: datetime, expires_at: datetime) -> int:
    """How long a carrier may try. What is asked for in another range is refused.

    Source: https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendTextMessage.html (5 to 259,200)
    """
    return max(5, min(259_200, int((expires_at - decided_at).total_seconds())))


def _part(body: str) -> Part:
    segments = gsm7.segments(body)
    return Part(body, detail={"encoding": segments.encoding, "segments": str(segments.parts)})


def _opted_out(error: ClientError) -> OptedOutError | None:
    """The refusal that is consent; None for every other error."""
    reason = str(error.response.get("Reason", ""))  # a member of the error's own shape, beside `Error`
    message = error.response.get("Error", {}).get("Message", "")
    if "DESTINATION_PHONE_NUMBER_OPTED_OUT" in (reason, *message.split()):
        return OptedOutError("DESTINATION_PHONE_NUMBER_OPTED_OUT", message)
    return None
