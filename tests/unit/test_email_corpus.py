"""Real mails and real notifications: each has an outcome, and nothing automatic is answered."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from infra.local.providers.email import inbound_event
from orchestrator.channels.email.mime import parse_mail
from orchestrator.channels.email.new_words import new_words
from orchestrator.envelopes import opened
from orchestrator.errors import EventError
from orchestrator.hub import outgoing_of
from orchestrator.model import Answer, Delivered, Ignored, InboundMessage
from tests.corpus import files, needs_corpus
from tests.unit.email_kit import NOON, OURS, S3, channel, turn_of, written

SILENCE = Answer("", source="stub")  # what is sent is the part

pytestmark = needs_corpus

MAILS = files(
    "SpamScope+mail-parser/tests/mails/*", "jhillyerd+enmime/**/*.raw", "mikel+mail/**/*.eml",
    "python+cpython/**/*.txt",
    "mozilla+fx-private-relay/**/*.email", "stalwartlabs+mail-parser/**/*.eml", "mailgun+talon/**/*.eml",
    "domainaware+parsedmarc/**/*.eml",
)  # fmt: skip
NOTIFICATIONS = files("anymail+django-anymail/**/*inbound*.json", "mozilla+fx-private-relay/**/*received*.json")
MACHINES = (
    b"\nauto-submitted: auto",
    b"\nprecedence: bulk",
    b"\nprecedence: list",
    b"\nlist-id:",
    b"\nlist-unsubscribe:",
)


def outcome(delivered: Delivered) -> Any:
    """A message that has been answered, something ignored, or the reason for a rejection."""
    try:
        (item,) = channel(s3=S3(written("hi"))).parse(delivered)
    except EventError as error:
        return error.reason
    if isinstance(item, InboundMessage):
        (part,) = channel().compose(outgoing_of(turn_of(item), Answer("ok", source="stub")))
        assert channel().send(outgoing_of(turn_of(item), SILENCE), part).message_id
        assert msgspec.json.decode(msgspec.json.encode(item), type=InboundMessage) == item
    return item


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.name)
def test_a_real_mail_has_an_outcome_and_a_machine_s_no_answer(path: Path) -> None:
    content = path.read_bytes()
    item = outcome(Delivered(inbound_event(content, NOON, OURS), NOON, b""))
    assert item
    head = b"\n" + content.replace(b"\r\n", b"\n").partition(b"\n\n")[0].lower()
    if any(mark in head for mark in MACHINES):
        assert isinstance(item, Ignored)


@pytest.mark.parametrize("path", NOTIFICATIONS, ids=lambda path: path.name)
def test_a_real_notification_is_a_message(path: Path) -> None:
    (delivered,) = opened(path.read_bytes(), NOON)
    assert isinstance(outcome(delivered), InboundMessage)


@pytest.mark.parametrize("path", files("mailgun+talon/**/standard_replies/*.eml"), ids=lambda path: path.name)
def test_a_real_program_s_reply_is_trimmed_to_its_one_word(path: Path) -> None:
    assert new_words(parse_mail(path.read_bytes()).text) == "Hello"
