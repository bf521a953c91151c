"""An agent of one's own on AgentCore: a runtime."""

import json
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ReadTimeoutError
from urllib3.exceptions import ProtocolError

from orchestrator.answerers.agentcore.answerer import AgentCoreAnswerer
from orchestrator.answerers.agentcore.settings import AgentCoreSettings
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.model import Answer, Pass
from tests.fakes.agents import CONVERSATION_ID, HOSTILE, RUNTIME_ARN, FakeRuntime, question, words
from tests.fakes.streams import body

RUNTIME = AgentCoreSettings(agentcore_runtime_arn=RUNTIME_ARN)


def told(media_type: str, *pieces: bytes | Exception | str, path: str = "") -> Answer | Pass:
    wire = [piece.encode() if isinstance(piece, str) else piece for piece in pieces]
    settings = msgspec.structs.replace(RUNTIME, agentcore_response_path=path)
    return AgentCoreAnswerer(FakeRuntime((media_type, *wire)), settings).answer(question("Where is my parcel?"))


def sse(*events: Any) -> str:
    return "".join(f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events)


def delta(text: str) -> Any:
    return {"event": {"contentBlockDelta": {"delta": {"text": text}}}}


NOT_SERIALISED = {"error": "Serialization failed", "original_type": "Agent"}
DELTAS = "event.contentBlockDelta.delta.text"


def test_ten_turns_with_a_runtime_share_its_session() -> None:
    runtime = FakeRuntime(*(("text/plain", f"answer {turn}".encode()) for turn in range(10)))
    answerer = AgentCoreAnswerer(runtime, RUNTIME)
    answers = [answerer.answer(question(f"question {turn}", number=turn)) for turn in range(10)]
    assert [words(answer) for answer in answers] == [f"answer {turn}" for turn in range(10)]
    payloads = [json.loads(request["payload"]) for request in runtime.requests]
    assert payloads == [{"prompt": f"question {turn}"} for turn in range(10)]
    assert {request["runtimeSessionId"] for request in runtime.requests} == {CONVERSATION_ID}


def test_an_answer_of_a_runtime_names_its_agent_and_session() -> None:
    expected = Answer("In Lyon.", source="agentcore", answerer_id=RUNTIME_ARN, session_id=CONVERSATION_ID)
    assert told("text/plain", "In Lyon.") == expected


@pytest.mark.parametrize(
    ("media_type", "said", "path"),
    [
        ("text/plain; charset=utf-8", "In Lyon. ☕", ""),
        ("text/markdown", "In Lyon. ☕", ""),
        ("application/json", '"In Lyon. ☕"', ""),
        (
            "application/json; charset=utf-8",
            '{"result": {"content": [{"text": "In Lyon. ☕"}]}}',
            "result.content[0].text",
        ),
        ("Application/JSON", '{"content": [{"text": "In Lyon. "}, {"tool": 1}, {"text": "☕"}]}', "content[].text"),
        ("application/vnd.agent+json", '{"answer": "In Lyon. ☕"}', "answer"),
        ("text/event-stream", sse("In ", "Lyon. ", "☕"), ""),
        ("text/event-stream; charset=utf-8", sse(delta("In "), {"event": {}}, delta("Lyon. ☕")), DELTAS),
        ("text/event-stream", sse("<Agent object at 0x7f>", delta("In Lyon. ☕"), "done"), DELTAS),
        ("text/event-stream", sse(NOT_SERIALISED, delta("In Lyon. ☕")), DELTAS),
        ("text/event-stream", "data: started\n\n" + sse(delta("In Lyon. ☕")) + "data: [DONE]\n\n", DELTAS),
        ("text/event-stream", ": hello\r\nid: 1\r\nevent: text\r\ndata: In Lyon. ☕\r\n\r\ndata: [DONE]\r\n\r\n", ""),
        ("text/event-stream", "data: In \n\ndata:Lyon. ☕", ""),
    ],
)
def test_the_words_are_found_in_each_shape_of_response(media_type: str, said: str, path: str) -> None:
    assert words(told(media_type, said, path=path)) == "In Lyon. ☕"


def test_an_event_of_many_lines_keeps_them() -> None:
    assert words(told("text/event-stream", "data: - one\ndata: - two\n\n")) == "- one\n- two"


def test_numbers_in_a_stream_of_plain_text_are_text() -> None:
    assert words(told("text/event-stream", "data: Room \n\ndata: 42\n\n")) == "Room 42"


def test_characters_split_between_pieces_of_a_body_are_whole_again() -> None:
    said = "Señora, el café cuesta 3 € ☕🇪🇸"
    wire = said.encode()
    assert words(told("text/plain", *(wire[at : at + 1] for at in range(len(wire))))) == said


def test_a_very_long_answer_of_a_runtime_arrives_whole() -> None:
    said = "Ünïcode ☕ sentence. " * 20_000
    events = sse(*(said[at : at + 997] for at in range(0, len(said), 997)))
    assert words(told("text/event-stream", events)) == said.strip()


def test_markdown_of_a_runtime_passes_through() -> None:
    said = "**Open**\n\n- Monday\n- [Map](https://shop.example/map)"
    assert words(told("application/json", json.dumps(said))) == said


@pytest.mark.parametrize(
    ("media_type", "said"), [("text/plain", " "), ("application/json", "null"), ("text/event-stream", "")]
)
def test_a_runtime_without_words_passes(media_type: str, said: str) -> None:
    assert isinstance(told(media_type, said), Pass)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_question_to_a_runtime_is_data(text: str) -> None:
    template = '{"input": {"text": "$text", "id": "$turn_id"}, "tags": ["$channel", 1, null], "price": "$$5 $language"}'
    runtime = FakeRuntime(("text/plain", b"Sorry?"))
    settings = msgspec.structs.replace(RUNTIME, agentcore_request=template)
    AgentCoreAnswerer(runtime, settings).answer(question(text, number=7))
    assert json.loads(runtime.requests[0]["payload"]) == {
        "input": {"text": text, "id": f"{7:032x}"},
        "tags": ["sms", 1, None],
        "price": "$5 en",
    }


@pytest.mark.parametrize(
    ("changed", "variable"),
    [
        ({"agentcore_request": '{"prompt": $text}'}, "PARLEY_AGENTCORE_REQUEST"),
        ({"agentcore_request": '{"prompt": "$question"}'}, "PARLEY_AGENTCORE_REQUEST"),
        ({"agentcore_request": '{"prompt": "5 $"}'}, "PARLEY_AGENTCORE_REQUEST"),
        ({"agentcore_response_path": "result["}, "PARLEY_AGENTCORE_RESPONSE_PATH"),
    ],
)
def test_settings_that_cannot_work_are_named_at_the_start(changed: dict[str, str], variable: str) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        AgentCoreAnswerer(FakeRuntime(), msgspec.structs.replace(RUNTIME, **changed))


@pytest.mark.parametrize("media_type", ["application/json", "text/event-stream"])
def test_a_path_that_does_not_lead_to_words_is_the_operators(media_type: str) -> None:
    said = '{"result": {"text": "x"}}'
    with pytest.raises(ConfigurationError, match=r"PARLEY_AGENTCORE_RESPONSE_PATH.*an object of text"):
        told(media_type, f"data: {said}\n\n" if "stream" in media_type else said, path="result")


def test_a_path_that_fails_on_the_response_is_the_operators() -> None:
    with pytest.raises(ConfigurationError, match="PARLEY_AGENTCORE_RESPONSE_PATH"):
        told("application/json", '{"result": 3}', path="length(result)")


def test_an_agent_that_fails_amid_its_stream_is_asked_again_and_not_quoted() -> None:
    failure = {"error": "no order of Ana's", "error_type": "KeyError", "message": "An error occurred during streaming"}
    with pytest.raises(UpstreamError, match="KeyError") as raised:
        told("text/event-stream", sse(delta("One mo"), failure), path=DELTAS)
    assert "Ana" not in str(raised.value)


@pytest.mark.parametrize("said", ['{"result": "In Ly', "<html>"])
def test_json_that_is_none_is_asked_for_again(said: str) -> None:
    with pytest.raises(UpstreamError, match="not JSON"):
        told("application/json", said)


@pytest.mark.parametrize(
    "failure",
    [ProtocolError("Connection broken"), ReadTimeoutError(endpoint_url="https://x")],
)
def test_a_body_that_breaks_off_is_asked_for_again(failure: Exception) -> None:
    with pytest.raises(UpstreamError):
        told("text/plain", b"I was about to s", failure)


@pytest.mark.parametrize(("status", "owner"), [(500, UpstreamError), (422, ConfigurationError)])
def test_the_agents_own_status_says_who_acts(status: int, owner: type[Exception]) -> None:
    runtime = FakeRuntime({"contentType": "text/plain", "statusCode": status, "response": body(b"oh")})
    with pytest.raises(owner, match=str(status)):
        AgentCoreAnswerer(runtime, RUNTIME).answer(question("Hi"))
