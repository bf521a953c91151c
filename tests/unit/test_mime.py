"""Mails as badly written as they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.channels.email.bounds import MAX_HEADER
from orchestrator.channels.email.mime import Mail, address, one_line, parse_mail
from orchestrator.errors import EventError


def body_of(head: str, body: bytes) -> str:
    return parse_mail(head.encode() + b"\n\n" + body).text


def test_an_unknown_charset_is_read_as_utf_8() -> None:
    assert body_of("Content-Type: text/plain; charset=x-klingon", "café".encode()) == "café"


def test_bytes_that_are_not_in_their_charset_are_read_as_windows_1252() -> None:
    assert body_of("Content-Type: text/plain; charset=utf-8", b"caf\xe9 \x93quoted\x94") == "café “quoted”"


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode-escape", "zlib", "rot13", "undefined"])
def test_a_codec_that_is_no_charset_is_not_applied(charset: str) -> None:
    assert body_of(f"Content-Type: text/plain; charset={charset}", b"a\\u0041-b") == "a\\u0041-b"


def test_the_plain_part_is_preferred_to_the_html_one() -> None:
    head = 'Content-Type: multipart/alternative; boundary="b"'
    body = b"--b\nContent-Type: text/html\n\n<p>html</p>\n--b\nContent-Type: text/plain\n\nplain\n--b--\n"
    assert body_of(head, body).strip() == "plain"


def test_html_is_read_where_the_plain_part_is_blank() -> None:
    head = 'Content-Type: multipart/alternative; boundary="b"'
    body = b"--b\nContent-Type: text/plain\n\n \n--b\nContent-Type: text/html\n\n<p>hi <b>you</b></p>\n--b--\n"
    assert body_of(head, body) == "hi you"


def test_a_multipart_whose_boundary_is_wrong_is_read_as_text() -> None:
    assert "hello" in body_of('Content-Type: multipart/mixed; boundary="b"', b"--other\n\nhello\n")


def test_attachments_are_listed_and_not_taken_for_text() -> None:
    head = 'Content-Type: multipart/mixed; boundary="b"'
    body = (
        b"--b\n\nsee attached\n"
        b"--b\nContent-Type: image/png\n"
        b'Content-Disposition: inline; filename="=?utf-8?q?caf=C3=A9?="\n'
        b"Content-Transfer-Encoding: base64\n\naGVsbG8=\n"
        b'--b\nContent-Type: text/plain; name="notes.txt"\n\nnot the words\n'
        b"--b\nContent-Type: message/rfc822\n\nSubject: inner\n\ninner words\n--b--\n"
    )
    mail = parse_mail(head.encode() + b"\n\n" + body)
    assert mail.text.strip() == "see attached"
    assert [(each.kind, each.name, each.mime_type, each.size) for each in mail.attachments] == [
        ("image", "café", "image/png", 5),
        ("file", "notes.txt", "text/plain", 13),
        ("file", "", "message/rfc822", None),
    ]


def headers(*lines: str) -> Mail:
    return parse_mail("\r\n".join((*lines, "", "text")).encode())


@pytest.mark.parametrize(
    ("line", "spec"),
    [
        ("From: zoe@person.example", "zoe@person.example"),
        ('From: "Person, Zoe" <ZOE@Person.Example>', "zoe@person.example"),
        ("From: =?utf-8?q?Zo=C3=AB?= <zoe@person.example>", "zoe@person.example"),
        ("From: zoe@person.example <<zoe@person.example>>", "zoe@person.example"),
        ("From: Friends: zoe@person.example, bob@person.example;", "zoe@person.example"),
        ("From: zoe@MÜNCHEN.example", "zoe@xn--mnchen-3ya.example"),
        ("From: jörg@person.example", "jörg@person.example"),
        ("From: <zoe@person.example", "zoe@person.example"),
        ("From: ((((((( zoe@person.example", ""),
        ("From: zoe", ""),
        ("From: <>", ""),
        ("X-From: zoe@person.example", ""),
    ],
)
def test_a_sender_is_found_where_there_is_one(line: str, spec: str) -> None:
    found = headers(line).senders
    assert (found[0].spec if found else "") == spec


def test_a_subject_is_one_line_whatever_hides_in_it() -> None:
    assert headers("Subject: =?utf-8?q?a=0D=0ABcc=3A_x=40y.example?=").subject == "a Bcc: x@y.example"
    assert headers("Subject: =?utf-8?b?YQ0KQmNjOiB4QHkuZXhhbXBsZQ==?=").subject == "a Bcc: x@y.example"
    assert headers("Subject: a\u2028b\x0bc\x00d").subject == "a b cd"


def test_an_encoded_word_inside_an_encoded_word_is_decoded_once() -> None:
    assert headers("Subject: =?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=").subject == "=?utf-8?q?x?="


def test_half_a_surrogate_pair_from_a_header_can_be_kept_as_json() -> None:
    headers("Subject: =?unicode_escape?q?=5Cud800?=").subject.encode()


def test_references_are_ids_in_order_and_nothing_else() -> None:
    mail = headers("References: <a@x> junk <b@x>\r\n\t<a@x> <c d>", "In-Reply-To: <z@x>", "Message-ID: <m@x>")
    assert (mail.references, mail.message_id) == (("<a@x>", "<b@x>", "<z@x>"), "<m@x>")


@pytest.mark.parametrize("name", ["Date", "Message-ID", "From", "Reply-To", "Subject", "Content-Type", "References"])
@pytest.mark.parametrize(
    "value", ["<" * 500, "(" * 5000, "a:;" * 900, '"' * 999, "=?" * 999, "\x00" * 9, "Mon, 99 Foo 99999"]
)
def test_a_header_that_breaks_the_parser_breaks_nothing_else(name: str, value: str) -> None:
    assert headers(f"{name}: {value}", "X-Kept: yes").header("x-kept") == "yes"


def test_an_address_is_found_in_what_ses_shows_of_it() -> None:
    found = address('"Zoë Person" <Zoe@person.example>')
    assert found
    assert (found.spec, found.name) == ("zoe@person.example", "Zoë Person")


def test_a_header_is_cut_where_no_mail_program_goes() -> None:
    assert len(headers(f"X-Long: {'x' * 100_000}").header("x-long")) == MAX_HEADER


@given(st.text())
def test_one_line_is_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line.isprintable()


def outcome(content: bytes) -> str:
    """The mail's text, or why there is none."""
    try:
        return parse_mail(content).text
    except EventError as error:
        return error.reason


@given(st.binary(max_size=3000))
def test_any_bytes_are_a_mail_or_have_a_named_reason(content: bytes) -> None:
    outcome(content).encode()


LINES = st.sampled_from(
    [
        b"From: a@b.example", b"From: =?utf-8?q?a", b"Subject: x",
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: message/rfc822", b"Content-Type: text/html; charset=utf-7",
        b"Content-Type: text/plain; charset",
        b"Content-Type: ;;=", b"Content-Disposition: attachment; filename*=utf-8''%ff", b"--b", b"--b--", b"", b"words",
        b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable", b"=3D=ZZ=", b"\xff\x00",
        b"Content-Transfer-Encoding: x-uuencode", b"begin 644 x", b" folded", b"References: <a@b> <c@d>",
        b"Date: never",
    ]
)  # fmt: skip


@given(st.lists(LINES, max_size=40), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_any_shuffled_pieces_of_mails_are_a_mail_or_have_a_named_reason(lines: list[bytes], end: bytes) -> None:
    outcome(end.join(lines)).encode()
