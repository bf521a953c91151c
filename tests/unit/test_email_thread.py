"""Two threads of one person are two conversations, and a reply of ours leads back to its own."""

import email
import email.policy

from orchestrator.hub import outgoing_of
from orchestrator.model import Answer, InboundMessage
from tests.unit.email_kit import channel, message, turn_of


def mail(subject: str, *headers: str) -> InboundMessage:
    lines = ("From: zoe@person.example", f"Subject: {subject}", *headers, "", "words")
    return message("\r\n".join(lines).encode())


def answered_by_the_person(question: InboundMessage, *, with_references: bool = True) -> InboundMessage:
    """The person's mail program answers ours, as RFC 5322 says; SES has given ours its id."""
    (part,) = channel().compose(outgoing_of(turn_of(question), Answer("ok", source="stub")))
    ours = email.message_from_bytes(part.body.encode(), policy=email.policy.default)
    references = f"References: {ours['references']} <ses-1@eu-west-1.amazonses.com>"
    headers = ["In-Reply-To: <ses-1@eu-west-1.amazonses.com>", *([references] if with_references else [])]
    return mail(ours["subject"], "Message-ID: <later@person.example>", *headers)


def test_the_answer_to_our_reply_is_in_the_thread_of_the_first_mail() -> None:
    first = mail("My kettle", "Message-ID: <m1@person.example>")
    second = answered_by_the_person(first)
    assert first.thread == second.thread == answered_by_the_person(second).thread


def test_so_it_is_for_a_first_mail_without_an_id() -> None:
    first = mail("My kettle")
    assert first.thread
    assert answered_by_the_person(first).thread == first.thread


def test_a_mail_that_follows_its_own_first_is_in_its_thread() -> None:
    first = mail("My kettle", "Message-ID: <m1@person.example>")
    second = mail("Re: My kettle", "Message-ID: <m2@person.example>", "In-Reply-To: <m1@person.example>")
    third = mail("photos", "Message-ID: <m3@x.example>", "References: <m1@person.example> <m2@person.example>")
    assert first.thread == second.thread == third.thread


def test_two_mails_with_one_subject_are_two_threads() -> None:
    first, second = (mail("Question", f"Message-ID: <m{number}@person.example>") for number in (1, 2))
    assert first.thread != second.thread


def test_without_any_id_sender_and_subject_make_the_thread() -> None:
    assert mail("My kettle").thread == mail("RE: AW: my Kettle").thread == mail("Fwd: MY KETTLE").thread
    assert mail("My kettle").thread != mail("My teapot").thread


def test_replies_that_lost_their_references_stay_together() -> None:
    one, other = (mail("Re: My kettle", f"Message-ID: <m{number}@person.example>") for number in (1, 2))
    assert one.thread == other.thread
