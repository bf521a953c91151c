"""Mail that a machine sent is never answered."""

import pytest

from orchestrator.channels.email.automatic import is_robot
from tests.unit.email_kit import HEAD, OURS, ignored, message, written


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner-email=zoe@person.example",
        "auto-submitted: AUTO-NOTIFIED",
        "Precedence: bulk",
        "Precedence: List",
        "Precedence: junk",
        "List-Id: <kettles.lists.example>",
        "List-Unsubscribe: <https://lists.example/leave>",
        "list-post: NO",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "X-Auto-Response-Suppress: All",
        "X-Autoreply: yes",
        "Return-Path: <>",
        "Return-Path: <MAILER-DAEMON@mail.example>",
        "Reply-To: no-reply@person.example",
        f"Reply-To: {OURS}",
        "Reply-To: help+again@shop.example",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "Content-Type: message/disposition-notification",
        "Content-Type: text/calendar; method=REPLY",
    ],
)
def test_a_header_of_a_machine_s_mail_ends_the_matter(header: str) -> None:
    item = ignored(written("hi", header))
    assert item.outcome == "ignored"
    assert item.reason
    assert item.our_address == OURS


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: No; x=y",
        "Precedence: first-class",
        "X-Auto-Response-Suppress: DR, RN",
        "X-List: of things",
        "Listing: none",
        "Reply-To: zoe.bounces@person.example",
        "Content-Type: text/calendar; method=REQUEST",
    ],
)
def test_a_person_s_mail_is_answered(header: str) -> None:
    assert message(written("hi", header)).their_address


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: My kettle",
        "Out of Office: back on Monday",
        "Out of office",
        "Abwesenheitsnotiz: Wasserkocher",
        "Réponse automatique : bouilloire",
        "Respuesta automática: tetera",
        "Autosvar: kedel",
    ],
)
def test_a_note_of_absence_is_not_answered(subject: str) -> None:
    content = b"From: zoe@person.example\r\nSubject: " + subject.encode() + b"\r\n\r\nback on Monday"
    assert "nobody is there" in ignored(content).reason


@pytest.mark.parametrize("subject", ["Out of office chairs?", "Automatic replying kettle", "Re: Automatic reply"])
def test_a_subject_about_absence_is_no_note_of_it(subject: str) -> None:
    assert message(HEAD.replace(b"My kettle", subject.encode()) + b"\r\nhi").text == "hi"


@pytest.mark.parametrize(
    "address",
    [
        "mailer-daemon@mail.example", "mailerdaemon@mail.example", "postmaster@mail.example", "no-reply@shop.example",
        "noreply@shop.example", "no_reply@shop.example", "no.reply+17@shop.example", "do-not-reply@shop.example",
        "donotreply@shop.example", "do_not_reply-orders@shop.example", "bounce@mail.example", "bounces+17@mail.example",
        "kettles-bounces@lists.example", "kettles-request@lists.example", "owner-kettles@lists.example",
    ],
)  # fmt: skip
def test_a_machine_s_address_is_known(address: str) -> None:
    assert is_robot(address)
    assert ignored(b"From: " + address.encode() + b"\r\n\r\nhi").their_address == address


@pytest.mark.parametrize(
    "address",
    ["norma@person.example", "noreen@person.example", "bouncer@club.example", "postmasters@x.example", "not@x.example"],
)
def test_a_person_s_address_is_no_machine_s(address: str) -> None:
    assert not is_robot(address)


def test_our_own_mail_is_not_answered() -> None:
    assert "our own" in ignored(HEAD.replace(b"zoe@person.example>", b"HELP@shop.example>") + b"\r\nhi").reason


def test_a_report_inside_a_person_s_mail_does_not_make_it_one() -> None:
    forwarded = (
        "--b\r\n\r\nWhat is this?\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/report\r\n\r\nx"
    )
    assert (
        message(written(f"{forwarded}\r\n--b--", 'Content-Type: multipart/mixed; boundary="b"')).text == "What is this?"
    )
