"""Personal data that only a reader of language finds, by Amazon Comprehend: names, postal addresses and 30 more kinds.

One call for each distinct text of a batch, a few at a time, until the time is up. What is not asked, and what
Comprehend does not answer for a passing reason, is left to the patterns; each text says who read it. Refusals that do
not pass, such as a missing permission, are raised: they are ours to mend, and nothing is written meanwhile.
Source: https://docs.aws.amazon.com/comprehend/latest/APIReference/API_DetectPiiEntities.html (English and Spanish,
100 KB a text; offsets count characters).
"""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Protocol, TypedDict

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004  # botocore's own name

from transformer.redaction.findings import Finding
from transformer.redaction.language import language_of

BY_COMPREHEND = "comprehend"
BY_PATTERNS = "patterns"

_MAX_BYTES = 100_000
_LEAST_SCORE = 0.5
_AT_A_TIME = 8
_HARMLESS = {"DATE_TIME"}  # a time alone names nobody, and questions are about times
_NAMES = {"CREDIT_DEBIT_NUMBER": "CARD", "INTERNATIONAL_BANK_ACCOUNT_NUMBER": "IBAN", "PIN": "CODE"}
_PASSING = {
    "ThrottlingException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "InternalServerException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "RequestTimeout",
    "RequestTimeoutException",
}


class Entity(TypedDict):
    Score: float
    Type: str
    BeginOffset: int
    EndOffset: int


class ComprehendClient(Protocol):
    """The one operation used of boto3's client."""

    def detect_pii_entities(self, *, Text: str, LanguageCode: str) -> Mapping[str, list[Entity]]: ...  # noqa: N803  # AWS's names


class Detected(NamedTuple):
    """What is personal in a text besides what the patterns find, and who has read it."""

    findings: list[Finding]
    by: str


class Comprehend:
    """Asks `client`. `clock` gives seconds that only grow."""

    def __init__(self, client: ComprehendClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock

    def detect(self, texts: Iterable[str], budget_s: float) -> dict[str, Detected]:
        """Each distinct text once. No call begins after `budget_s` seconds, nor after one was throttled for good."""
        until = self._clock() + budget_s
        trouble: list[str] = []

        def detected(text: str) -> Detected:
            reason = _unreadable(text) or (trouble[0] if trouble else "" if self._clock() < until else "time is up")
            if not reason:
                try:
                    return Detected(self._ask(text), BY_COMPREHEND)
                except _PassingError as error:
                    reason = str(error)
                    trouble.append(reason)
            return Detected([], f"{BY_PATTERNS}: {reason}")

        distinct = list(dict.fromkeys(texts))
        with ThreadPoolExecutor(_AT_A_TIME) as workers:
            return dict(zip(distinct, workers.map(detected, distinct), strict=True))

    def _ask(self, text: str) -> list[Finding]:
        try:
            answer = self._client.detect_pii_entities(Text=text, LanguageCode=language_of(text))
        except ClientError as error:
            if error.response["Error"]["Code"] not in _PASSING:
                raise
            raise _PassingError(error.response["Error"]["Code"]) from error
        except (ConnectionError, HTTPClientError) as error:
            raise _PassingError(type(error).__name__) from error
        return [
            Finding(each["BeginOffset"], each["EndOffset"], _NAMES.get(each["Type"], each["Type"]))
            for each in answer["Entities"]
            if each["Score"] >= _LEAST_SCORE and each["Type"] not in _HARMLESS
        ]


class _PassingError(Exception):
    """Comprehend does not answer now."""


def _unreadable(text: str) -> str:
    """Why Comprehend cannot read a text; "" where it can."""
    if len(text.encode()) > _MAX_BYTES:
        return "too long"
    return "" if language_of(text) else "another language"
