import logging
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from infra.local.providers.requests import refusal
from orchestrator.defects import hashed
from orchestrator.errors import ConfigurationError, ParleyError, RefusedError, UncertainError, UpstreamError
from orchestrator.hub import outgoing_of
from orchestrator.model import Answer, Citation, InboundMessage, Part, Turn
from tests.unit.whatsapp_kit import SENDS_FROM, SocialClient, channel

SILENCE = Answer("", source="stub")  # what is sent is the part

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
TURN_ID = "0123456789abcdef0123456789abcdef"


def turn(their_address: str = "+14255550101") -> Turn:
    message = InboundMessage(
        channel="whatsapp",
        message_id="wamid.1",
        our_address="+12065550100",
        their_address=their_address,
        text="Hi",
        occurred_at=NOON,
        detail={"phone_number_id": SENDS_FROM},
    )
    return Turn(TURN_ID, "whatsapp-1-0", (message,), NOON)


def failing(code: str, message: str = "", status: int = 400) -> SocialClient:
    client = SocialClient()
    client.failure = refusal("SendWhatsAppMessage", code, message, status=status)
    return client


def test_a_part_goes_out_as_a_text_that_carries_its_turn() -> None:
    client = SocialClient()
    receipt = channel(client).send(outgoing_of(turn(), SILENCE), Part("Hello *you*"))
    assert receipt.message_id == "sent-1"
    assert client.requests[0]["originationPhoneNumberId"] == SENDS_FROM
    assert client.requests[0]["metaApiVersion"] == "v23.0"
    assert client.messages == [
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "+14255550101",
            "type": "text",
            "text": {"preview_url": False, "body": "Hello *you*"},
            "biz_opaque_callback_data": TURN_ID,
        }
    ]


def test_a_person_without_a_phone_number_is_reached_by_their_user_id() -> None:
    client = SocialClient()
    channel(client).send(outgoing_of(turn("US.13491208655302741918"), SILENCE), Part("Hello"))
    (message,) = client.messages
    assert message["recipient"] == "US.13491208655302741918"
    assert "to" not in message


def test_before_answering_the_message_is_read_and_we_are_typing() -> None:
    client = SocialClient()
    channel(client).acknowledge(turn().latest)
    assert client.messages == [
        {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "wamid.1",
            "typing_indicator": {"type": "text"},
        }
    ]


def test_a_read_receipt_that_fails_is_logged_without_the_person_s_number(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        channel(failing("AccessDeniedException", "no")).acknowledge(turn().latest)
    assert f"no read receipt for {hashed('wamid.1')}" in caplog.text
    assert "wamid" not in caplog.text
    assert "14255550101" not in caplog.text


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ThrottledRequestException", 429, UpstreamError),
        ("InternalServiceException", 500, UpstreamError),
        ("DependencyException", 502, UpstreamError),
        ("AccessDeniedException", 403, ConfigurationError),
        ("ResourceNotFoundException", 404, ConfigurationError),
        ("ValidationException", 400, RefusedError),
        ("InvalidParametersException", 400, RefusedError),
    ],
)
def test_every_error_of_the_operation_says_who_acts(code: str, status: int, error: type[ParleyError]) -> None:
    with pytest.raises(error, match=code):
        channel(failing(code, "why", status)).send(outgoing_of(turn(), SILENCE), Part("Hello"))


@pytest.mark.parametrize(
    ("message", "error", "says"),
    [
        ("(#131047) Re-engagement message", RefusedError, "131047: 24 hours have passed"),
        ("Meta error code 131056: pair rate limit", UpstreamError, "131056: too many messages"),
        ('{"error":{"code":190,"message":"expired"}}', ConfigurationError, "190: the access token has expired"),
        ("131026 Message undeliverable", RefusedError, "131026: the person cannot be reached"),
    ],
)
def test_a_code_of_meta_s_goes_before_the_code_of_aws(message: str, error: type[ParleyError], says: str) -> None:
    with pytest.raises(error, match=says):
        channel(failing("DependencyException", message, 502)).send(outgoing_of(turn(), SILENCE), Part("Hello"))


@pytest.mark.parametrize(
    "message", ["4 of 190 fields", "+14255550101 is wrong", "(#999999) new", "13104, 1310470, 9131047"]
)
def test_a_number_that_is_no_code_of_meta_s_is_none(message: str) -> None:
    with pytest.raises(RefusedError) as raised:
        channel(failing("ValidationException", message)).send(outgoing_of(turn(), SILENCE), Part("Hello"))
    assert raised.value.code == "ValidationException"


def test_a_timeout_after_sending_is_uncertain_and_before_it_is_not() -> None:
    client = SocialClient()
    client.failure = ReadTimeoutError(endpoint_url="https://social-messaging")
    with pytest.raises(UncertainError):
        channel(client).send(outgoing_of(turn(), SILENCE), Part("Hello"))
    client.failure = ConnectTimeoutError(endpoint_url="https://social-messaging")
    with pytest.raises(UpstreamError) as raised:
        channel(client).send(outgoing_of(turn(), SILENCE), Part("Hello"))
    assert not isinstance(raised.value, UncertainError)


def test_an_answer_is_in_whatsapp_s_own_marks_with_its_sources() -> None:
    citations = (
        Citation("Returns", "https://example.com/returns"),
        Citation("Returns", "https://example.com/returns"),
        Citation("Notes", "s3://bucket/notes"),
    )
    (part,) = channel().compose(
        outgoing_of(turn(), Answer("**Yes**, within _30_ days.", "documents", citations=citations))
    )
    assert part.body == "*Yes*, within _30_ days.\n\n(Source: Returns https://example.com/returns, Notes)"
    assert part.detail == {"characters": str(len(part.body))}


def test_a_spanish_answer_names_its_source_in_spanish() -> None:
    answer = Answer("Sí.", "documents", language="es", citations=(Citation("Envíos"),))
    assert channel().compose(outgoing_of(turn(), answer))[0].body == "Sí.\n\n(Fuente: Envíos)"


@given(st.text(st.characters(exclude_characters="<&`~\x00")), st.integers(1, 30))
def test_any_answer_goes_out_whole_in_parts_that_meta_takes(text: str, times: int) -> None:
    parts = channel().compose(outgoing_of(turn(), Answer(f"{text} {'😀' * 200} " * times, "stub")))
    assert all(1 <= len(part.body.encode("utf-16-le")) // 2 <= 4096 for part in parts)
    assert "".join(part.body for part in parts).count("😀") == 200 * times
    sent = [sign for part in parts for sign in part.body if sign.isalpha()]
    assert sent == [sign for sign in text * times if sign.isalpha()]


@pytest.mark.parametrize(("text", "parts"), [("a" * 4096, 1), ("a" * 4097, 2), ("😀" * 2048, 1), ("😀" * 2049, 2)])
def test_a_text_has_4096_utf16_units_at_most(text: str, parts: int) -> None:
    assert len(channel().compose(outgoing_of(turn(), Answer(text, "stub")))) == parts
