"""What becomes of a mail that SES received: a message, or a reason why it is not one."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from infra.local.providers.email import inbound_event
from infra.local.providers.requests import refusal
from orchestrator.errors import ConfigurationError, EventError, ParleyError, UpstreamError
from orchestrator.model import Delivered, Ignored, InboundMessage
from tests.unit.email_kit import NOON, OURS, S3, channel, event, ignored, message, parsed, written

MAIL = written("Does it whistle?\r\n\r\n-- \r\nZoe\r\n")


def received(content: bytes = MAIL) -> Any:
    return inbound_event(content, NOON, OURS)


def delivered(event: Any) -> Delivered:
    return Delivered(event, NOON, b"")


def test_a_mail_in_a_bucket_becomes_a_message() -> None:
    s3 = S3(MAIL)
    (item,) = channel(s3=s3).parse(delivered(event("email_in_s3")))
    assert item == InboundMessage(
        channel="email",
        message_id="0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
        our_address=OURS,
        their_address="zoe@person.example",
        text="Does it whistle?",
        occurred_at=NOON,
        thread="m1@person.example",
        authenticated=True,
        verdict="pass",
        detail={"subject": "My kettle", "message_id": "<m1@person.example>", "from_name": "Zoe"},
    )
    assert s3.asked == [{"Bucket": "mail-of-the-shop", "Key": "in/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"}]


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("UTF8", MAIL.decode()),
        ("", MAIL.decode()),
        ("BASE64", base64.b64encode(MAIL).decode()),
        ("base64", base64.b64encode(MAIL).decode()),
        ("", base64.b64encode(MAIL).decode()),
    ],
)
def test_content_is_read_plain_or_in_base64(encoding: str, content: str) -> None:
    item = received()
    item["content"] = content
    item["receipt"]["action"]["encoding"] = encoding
    (found,) = channel().parse(delivered(item))
    assert isinstance(found, InboundMessage)
    assert found.text == "Does it whistle?"


def test_a_lambda_action_s_record_is_read_as_well() -> None:
    bare = event("email_in_s3")
    record = {"eventSource": "aws:ses", "ses": {"mail": bare["mail"], "receipt": bare["receipt"]}}
    (item,) = channel(s3=S3(MAIL)).parse(delivered({"Records": [record]}))
    assert isinstance(item, InboundMessage)


@pytest.mark.parametrize(
    "sent",
    [{"eventType": "Delivery", "mail": {}}, {"notificationType": "Bounce", "mail": {}}, {"Records": []}, [], "x"],
)
def test_what_became_of_our_own_mails_is_not_a_message(sent: Any) -> None:
    assert not channel().recognises(sent)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (("mail",), "mail"),
        (("receipt",), "receipt"),
        (("mail", "messageId"), "mail.messageId"),
        (("content",), "receipt.action.bucketName"),
    ],
)
def test_a_missing_field_is_named(path: tuple[str, ...], field: str) -> None:
    item = received()
    inner = item
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    with pytest.raises(EventError) as raised:
        channel().parse(delivered(item))
    assert raised.value.field == field


def test_a_mail_without_an_id_is_named() -> None:
    item = received()
    item["mail"]["messageId"] = " "
    with pytest.raises(EventError, match=r"mail\.messageId is empty"):
        channel().parse(delivered(item))


def test_content_that_is_not_base64_is_named() -> None:
    item = received()
    item["content"] = "a"
    with pytest.raises(EventError, match="content is not base64"):
        channel().parse(delivered(item))


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (refusal("GetObject", "NoSuchKey", "not there yet", status=404), UpstreamError),
        (refusal("GetObject", "InternalError", "we are sorry", status=500), UpstreamError),
        (refusal("GetObject", "SlowDown", "slow down", status=503), UpstreamError),
        (ReadTimeoutError(endpoint_url="https://s3"), UpstreamError),
        (refusal("GetObject", "AccessDenied", "no", status=403), ConfigurationError),
        (refusal("GetObject", "NoSuchBucket", "no", status=404), ConfigurationError),
    ],
)
def test_a_mail_that_cannot_be_fetched_belongs_to_whom_it_concerns(
    failure: Exception, error: type[ParleyError]
) -> None:
    with pytest.raises(error):
        channel(s3=S3(failure=failure)).parse(delivered(event("email_in_s3")))


@pytest.mark.parametrize(
    ("recipients", "ours"),
    [
        (["help@shop.example"], "help@shop.example"),
        (["HELP+kettles@Shop.example"], "help@shop.example"),
        (["sales@shop.example", "help@shop.example"], "help@shop.example"),
        (["Sales@shop.example"], "sales@shop.example"),
    ],
)
def test_our_address_is_the_recipient_in_the_form_we_know(recipients: list[str], ours: str) -> None:
    assert message(MAIL, recipients=recipients).our_address == ours


@pytest.mark.parametrize(
    ("verdict", "words", "answered", "written_by"),
    [
        ("PASS", "hi", "bob@person.example", "zoe@person.example"),
        ("PASS", "STOP", "zoe@person.example", ""),  # consent is the affair of who wrote
        ("PASS", "START", "zoe@person.example", ""),
        ("GRAY", "hi", "zoe@person.example", ""),
        ("PROCESSING_FAILED", "hi", "zoe@person.example", ""),
        ("", "hi", "zoe@person.example", ""),
        ("FAIL", "hi", "zoe@person.example", ""),
    ],
)
def test_the_answer_goes_to_reply_to_where_its_writer_is_proven(
    verdict: str, words: str, answered: str, written_by: str
) -> None:
    mail = written(words, "Reply-To: Bob <Bob@person.example>")
    found = message(mail, dmarcVerdict={"status": verdict}, dmarcPolicy="none")
    assert (found.their_address, found.written_by) == (answered, written_by)
    assert found.authenticated is False
    assert found.standing == "doubtful"


@pytest.mark.parametrize(
    ("verdict", "headers", "authenticated"),
    [
        ("PASS", (), True),
        ("PASS", ("Reply-To: Zoe <ZOE@person.example>",), True),
        ("PASS", ("Reply-To: zoe.private@person.example",), False),
        ("GRAY", ("Reply-To: victim@other.example",), False),
        ("PASS", ("Reply-To: victim@other.example",), False),
        ("FAIL", (), False),
        ("GRAY", (), None),
        ("PROCESSING_FAILED", (), None),
        ("DISABLED", (), None),
    ],
)
def test_only_dmarc_authenticates_and_only_its_own_address(
    verdict: str, headers: tuple[str, ...], authenticated: bool | None
) -> None:
    item = message(written("hi", *headers), dmarcVerdict={"status": verdict}, dmarcPolicy="none")
    assert item.authenticated is authenticated


@pytest.mark.parametrize(
    "froms",
    [
        "From: zoe@person.example\r\nFrom: mallory@evil.example\r\n",
        "From: zoe@person.example, mallory@evil.example\r\n",
        "From: mallory@evil.example\r\nfrom: zoe@person.example\r\n",
    ],
)
def test_a_mail_with_several_senders_proves_none_of_them(froms: str) -> None:
    mail = f"{froms}Reply-To: bob@person.example\r\nSubject: x\r\n\r\nhi".encode()
    found = message(mail, dmarcVerdict={"status": "PASS"})
    assert (found.verdict, found.authenticated) == ("fail", False)
    assert found.their_address != "bob@person.example"


def test_a_mail_whose_sender_ses_reads_otherwise_proves_nobody() -> None:
    item = received()
    item["mail"]["commonHeaders"]["from"] = ["Zoe <zoe@other.example>"]
    item["receipt"]["dmarcVerdict"] = {"status": "PASS"}
    (found,) = channel().parse(delivered(item))
    assert isinstance(found, InboundMessage)
    assert (found.verdict, found.authenticated) == ("fail", False)


def test_a_mail_that_nobody_judged_is_neither() -> None:
    assert message(MAIL).authenticated is None


@pytest.mark.parametrize(
    ("receipt", "says"),
    [
        ({"virusVerdict": {"status": "FAIL"}}, "virus"),
        ({"spamVerdict": {"status": "FAIL"}}, "spam"),
        ({"dmarcVerdict": {"status": "FAIL"}, "dmarcPolicy": "reject"}, "forged"),
        ({"dmarcVerdict": {"status": "FAIL"}, "dmarcPolicy": "REJECT"}, "forged"),
        ({"dmarcVerdict": {"status": "FAIL"}, "dmarcPolicy": "quarantine"}, "forged"),
        ({"dmarcVerdict": {"status": "FAIL"}}, "forged"),
        ({"virusVerdict": {"status": "PROCESSING_FAILED"}}, "could not look"),
        ({"spamVerdict": {"status": "PROCESSING_FAILED"}}, "could not look"),
    ],
)
def test_mail_that_fails_its_verdicts_is_quarantined_unread(receipt: dict[str, Any], says: str) -> None:
    item = event("email_in_s3")
    item["receipt"].update(receipt)
    s3 = S3(MAIL)
    (found,) = channel(s3=s3).parse(delivered(item))
    assert isinstance(found, Ignored)
    assert (found.outcome, found.their_address, found.our_address) == ("quarantined", "zoe@person.example", OURS)
    assert says in found.reason
    assert s3.asked == []


@pytest.mark.parametrize("policy", ["none", "NONE"])
def test_a_forged_mail_is_read_where_its_domain_asks_for_nothing(policy: str) -> None:
    assert message(MAIL, dmarcVerdict={"status": "FAIL"}, dmarcPolicy=policy).authenticated is False


def test_the_time_is_ses_s_and_not_the_sender_s() -> None:
    assert message(written("hi", "Date: Mon, 99 Foo 1850 25:61:61 +9999")).occurred_at == NOON


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ("2026-07-31T10:00:00", datetime(2026, 7, 31, 10, tzinfo=UTC)),
        ("2026-07-31T10:00:00.123Z", datetime(2026, 7, 31, 10, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-07-31T10:00:00+02:00", datetime(2026, 7, 31, 8, tzinfo=UTC)),
        ("yesterday", NOON),
        ("9999-12-31T23:59:59Z", NOON),
        (17, NOON),
        (None, NOON),
    ],
)
def test_a_time_without_a_zone_is_utc_and_one_that_cannot_be_is_none(sent: object, at: datetime) -> None:
    item = received()
    item["mail"]["timestamp"] = sent
    (found,) = channel().parse(delivered(item))
    assert isinstance(found, InboundMessage)
    assert found.occurred_at == at


PDF = ("Content-Type: application/pdf; name=a.pdf", "Content-Transfer-Encoding: base64")


def headed(subject: str, body: str = "", *headers: str) -> bytes:
    """A mail with this subject."""
    return written(body, *headers).replace(b"My kettle", subject.encode())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (headed("Does it whistle?"), "Does it whistle?"),
        (headed("Unsubscribe", " \r\n"), "Unsubscribe"),
        (headed("Does it whistle?", "-- \r\nZoe"), "Does it whistle?"),
        (headed("Does it whistle?", "Sent from my iPhone"), "Does it whistle?"),
        (headed("Re: Does it whistle?", "> It does."), "Does it whistle?"),
        (headed("Does it whistle?", "\u200b\u00a0\r\n\u2060"), "Does it whistle?"),
        (headed("(no subject)", "JVBERi0=", *PDF), ""),
        (headed("Does it whistle?", "JVBERi0=", *PDF), "Does it whistle?"),
        (headed("Re: Does it whistle?", "JVBERi0=", *PDF), ""),
        (headed("", "JVBERi0=", *PDF), ""),
        (headed("My kettle", "Does it whistle?"), "Does it whistle?"),
    ],
)
def test_a_mail_without_words_asks_by_its_subject(content: bytes, words: str) -> None:
    assert message(content).text == words


@pytest.mark.parametrize("subject", ["", "Re:", "Fwd: ", "(no subject)", "Re: Kein Betreff"])
def test_a_mail_that_holds_nothing_gets_no_answer(subject: str) -> None:
    assert ignored(headed(subject)).reason == "it holds no words"


def test_a_mail_of_attachments_only_has_no_words() -> None:
    item = message(headed("", "JVBERi0=", *PDF))
    assert (item.text, [each.name for each in item.attachments]) == ("", ["a.pdf"])


def test_a_mail_without_a_sender_is_not_answered() -> None:
    assert ignored(b"Subject: hello\r\n\r\nhello").reason == "it has no sender"


def outcome(content: bytes) -> str:
    try:
        return type(parsed(content)).__name__
    except EventError as error:
        return error.reason


@given(st.binary(max_size=2000))
def test_any_bytes_as_a_mail_have_an_outcome(content: bytes) -> None:
    assert outcome(content)
    assert outcome(b"From: zoe@person.example\r\n" + content)


NONSENSE: list[object] = ["9" * 400, "yesterday", "", None, 5, {}, "0001-01-01T00:00:00+23:00", "9999-12-31"]


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("2026-07-31T10:00:00", datetime(2026, 7, 31, 10, tzinfo=UTC)),
        ("2026-07-31T10:00:00+02:00", datetime(2026, 7, 31, 8, tzinfo=UTC)),
        ("2026-07-31T10:00:00.123456789Z", datetime(2026, 7, 31, 10, 0, 0, 123456, UTC)),
        *[(nonsense, NOON) for nonsense in NONSENSE],
    ],
)
def test_a_mail_without_a_zone_is_of_utc_and_a_time_that_is_none_is_as_if_absent(timestamp: Any, at: datetime) -> None:
    event = received()
    event["mail"]["timestamp"] = timestamp
    (item,) = channel().parse(delivered(event))
    assert isinstance(item, InboundMessage)
    assert item.occurred_at == at
    assert item.occurred_at.tzinfo is UTC
