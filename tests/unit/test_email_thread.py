"""Two threads of one person are two conversations, and a reply of ours leads back to its own."""

import email
import email.policy
from pathlib import Path
from typing import Any

import pytest

from infra.local.providers.email import inbound_event
from orchestrator.hub import outgoing_of
from orchestrator.model import Answer, InboundMessage
from orchestrator.settings import Settings
from tests.kit import Machine, chosen, notification
from tests.unit.email_kit import OURS, EmailLine, channel, message, turn_of


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


@pytest.mark.parametrize(
    ("headers", "answers"),
    [
        (["In-Reply-To: <0100-abc-000000@email.amazonses.com>"], "0100-abc-000000"),
        (["In-Reply-To: <0102-abc@eu-west-1.amazonses.com>"], "0102-abc"),
        (["References: <0102-abc@eu-west-1.amazonses.com> <m2@person.example>"], "0102-abc"),
        (["References: <m1@person.example> <0102-abc@eu-west-1.amazonses.com>"], ""),
        (["In-Reply-To: <0102-abc@eu-west-1.amazonses.com.evil.example>"], ""),
        (["In-Reply-To: <0102 abc@eu-west-1.amazonses.com>"], ""),
        ([], ""),
    ],
)
def test_an_answer_that_names_nothing_older_than_our_mail_names_it(headers: list[str], answers: str) -> None:
    assert mail("Re: My kettle", *headers).answers == answers


class Ses(EmailLine):
    """Gives ids as SES does."""

    def send_email(self, **request: Any) -> dict[str, str]:
        return {"MessageId": f"0102-{super().send_email(**request)['MessageId']}"}


def talk(path: Path, mails: int, subject: str, *, names_our_last: bool) -> tuple[list[str], int]:
    """The conversations of so many mails of one program, sent one after the other, and how many of them we answered."""
    line = Ses()
    machine = Machine(path, line=line, settings=chosen(email_addresses=(OURS,), turns_per_hour=15))
    for number in range(mails):
        lines = [
            "From: desk@vendor.example",
            f"Subject: {subject.format(number)}",
            f"Message-ID: <m{number}@v.example>",
        ]
        if names_our_last and line.sent:
            lines.append(f"In-Reply-To: <0102-ses-{len(line.sent)}@eu-west-1.amazonses.com>")
        content = "\r\n".join((*lines, "", f"We opened ticket {number}.")).encode()
        machine.deliver(notification(inbound_event(content, machine.clock.now, OURS), machine.clock.now))
        machine.drain()
    return [turn.conversation_id for turn in machine.turns()], len(line.sent)


@pytest.mark.parametrize("subject", ["Re: Lamp", "Ticket {} opened"])
def test_a_program_that_names_our_last_mail_alone_stays_in_one_thread_until_we_fall_silent(
    tmp_path: Path, subject: str
) -> None:
    conversations, answers = talk(tmp_path, 13, subject, names_our_last=True)
    assert len(conversations) == 13
    assert len(set(conversations)) == 1
    assert answers == Settings().replies.answers_per_thread


def test_a_program_that_names_nothing_and_has_a_new_subject_each_time_stops_too(tmp_path: Path) -> None:
    conversations, answers = talk(tmp_path, 25, "Ticket {} opened", names_our_last=False)
    assert len(set(conversations)) == 25
    assert answers == Settings().replies.threads_per_hour


def test_replies_that_lost_their_references_stay_together() -> None:
    one, other = (mail("Re: My kettle", f"Message-ID: <m{number}@person.example>") for number in (1, 2))
    assert one.thread == other.thread
