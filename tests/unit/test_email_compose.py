"""The mail that answers: its thread, its two forms, and headers that nobody else can write."""

import base64
import email
import email.policy
from email.message import EmailMessage

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.providers.email import inbound_event
from orchestrator.channels.email.mime import parse_mail
from orchestrator.channels.email.new_words import new_words
from orchestrator.channels.email.thread import MAX_REFERENCES
from orchestrator.hub import outgoing_of
from orchestrator.model import Answer, Citation, Delivered, InboundMessage
from tests.unit.email_kit import HEAD, NOON, OURS, channel, message, turn_of, written

ANSWER = Answer("It **whistles**.\n\n- loudly\n- often", source="stub")
OUR_HEADERS = {
    "from", "to", "subject", "date", "in-reply-to", "references", "auto-submitted", "x-auto-response-suppress",
    "mime-version", "content-type",
}  # fmt: skip


def replied(question: InboundMessage, answer: Answer = ANSWER) -> EmailMessage:
    (part,) = channel().compose(outgoing_of(turn_of(question), answer))
    return email.message_from_bytes(part.body.encode(), policy=email.policy.default)


def shown(mail: EmailMessage, subtype: str) -> str:
    body = mail.get_body((subtype,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_reply_is_in_the_thread_of_the_question() -> None:
    reply = replied(message(written("hi", "References: <root@x.example> <two@x.example>")))
    assert (reply["from"], reply["to"]) == (OURS, "zoe@person.example")
    assert reply["in-reply-to"] == "<m1@person.example>"
    assert reply["references"] == "<root@x.example> <two@x.example> <m1@person.example>"
    assert reply["auto-submitted"] == "auto-replied"


def test_an_answer_has_a_text_and_an_html_form() -> None:
    reply = replied(message(written("Does it whistle?")))
    assert reply.get_content_type() == "multipart/alternative"
    assert "It whistles.\n\n- loudly" in shown(reply, "plain")
    assert "It <strong>whistles</strong>." in shown(reply, "html")


def test_the_question_is_quoted_below_and_trimmed_when_it_comes_back() -> None:
    text = shown(replied(message(written("Does it whistle?\r\nAnd sing?"))), "plain")
    assert text.endswith("On 14 March 2026 at 12:00 UTC, Zoe wrote:\n> Does it whistle?\n> And sing?\n")
    assert new_words(f"Thank you!\n\n{text}").startswith("Thank you!")
    assert "whistle?" not in new_words(text)


def test_a_spanish_answer_quotes_in_spanish() -> None:
    reply = replied(message(written("¿Silba?")), Answer("Sí.", source="stub", language="es"))
    assert "El 14/03/2026 a las 12:00 UTC, Zoe escribió:\n> ¿Silba?" in shown(reply, "plain")


def test_a_long_question_is_quoted_in_part() -> None:
    text = shown(replied(message(written("word " * 2000))), "plain")
    assert text.endswith("[…]\n")
    assert len(text) < 2500


def test_sources_are_named_in_both_forms() -> None:
    cited = (Citation("Kettles <b>", "https://shop.example/k?a=1&b=2"), Citation("Evil", "javascript:alert(1)"))
    reply = replied(message(written("hi")), msgspec.structs.replace(ANSWER, citations=cited))
    assert "- Kettles <b> https://shop.example/k?a=1&b=2" in shown(reply, "plain")
    assert '<a href="https://shop.example/k?a=1&amp;b=2">Kettles &lt;b&gt;</a>' in shown(reply, "html")
    assert "javascript:" not in shown(reply, "html")


def test_script_in_any_field_is_shown_and_not_run() -> None:
    script = "<script>alert(1)</script>"
    head = f'From: "{script}" <zoe@person.example>\r\nSubject: {script}\r\n\r\n{script}'
    cited = (Citation(script, f"https://x.example/{script}"),)
    html = shown(replied(message(head.encode()), Answer(script, source="stub", citations=cited)), "html")
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 5  # the answer, the citation and its link, the name, the question


@pytest.mark.parametrize(
    ("subject", "replied_to"),
    [
        ("My kettle", "Re: My kettle"),
        ("Re: My kettle", "Re: My kettle"),
        ("RE: Re: re: My kettle", "Re: My kettle"),
        ("AW: My kettle", "Re: My kettle"),
        ("RV: SV: My kettle", "Re: My kettle"),
        ("Re[2]: My kettle", "Re: My kettle"),
        ("Re (3): My kettle", "Re: My kettle"),
        ("回复：水壶", "Re: 水壶"),
        ("Fwd: My kettle", "Re: Fwd: My kettle"),
        ("Regarding: my kettle", "Re: Regarding: my kettle"),
        ("", "Re: Your message"),
        ("Größe 👩‍👧 " + "ü" * 80, "Re: Größe 👩 👧 " + "ü" * 80),
    ],
)
def test_the_subject_says_re_once(subject: str, replied_to: str) -> None:
    content = HEAD.replace(b"My kettle", f"=?utf-8?b?{base64.b64encode(subject.encode()).decode()}?=".encode())
    assert replied(message(content + b"\r\nhi"))["subject"] == replied_to


def test_references_are_bounded_and_keep_the_root() -> None:
    ids = [f"<{number}@x.example>" for number in range(45)]
    references = replied(message(written("hi", "References: " + " ".join(ids))))["references"].split()
    assert len(references) == MAX_REFERENCES
    assert (references[0], references[-2:]) == (ids[0], [ids[-1], "<m1@person.example>"])


def test_a_long_message_id_is_neither_broken_nor_encoded() -> None:
    long = f"<{'x' * 200}@person.example>"
    (part,) = channel().compose(outgoing_of(turn_of(message(written("hi", f"References: {long}"))), ANSWER))
    assert f"References: {long}\r\n" in part.body


def test_the_mail_is_ascii_and_no_line_is_longer_than_smtp_allows() -> None:
    (part,) = channel().compose(outgoing_of(turn_of(message(written("ñ" * 3000))), Answer("é" * 5000, source="stub")))
    assert part.body.isascii()
    assert max(map(len, part.body.split("\r\n"))) <= 998


def test_a_person_with_a_unicode_address_is_answered_at_it() -> None:
    reply = replied(message("From: Jörg <jörg@bücher.example>\r\nSubject: Ü\r\n\r\nhi".encode()))
    assert str(reply["to"]) == "jörg@xn--bcher-kva.example"


def test_an_answer_without_words_sends_nothing() -> None:
    assert channel().compose(outgoing_of(turn_of(message(written("hi"))), Answer("", source="silence"))) == []


INJECTION = "a\r\nBcc: victim@other.example"
QUOTED = "a=0D=0ABcc:_victim=40other.example"
ENCODED = [
    f"=?utf-8?b?{base64.b64encode(INJECTION.encode()).decode()}?=",
    f"=?utf-8?q?{QUOTED}?=",
    f"=?utf-16?b?{base64.b64encode(INJECTION.encode('utf-16')).decode()}?=",
    f"=?utf-7?q?{QUOTED}?=",
    "=?iso-8859-1?q?a=85Bcc:_victim=40other.example?=",
    "=?utf-8?q?a=E2=80=A8Bcc:_victim=40other.example?=",
    "=?utf-8?q?a=0BBcc:_victim=40other.example?=",
    "=?utf-8?q?a=0DBcc:_victim=40other.example?=",
    f"=?utf-8*en?q?{QUOTED}?=",
    "a\r Bcc: victim@other.example",
]


@pytest.mark.parametrize("encoded", ENCODED)
@pytest.mark.parametrize("field", ["Subject", "From", "Reply-To", "Message-ID", "References", "In-Reply-To"])
def test_no_encoding_of_a_line_break_adds_a_header(field: str, encoded: str) -> None:
    value = f"{encoded} <zoe@person.example>" if field in ("From", "Reply-To") else encoded
    kept = b"".join(line + b"\r\n" for line in HEAD.splitlines() if not line.startswith(field.encode() + b":"))
    reply = replied(message(kept + f"{field}: {value}\r\n\r\nhi".encode("utf-8", "surrogateescape")))
    assert {name.lower() for name in reply.keys()} <= OUR_HEADERS  # noqa: SIM118 - a mail is no dictionary
    assert len(reply["to"].addresses) == 1


ANY = st.text() | st.text(alphabet=st.sampled_from('a=?_<>@:;,"\\()\r\n\t\u2028\u0085\x0b\x0c\x00 é\ud800'))


@given(subject=ANY, name=ANY, ids=ANY, words=ANY, text=ANY)
def test_any_text_composes_and_no_text_writes_a_header(
    subject: str, name: str, ids: str, words: str, text: str
) -> None:
    detail = {"subject": subject, "from_name": name, "message_id": "<m@x>", "references": "<r@x>"}
    question = InboundMessage("email", "m", OURS, "zoe@person.example", words, NOON, "r@x", detail=detail)
    answer = Answer(f"x{text}", source="stub", citations=(Citation(name, ids),))
    (part,) = channel().compose(outgoing_of(turn_of(question), answer))
    head, _, body = part.body.partition("\r\n\r\n")
    assert {line.partition(":")[0].lower() for line in head.split("\r\n") if line[:1].strip()} <= OUR_HEADERS
    assert parse_mail(part.body.encode()).senders[0].spec == OURS
    assert body.count(f"--=_{turn_of().turn_id}") == 3


@given(st.text(), st.text(), st.binary(max_size=300))
def test_a_reply_to_any_mail_has_our_headers_only(subject: str, sender: str, rest: bytes) -> None:
    head = f"From: zoe@person.example\r\nSubject: {subject}\r\nReply-To: {sender}\r\n".encode(
        "utf-8", "surrogateescape"
    )
    (item,) = channel().parse(Delivered(inbound_event(head + rest, NOON, OURS), NOON, b""))
    if isinstance(item, InboundMessage):
        names = {name.lower() for name in replied(item).keys()}  # noqa: SIM118 - a mail is no dictionary
        assert names <= OUR_HEADERS
