"""An application of Amazon Q Business."""

from collections.abc import Mapping

import pytest
from botocore.exceptions import ReadTimeoutError

from infra.local.providers.requests import refusal
from orchestrator.answerers.qbusiness import QBusinessAnswerer
from orchestrator.answerers.settings import QBusinessSettings
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.model import Answer, Citation, Pass
from tests.fakes.agents import HOSTILE, FakeQBusiness, question, words

APPLICATION = "a1b2c3d4-0000-4000-8000-000000000001"
SETTINGS = QBusinessSettings(qbusiness_application_id=APPLICATION)
SOURCE = {
    "title": "Opening hours",
    "url": "https://shop.example/hours",
    "snippet": "We open at nine.",
    "citationNumber": 1,
}


def reply(text: str, *sources: Mapping[str, object]) -> dict[str, object]:
    return {"systemMessage": text, "sourceAttributions": list(sources or [SOURCE])}


def asked(*replies: dict[str, object] | Exception, settings: QBusinessSettings = SETTINGS) -> Answer | Pass:
    return QBusinessAnswerer(FakeQBusiness(*replies), settings).answer(question("When are you open?"))


def continued(answerer: QBusinessAnswerer, turns: int) -> list[Answer]:
    """As the hub does: each answer's state comes with the next question."""
    answers: list[Answer] = []
    for turn in range(turns):
        state = answers[-1].state if answers else {}
        answer = answerer.answer(question(f"question {turn}", number=turn, state=state))
        assert isinstance(answer, Answer)
        answers.append(answer)
    return answers


def test_ten_turns_are_one_conversation_of_the_service() -> None:
    service = FakeQBusiness(*(reply(f"answer {turn}") for turn in range(10)))
    answers = continued(QBusinessAnswerer(service, SETTINGS), 10)
    assert [answer.text for answer in answers] == [f"answer {turn}" for turn in range(10)]
    assert len({answer.session_id for answer in answers}) == 1
    assert len(service.requests) == 10
    assert all(key.startswith("qbusiness_") for answer in answers for key in answer.state)


def test_an_expired_conversation_is_begun_again_once() -> None:
    service = FakeQBusiness(reply("Nine."))
    answerer = QBusinessAnswerer(service, SETTINGS)
    (before,) = continued(answerer, 1)
    service.forget()
    after = answerer.answer(question("And on Sunday?", number=2, state=before.state))
    assert isinstance(after, Answer)
    assert after.session_id != before.session_id
    assert after.state != before.state
    assert ["conversationId" in request for request in service.requests] == [False, True, False]


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ValidationException"])
def test_an_application_that_is_not_there_is_asked_once_by_a_new_conversation(code: str) -> None:
    service = FakeQBusiness(refusal("ChatSync", code, "no such application"))
    with pytest.raises(ConfigurationError, match=code):
        QBusinessAnswerer(service, SETTINGS).answer(question("Hi"))
    assert len(service.requests) == 1


def test_half_a_state_is_none() -> None:
    service = FakeQBusiness(reply("Nine."))
    state = {"qbusiness_conversation_id": "c0000000-0000-4000-8000-000000000001"}
    QBusinessAnswerer(service, SETTINGS).answer(question("Hi", state=state))
    assert "conversationId" not in service.requests[0]


def test_throttling_does_not_end_a_conversation() -> None:
    service = FakeQBusiness(reply("Nine."), refusal("ChatSync", "ThrottlingException", "slow down"))
    answerer = QBusinessAnswerer(service, SETTINGS)
    (before,) = continued(answerer, 1)
    with pytest.raises(UpstreamError, match="ThrottlingException"):
        answerer.answer(question("And on Sunday?", number=2, state=before.state))
    assert len(service.requests) == 2


def test_an_answer_names_its_application_conversation_and_documents() -> None:
    unnamed, untitled = {"snippet": "Closed on Sundays."}, {"url": "https://shop.example"}
    answer = asked({**reply("Nine.", SOURCE, SOURCE, unnamed, untitled), "failedAttachments": [{}]})
    assert isinstance(answer, Answer)
    assert (answer.text, answer.source, answer.answerer_id) == ("Nine.", "qbusiness", APPLICATION)
    assert answer.session_id == answer.state["qbusiness_conversation_id"]
    assert answer.citations == (
        Citation("Opening hours", "https://shop.example/hours", "We open at nine."),
        Citation("https://shop.example", "https://shop.example"),
    )


def test_an_answer_from_no_document_passes_unless_the_operator_allows_it() -> None:
    sourceless: dict[str, object] = {"systemMessage": "Sorry, I could not find anything."}
    assert isinstance(asked(sourceless), Pass)
    lenient = QBusinessSettings(qbusiness_application_id=APPLICATION, qbusiness_needs_source=False)
    assert words(asked(sourceless, settings=lenient)) == "Sorry, I could not find anything."


@pytest.mark.parametrize("empty", [{}, reply(" \n")])
def test_an_answer_without_words_passes(empty: dict[str, object]) -> None:
    assert isinstance(asked(empty), Pass)


def test_the_longest_question_is_asked_and_a_longer_one_passes() -> None:
    service = FakeQBusiness(reply("Nine."))
    answerer = QBusinessAnswerer(service, SETTINGS)
    assert words(answerer.answer(question("é" * 7000))) == "Nine."
    assert isinstance(answerer.answer(question("é" * 7001)), Pass)
    assert len(service.requests) == 1


@pytest.mark.parametrize("said", ["**Open**\n\n- Monday", "Señora, 3 € ☕🇪🇸", "long. " * 50_000])
def test_words_pass_through_unchanged(said: str) -> None:
    assert words(asked(reply(said))) == said.strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_question_is_data(text: str) -> None:
    service = FakeQBusiness(reply("Sorry?"))
    QBusinessAnswerer(service, SETTINGS).answer(question(text))
    assert service.requests[0]["userMessage"] == text


def test_only_documents_are_answered_from_and_nobody_is_named_unless_set() -> None:
    service = FakeQBusiness(reply("Nine."))
    QBusinessAnswerer(service, SETTINGS).answer(question("Hi"))
    named = QBusinessSettings(qbusiness_application_id=APPLICATION, qbusiness_user_id="hub@shop.example")
    QBusinessAnswerer(service, named).answer(question("Hi"))
    assert [request["chatMode"] for request in service.requests] == ["RETRIEVAL_MODE", "RETRIEVAL_MODE"]
    assert [request.get("userId") for request in service.requests] == [None, "hub@shop.example"]


@pytest.mark.parametrize(
    ("failure", "owner"),
    [
        (refusal("ChatSync", "LicenseNotFoundException", "inactive"), ConfigurationError),
        (refusal("ChatSync", "ExternalResourceException", "retriever"), ConfigurationError),
        (refusal("ChatSync", "AccessDeniedException", "identity"), ConfigurationError),
        (refusal("ChatSync", "ConflictException", "busy"), UpstreamError),
        (refusal("ChatSync", "InternalServerException", "oh", status=500), UpstreamError),
        (ReadTimeoutError(endpoint_url="https://x"), UpstreamError),
    ],
)
def test_each_error_has_its_owner(failure: Exception, owner: type[Exception]) -> None:
    with pytest.raises(owner):
        asked(failure)


def test_a_malformed_user_is_the_operators() -> None:
    with pytest.raises(ConfigurationError, match="userId"):
        asked(
            reply("Nine."), settings=QBusinessSettings(qbusiness_application_id=APPLICATION, qbusiness_user_id="a\nb")
        )


def test_a_missing_application_is_named() -> None:
    with pytest.raises(ConfigurationError, match="PARLEY_QBUSINESS_APPLICATION_ID"):
        QBusinessAnswerer(FakeQBusiness(), QBusinessSettings())
