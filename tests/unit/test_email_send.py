"""Sending by SES, and who acts on its errors."""

import re

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from infra.local.providers.requests import operation, refusal
from orchestrator.errors import (
    ConfigurationError,
    ParleyError,
    RefusedError,
    ThrottledError,
    UncertainError,
    UpstreamError,
)
from orchestrator.hub import outgoing_of
from orchestrator.model import Answer
from tests.unit.email_kit import OURS, Ses, channel, message, turn_of, written

SILENCE = Answer("", source="stub")  # what is sent is the part

TURN = turn_of(message(written("hi")))


def sent(ses: Ses) -> str:
    (part,) = channel(ses).compose(outgoing_of(TURN, Answer("It whistles.", source="stub")))
    return channel(ses).send(outgoing_of(TURN, SILENCE), part).message_id


def test_a_mail_is_sent_raw_with_the_turn_in_its_tags() -> None:
    ses = Ses()
    assert sent(ses) == "ses-1"
    (request,) = ses.sent
    assert request["FromEmailAddress"] == OURS
    assert request["Destination"] == {"ToAddresses": ["zoe@person.example"]}
    assert request["ConfigurationSetName"] == "parley"
    assert {tag["Name"]: tag["Value"] for tag in request["EmailTags"]} == {
        "turn_id": TURN.turn_id,
        "conversation_id": TURN.conversation_id,
    }
    assert request["Content"]["Raw"]["Data"].startswith(b"From: help@shop.example\r\n")


def test_tags_are_legal() -> None:
    ses = Ses()
    sent(ses)
    for tag in ses.sent[0]["EmailTags"]:
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", tag["Name"])
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", tag["Value"])


OWNERS: dict[str, type[ParleyError]] = {
    "AccountSuspendedException": ConfigurationError,
    "BadRequestException": RefusedError,
    "LimitExceededException": ConfigurationError,
    "MailFromDomainNotVerifiedException": ConfigurationError,
    "MessageRejected": RefusedError,
    "NotFoundException": ConfigurationError,
    "SendingPausedException": ConfigurationError,
    "TooManyRequestsException": ThrottledError,
}


@pytest.mark.parametrize(("code", "owner"), OWNERS.items())
def test_an_error_of_ses_belongs_to_whom_it_concerns(code: str, owner: type[ParleyError]) -> None:
    with pytest.raises(ParleyError) as raised:
        sent(Ses(refusal("SendEmail", code, "no")))
    assert type(raised.value) is owner


def test_every_error_in_botocore_s_model_has_an_owner() -> None:
    assert {shape.name for shape in operation("sesv2", "SendEmail").error_shapes} == set(OWNERS)


def test_an_unverified_address_is_the_operator_s() -> None:
    with pytest.raises(ConfigurationError, match="not verified"):
        sent(Ses(refusal("SendEmail", "MessageRejected", "Email address is not verified. …")))


def test_a_send_without_a_response_may_have_happened() -> None:
    with pytest.raises(UncertainError):
        sent(Ses(ReadTimeoutError(endpoint_url="https://email")))


def test_a_send_that_never_left_did_not_happen() -> None:
    with pytest.raises(UpstreamError) as raised:
        sent(Ses(ConnectTimeoutError(endpoint_url="https://email")))
    assert not isinstance(raised.value, UncertainError)
