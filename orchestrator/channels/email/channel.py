"""Email through Amazon SES: received mails come as notifications (email/event.py), replies go out by SES v2.

Which field is trusted for what: docs/decisions/0003-which-mail-fields-are-trusted.md; what an unproven sender can bring
about: 0030-consent-is-an-act-of-who-wrote.md, 0031-what-a-forged-mail-gets.md.
Sources: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html,
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
from botocore.exceptions import ClientError

from orchestrator.aws_errors import Operation, translated
from orchestrator.channels.email.automatic import automatic, robot
from orchestrator.channels.email.bounds import MAX_BYTES
from orchestrator.channels.email.compose import compose_mail
from orchestrator.channels.email.event import (
    ReceivedMail,
    SesReceipt,
    is_received_mail,
    received_mails,
    without_content,
)
from orchestrator.channels.email.mime import Address, Mail, address, parse_mail
from orchestrator.channels.email.new_words import new_words
from orchestrator.channels.email.progress import progress_in
from orchestrator.channels.email.proofs import proof_in, without_proofs
from orchestrator.channels.email.settings import EmailSettings
from orchestrator.channels.email.thread import MAX_REFERENCES, answered_id, bare_subject, is_reply, thread_of
from orchestrator.consent.words import consent_command
from orchestrator.errors import ConfigurationError, EventError, RefusedError, UpstreamError
from orchestrator.model import (
    ChannelName,
    Delivered,
    Ignored,
    InboundMessage,
    Outgoing,
    Part,
    Progress,
    Receipt,
    Verdict,
)

# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
_SEND = Operation(
    "sesv2",
    "SendEmail",
    {
        "AccountSuspendedException": ConfigurationError,
        "BadRequestException": RefusedError,
        "LimitExceededException": ConfigurationError,  # the daily quota: the operator's to raise
        "MailFromDomainNotVerifiedException": ConfigurationError,
        "MessageRejected": RefusedError,
        "NotFoundException": ConfigurationError,  # the configuration set
        "SendingPausedException": ConfigurationError,
    },
)
_FETCH = Operation(
    "s3",
    "GetObject",
    {
        "InvalidObjectState": ConfigurationError,  # archived before it was read
        "NoSuchBucket": ConfigurationError,
        "NoSuchKey": UpstreamError,  # the notification can overtake the object
    },
)


class SesClient(Protocol):
    """The part of boto3's `sesv2` client that is used."""

    def send_email(self, **request: Any) -> Any: ...


class S3Client(Protocol):
    """The part of boto3's `s3` client that is used."""

    def get_object(self, **request: Any) -> Any: ...


class EmailChannel:
    """Fills `Channel`. A reply leaves from the address that was written to."""

    name: ChannelName = "email"

    def __init__(
        self,
        ses: SesClient,
        s3: S3Client,
        settings: EmailSettings,
    ) -> None:
        self._ses = ses
        self._s3 = s3
        self._own = frozenset(each.lower() for each in settings.email_addresses)
        self._configuration_set = settings.email_configuration_set
        self._link_domains = settings.email_link_domains
        self.context_ttl_s = settings.email_context_ttl_s
        self.max_characters = settings.email_max_characters

    def recognises(self, event: Any) -> bool:
        return is_received_mail(event)

    def parse(self, delivered: Delivered) -> Sequence[InboundMessage | Ignored]:
        """Raises also `UpstreamError` and `ConfigurationError` where the mail cannot be fetched."""
        return [self._parsed(each, delivered) for each in received_mails(delivered)]

    def for_the_lake(self, delivered: Delivered) -> Delivered:
        return without_content(delivered)

    def acknowledge(self, message: InboundMessage) -> None:
        """Mail knows no courtesy before the answer."""

    def compose(self, outgoing: Outgoing) -> Sequence[Part]:
        return [Part(compose_mail(outgoing, self._link_domains))] if outgoing.content.text.strip() else []

    def send(self, outgoing: Outgoing, part: Part) -> Receipt:
        request = {
            "FromEmailAddress": outgoing.our_address,
            "Destination": {"ToAddresses": [outgoing.their_address]},
            "Content": {"Raw": {"Data": part.body.encode()}},
            "EmailTags": [{"Name": name, "Value": value} for name, value in outgoing.tags.items()],
        }
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        with translated(_SEND):
            try:
                response = self._ses.send_email(**request)
            except ClientError as error:
                if _is_unverified(error):
                    raise ConfigurationError(f"SendEmail: {error}", code="SendEmail: MessageRejected") from error
                raise
        return Receipt(response["MessageId"])

    def progress(self, delivered: Delivered) -> Sequence[Progress]:
        return progress_in(delivered)

    def _parsed(self, received: ReceivedMail, delivered: Delivered) -> InboundMessage | Ignored:
        our_address = self._our_address(received)
        claimed = address((received.mail.common_headers.senders or ("",))[0])
        ignored = Ignored("ignored", "", received.mail.message_id, None, our_address, claimed.spec if claimed else "")
        if (reason := _quarantined(received.receipt)) and not delivered.released:
            return msgspec.structs.replace(ignored, outcome="quarantined", reason=reason)
        if reason := _undeliverable(received.mail.source):
            return msgspec.structs.replace(ignored, reason=reason)
        mail = parse_mail(self._content(received))
        sender = next(iter(mail.senders), claimed)
        if sender is None:
            return msgspec.structs.replace(ignored, reason="it has no sender")
        named = next(iter(mail.reply_to), sender)
        if reason := self._unanswered(mail, sender, named, our_address):
            return msgspec.structs.replace(ignored, reason=reason, their_address=sender.spec)
        words = _words(mail)
        if not (words or mail.attachments):
            return msgspec.structs.replace(ignored, reason="it holds no words", their_address=sender.spec)
        verdict = "fail" if _names_several(mail, sender, claimed) else received.receipt.verdict
        answered = named if verdict == "pass" and not _is_consent(words) else sender
        return InboundMessage(
            channel="email",
            message_id=received.mail.message_id,
            our_address=our_address,
            their_address=answered.spec,
            text=words,
            occurred_at=received.mail.received_at or delivered.occurred_at,
            thread=thread_of(mail, answered.spec),
            answers=answered_id(mail),
            attachments=mail.attachments,
            authenticated=_authenticated(verdict, elsewhere=named.spec != sender.spec),
            verdict=verdict,
            written_by=sender.spec if answered.spec != sender.spec else "",
            proof=proof_in(mail),
            detail=_detail(mail, sender),
        )

    def _our_address(self, received: ReceivedMail) -> str:
        """The first recipient that is ours; else the first, which the receipt rule accepted for us."""
        recipients = [each.lower() for each in received.receipt.recipients or received.mail.destination]
        if not recipients:
            raise EventError("receipt.recipients", "is empty")
        return next((own for each in recipients if (own := self._as_own(each))), recipients[0])

    def _as_own(self, recipient: str) -> str:
        """Our address in the form we know it, its `+tag` left out; "" where it is not ours."""
        local, _, domain = recipient.rpartition("@")
        plain = f"{local.partition('+')[0]}@{domain}"
        return next((each for each in (recipient, plain) if each in self._own), "")

    def _unanswered(self, mail: Mail, sender: Address, named: Address, our_address: str) -> str:
        """Why the mail gets no answer; "" for a person's."""
        for each in (sender, named):
            if each.spec == our_address or self._as_own(each.spec):
                return "it comes from our own address"
            if reason := robot(each):
                return reason
        return automatic(mail)

    def _content(self, received: ReceivedMail) -> bytes:
        action = received.receipt.action
        if received.content is not None:
            return _decoded(received.content, action.encoding)
        if not (action.bucket_name and action.object_key):
            raise EventError("receipt.action.bucketName", "is missing, and so is content")
        with translated(_FETCH):
            response = self._s3.get_object(Bucket=action.bucket_name, Key=action.object_key)
            content: bytes = response["Body"].read(MAX_BYTES + 1)
        return content


def _words(mail: Mail) -> str:
    """What the person wrote: in the body, else in the subject, unless that is another mail's and files came instead."""
    words = new_words(mail.text)
    if any(each.isprintable() and not each.isspace() for each in words):
        return words
    return "" if mail.attachments and is_reply(mail.subject) else bare_subject(mail.subject)


def _decoded(content: str, encoding: str) -> bytes:
    """A mail has a colon in its first line, base64 has none: so an encoding nobody named is told."""
    if encoding.upper() == "BASE64" or (not encoding and ":" not in content):
        try:
            return base64.b64decode(content)
        except (binascii.Error, ValueError) as error:
            raise EventError("content", "is not base64") from error
    return content.encode("utf-8", "surrogatepass")


def _quarantined(receipt: SesReceipt) -> str:
    """Which verdict keeps the mail for a person to judge; "" where none does."""
    if receipt.virus_verdict.failed:
        return "SES found a virus in it"
    if receipt.spam_verdict.failed:
        return "SES takes it for spam"
    if receipt.virus_verdict.unfinished or receipt.spam_verdict.unfinished:
        return "SES could not look whether it holds a virus or is spam"
    if receipt.dmarc_verdict.failed and receipt.dmarc_policy.lower() != "none":
        asks = receipt.dmarc_policy.lower() or "nothing that SES tells"
        return f"its sender is forged: DMARC failed, and what the sender's domain asks for such mail is: {asks}"
    return ""


def _is_consent(words: str) -> bool:
    """Whether it speaks for whoever wrote it, and so of nobody whom a Reply-To names."""
    return consent_command(words) in ("stop", "start")


def _undeliverable(source: str | None) -> str:
    if source is not None and source.strip("<> ") == "":
        return "its return path is empty: a report, or an automatic answer"
    return (
        "it comes from a mail system" if source and source.lower().startswith(("mailer-daemon@", "postmaster@")) else ""
    )


def _names_several(mail: Mail, sender: Address, claimed: Address | None) -> bool:
    """Whether DMARC may have looked at another From than people see: there are several, or SES reads another one.

    Source: RFC 7489, section 6.6.1 (messages with more than one address in From)
    """
    headers = [name for name, _ in mail.headers if name == "from"]
    named = {sender.spec, *(each.spec for each in mail.senders), *([claimed.spec] if claimed else [])}
    return len(headers) > 1 or len(named) > 1


def _authenticated(verdict: Verdict, *, elsewhere: bool) -> bool | None:
    """DMARC alone speaks about the From that people see; it says nothing of a Reply-To, not even in the same domain."""
    if elsewhere or verdict == "fail":
        return False
    return True if verdict == "pass" else None


def _detail(mail: Mail, sender: Address) -> dict[str, str]:
    detail = {
        "subject": without_proofs(mail.subject),
        "message_id": mail.message_id,
        "references": without_proofs(" ".join((*mail.references[:1], *mail.references[1:][-MAX_REFERENCES:]))),
        "from_name": sender.name,
    }
    return {name: value for name, value in detail.items() if value}


def _is_unverified(error: ClientError) -> bool:
    """SES rejects mail of an unverified identity with the code it has for bad content."""
    return "not verified" in error.response.get("Error", {}).get("Message", "")
