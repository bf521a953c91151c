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


@pytest.mark.parametrize(
    "encoding",
    [
        "quoted-printable  ", "quoted-printable\t", "quoted-printable;", "Quoted-Printable (as always)",
        '"quoted-printable"', "(so) quoted-printable", "quoted_printable", "QUOTEDPRINTABLE", "quoted-printable; x=y",
    ],
)  # fmt: skip
def test_a_transfer_encoding_is_known_whatever_stands_around_it(encoding: str) -> None:
    head = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}"
    assert body_of(head, b"zur=C3=BCck=\ngeben") == "zurückgeben"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("aGVsbG8=\n", "hello"),
        ("aGVs\r\nbG8", "hello"),
        ("aGVsbG8=\n_______________\nThe list's footer: https://lists.example\n", "hello"),
        ("Where is my lamp?\n", "Where is my lamp?\n"),
        ("aGVsbG8h\n\naGVsbG8h\n", "hello!hello!"),
    ],
)
def test_base64_is_read_as_far_as_it_goes(body: str, words: str) -> None:
    assert body_of("Content-Type: text/plain\nContent-Transfer-Encoding: base64", body.encode()) == words


def test_html_has_no_control_character_either() -> None:
    assert body_of("Content-Type: text/html", b"<p>a&#27;[1mb&#146;c&#7;</p>") == "a[1mb’c"


def test_html_that_alone_names_its_charset_is_read_in_it() -> None:
    html = '<meta http-equiv="content-type" content="text/html; charset=koi8-r"><p>Где лампа?'
    assert body_of("Content-Type: text/html", html.encode("koi8-r")) == "Где лампа?"
    assert body_of("Content-Type: text/html; charset=unknown", html.encode("koi8-r")) == "Где лампа?"


def test_flowed_lines_are_one_paragraph() -> None:
    flowed = b"Where is the lamp \nthat I ordered?\n\n> It was \n> sent.\n>> When? \nToday.\n From here.\n-- \nZoe"
    head = "Content-Type: text/plain; format=flowed"
    assert body_of(head, flowed).split("\n") == [
        "Where is the lamp that I ordered?", "", "> It was sent.", ">> When? ", "Today.", "From here.", "-- ", "Zoe",
    ]  # fmt: skip


def test_flowed_lines_of_a_script_without_blanks_are_joined_without_them() -> None:
    flowed = "返品 \nしたい".encode()
    assert body_of("Content-Type: text/plain; charset=utf-8; Format=Flowed; DelSp=Yes", flowed) == "返品したい"


def test_lines_that_do_not_say_so_do_not_flow() -> None:
    assert body_of("Content-Type: text/plain", b"one \ntwo") == "one \ntwo"


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


TEXT_PART = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n"
MISDIVIDED = {
    "another boundary": ('Content-Type: multipart/mixed; boundary="a_"', f"--a\n{TEXT_PART}--a--\n"),
    "no boundary": ("Content-Type: multipart/alternative", f"----=_Part_1\n{TEXT_PART}----=_Part_1--\n"),
    "no semicolon": ("Content-Type: multipart/mixed\n boundary=a", f"--a\n{TEXT_PART}--a--\n"),
    "a type misspelt": ("Content-Type: mutlipart/mixed; boundary=a", f"--a\n{TEXT_PART}--a--\n"),
    "a type that is wrong": ("Content-Type: text/plain; charset=utf-8", f"\n--a\n{TEXT_PART}--a--\n"),
    "an encoding of its own": (
        "Content-Type: multipart/mixed; boundary=x\nContent-Transfer-Encoding: base64",
        f"--a\n{TEXT_PART}--a--\n",
    ),
    "no type": ("Subject: x", f"This is a multi-part message in MIME format.\n\n--a\n{TEXT_PART}--a--\n"),
    "a blank line above the type": ("Subject: x", f"\nContent-Type: multipart/mixed\n\n--a\n{TEXT_PART}--a--\n"),
    "an inner one": (
        "Content-Type: multipart/mixed; boundary=o",
        f"--o\nContent-Type: multipart/alternative; boundary=x\n\n--i\n{TEXT_PART}--i--\n\n--o--\n",
    ),
}


@pytest.mark.parametrize("name", MISDIVIDED)
def test_a_multipart_is_divided_where_its_body_is(name: str) -> None:
    head, body = MISDIVIDED[name]
    assert body_of(head, body.encode()) == "hello"


@pytest.mark.parametrize("body", ["Content-Type: text/plain\n\nhello\n", "--a b c\nhello\n--a--\n", f"hi\n{TEXT_PART}"])
def test_mime_s_own_lines_are_never_the_text(body: str) -> None:
    assert body_of("Content-Type: multipart/mixed; boundary=x", body.encode()) == ""


def test_a_multipart_that_is_none_is_read_as_the_text_it_is() -> None:
    words = "Where is it?\n-- \nZoe\n----------\nAna wrote:"
    assert body_of("Content-Type: multipart/mixed; boundary=x", words.encode()) == words


def test_text_that_speaks_of_mime_stays_text() -> None:
    words = "Why does this fail?\n--a\nContent-Type: text/plain\n\nhello\n--a--"
    assert body_of("Content-Type: text/plain", words.encode()) == words


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
        ("From: ((((((( zoe@person.example", "zoe@person.example"),
        ("From: Zoe <Zoe <zoe@person.example>>", "zoe@person.example"),
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


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"=?gb2312?B?1rfJyw==?=", "址伤"),
        (b"=?iso-2022-jp?B?GyRCLSFKVklKGyhC?=", "①返品"),
        (b"=?iso-8859-1?Q?don=92t?=", "don’t"),
        (b"=?windows-874?q?=A9=D1=B9?=", "ฉัน"),
        (b"=?utf-8*en?q?caf=C3=A9?=", "café"),
        (b"=?utf-8?q?caf=C3?=\r\n =?utf-8?q?=A9_noir?=", "café noir"),
        (b"=?utf-8?b?Y2Fmww==?==?utf-8?b?qSE=?=", "café!"),
        (b"=?utf-8?q?un caf=C3=A9?=, please", "un café, please"),
        (b"=?x-unknown?q?caf=E9?= =?koi8-r?b?8NLJ18XU?=", "caféПривет"),
        ("Rückgabe".encode("cp1252"), "Rückgabe"),
        ("Rückgabe".encode(), "Rückgabe"),
        ("Привет".encode("cp1251"), "Привет"),
        ("返品".encode("iso2022_jp"), "返品"),
        (b"=?utf-8?q?a_=3D=3F_b?= =? c ?= d", "a =? b =? c ?= d"),
    ],
)
def test_a_subject_is_read_in_whatever_form_it_comes(raw: bytes, subject: str) -> None:
    assert parse_mail(b"Subject: " + raw + b"\r\n\r\nhi").subject == subject


def test_a_header_that_nobody_encoded_is_written_as_the_body_is() -> None:
    head = "From: Иван <ivan@person.example>\nSubject: Лампа\nContent-Type: text/plain; charset=koi8-r\n\nда"
    mail = parse_mail(head.encode("koi8-r"))
    assert (mail.senders[0].name, mail.subject, mail.text) == ("Иван", "Лампа", "да")


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename*=gb2312''%86%B4.pdf", "喆.pdf"),
        ('attachment; filename="=?iso-8859-1?q?R=FCck.pdf?="', "Rück.pdf"),
        ("attachment; filename*0*=utf-8''caf%C3; filename*1*=%A9.pdf", "café.pdf"),
        ('attachment; filename="café.pdf"', "café.pdf"),
    ],
)
def test_a_file_s_name_is_read_in_whatever_form_it_comes(disposition: str, name: str) -> None:
    mail = parse_mail(f"Content-Type: application/pdf\nContent-Disposition: {disposition}\n\nx".encode())
    assert [each.name for each in mail.attachments] == [name]


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
