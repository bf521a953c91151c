"""What Comprehend reads, what it costs, and what happens when it does not answer."""

import threading
from collections.abc import Mapping
from typing import Any

import boto3
import orjson
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from infra.local.providers.requests import check, refusal
from tests.kit import NOON
from tests.unit.test_redaction_rows import BOUNCE, SMS, TURN, WHATSAPP
from transformer.pipeline import transform
from transformer.redaction.comprehend import Comprehend, Entity
from transformer.redaction.configured import pseudonyms
from transformer.redaction.redactor import Redactor

ENGLISH, SPANISH, FRENCH = "My name is Zoe and I am here", "Me llamo Zoe y es mi casa", "Je suis Zoe et vous êtes ici"


class FakeComprehend:
    """Finds the name Zoe; checks every request, counts it, and raises what it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.asked: list[tuple[str, str]] = []
        self.failures = list(failures)
        self._lock = threading.Lock()

    def detect_pii_entities(self, *, Text: str, LanguageCode: str) -> Mapping[str, list[Entity]]:  # noqa: N803
        check("comprehend", "DetectPiiEntities", {"Text": Text, "LanguageCode": LanguageCode})
        with self._lock:
            self.asked.append((Text, LanguageCode))
            if self.failures:
                raise self.failures.pop(0)
        start = Text.find("Zoe")
        found: list[Entity] = [{"Score": 0.99, "Type": "NAME", "BeginOffset": start, "EndOffset": start + 3}]
        found.append({"Score": 0.99, "Type": "DATE_TIME", "BeginOffset": 0, "EndOffset": 2})
        found.append({"Score": 0.2, "Type": "ADDRESS", "BeginOffset": 0, "EndOffset": 2})
        return {"Entities": found if start >= 0 else []}


def sms(text: str, number: int = 1) -> dict[str, Any]:
    return {**SMS, "messageBody": text, "inboundMessageId": f"m{number}"}


def redacted(client: FakeComprehend, *events: object, budget_s: float = 10) -> list[dict[str, Any]]:
    """The rows of a batch of events, one record each."""
    records = [orjson.dumps(event) for event in events]
    batch = [(record, transform(record, NOON)) for record in records]
    return [
        dict(result.values) for results in Redactor(Comprehend(client))(batch, budget_s=budget_s) for result in results
    ]


def body(values: dict[str, Any]) -> str:
    return str(orjson.loads(values["raw_event"])["messageBody"])


def test_english_and_spanish_are_read_in_their_language_and_marked() -> None:
    client = FakeComprehend()
    english, spanish = redacted(client, sms(ENGLISH), sms(SPANISH, 2))
    assert body(english) == "My name is [NAME] and I am here"
    assert body(spanish) == "Me llamo [NAME] y es mi casa"
    assert sorted(client.asked) == [(SPANISH, "es"), (ENGLISH, "en")]
    assert english["tags"] == spanish["tags"] == {"redaction": "comprehend"}


def test_patterns_and_comprehend_work_on_the_same_text() -> None:
    (values,) = redacted(FakeComprehend(), sms("I am Zoe, zoe@person.example, +1 425 555 0142"))
    assert body(values) == "I am [NAME], [EMAIL], [PHONE]"


def test_another_language_is_left_to_the_patterns_and_marked() -> None:
    client = FakeComprehend()
    (values,) = redacted(client, sms(f"{FRENCH} +14255550142"))
    assert body(values) == f"{FRENCH} [PHONE]"
    assert client.asked == []
    assert values["tags"] == {"redaction": "patterns: another language"}


def test_each_distinct_text_of_a_batch_is_asked_about_once() -> None:
    client = FakeComprehend()
    made = redacted(client, *(sms(ENGLISH, number) for number in range(30)))
    assert len(client.asked) == 1
    assert {body(values) for values in made} == {"My name is [NAME] and I am here"}


def test_only_rows_with_a_persons_words_or_an_answers_cost_a_call() -> None:
    client = FakeComprehend()
    mail = {**BOUNCE["mail"], "commonHeaders": {"subject": "The lamp and you"}}  # type: ignore[dict-item]
    redacted(client, {**BOUNCE, "mail": mail})
    assert client.asked == []
    redacted(client, TURN)
    assert len(client.asked) == 2


def test_the_name_of_a_whatsapp_profile_is_known_to_be_one() -> None:
    (values,) = redacted(FakeComprehend(), WHATSAPP)
    assert values["channel_data"]["profile_name"] == "[NAME]"
    assert '"name":"[NAME]"' in values["raw_event"]


@pytest.mark.parametrize(
    "failure",
    [
        refusal("DetectPiiEntities", "ThrottlingException", "Rate exceeded"),
        refusal("DetectPiiEntities", "InternalServerException", "Oh", status=500),
        ReadTimeoutError(endpoint_url="https://comprehend.eu-west-1.amazonaws.com"),
    ],
)
def test_what_passes_falls_back_to_the_patterns_marked_and_the_rest_is_not_asked(failure: Exception) -> None:
    client = FakeComprehend(*[failure] * 8)
    made = redacted(client, *(sms(f"{ENGLISH} +14255550142 {'so' * number}", number) for number in range(100)))
    assert len(client.asked) <= 16
    assert all("+14255550142" not in values["raw_event"] for values in made)
    marks = {values["tags"]["redaction"] for values in made}
    assert any(mark.startswith("patterns: ") for mark in marks)
    assert "patterns" not in marks


def test_a_refusal_that_does_not_pass_is_raised() -> None:
    client = FakeComprehend(refusal("DetectPiiEntities", "AccessDeniedException", "no"))
    with pytest.raises(ClientError, match="AccessDenied"):
        redacted(client, sms(ENGLISH))


def test_when_the_time_is_up_the_patterns_do() -> None:
    client = FakeComprehend()
    (values,) = redacted(client, sms(f"{ENGLISH} +14255550142"), budget_s=0)
    assert client.asked == []
    assert values["tags"] == {"redaction": "patterns: time is up"}
    assert "+14255550142" not in values["raw_event"]


def test_a_text_beyond_comprehends_limit_is_left_to_the_patterns() -> None:
    client = FakeComprehend()
    (values,) = redacted(client, sms("the lamp is here and " * 6000))
    assert client.asked == []
    assert values["tags"] == {"redaction": "patterns: too long"}


@pytest.mark.usefixtures("aws")
def test_boto3s_own_client_is_one() -> None:
    text = "the lamp is here"
    assert set(Comprehend(boto3.client("comprehend")).detect([text], 5)) == {text}


@pytest.mark.usefixtures("aws")
def test_a_pseudonym_key_may_be_kept_in_secrets_manager() -> None:
    arn = boto3.client("secretsmanager").create_secret(Name="key", SecretString="a key for tests, long")["ARN"]
    kept, plain = pseudonyms(arn), pseudonyms("a key for tests, long")
    assert kept
    assert plain
    assert kept.of("+14255550101") == plain.of("+14255550101")
