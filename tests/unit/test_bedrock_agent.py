"""An agent of Bedrock Agents Classic, behind botocore's own reading of its event stream."""

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from urllib3.exceptions import ProtocolError

from infra.local.providers.requests import operation, refusal
from orchestrator.answerers.bedrock.errors import MissingAnswerError, ReturnedControlError
from orchestrator.answerers.bedrock_agent import answerer as bedrock_agent
from orchestrator.answerers.bedrock_agent.answerer import BedrockAgentAnswerer
from orchestrator.answerers.bedrock_agent.settings import BedrockAgentSettings
from orchestrator.aws_errors import owner_of
from orchestrator.errors import ConfigurationError, ParleyError, UpstreamError
from orchestrator.model import Answer, Citation, Pass
from tests.fakes.agents import CONVERSATION_ID, FakeAgent, question, words
from tests.fakes.streams import Step, encoded

SETTINGS = BedrockAgentSettings(bedrock_agent_id="AGENT12345", bedrock_agent_alias_id="ALIAS12345")


def asked(*steps: Step, text: str = "When are you open?") -> Answer | Pass:
    return BedrockAgentAnswerer(FakeAgent(steps), SETTINGS).answer(question(text))


def chunk(said: bytes | str) -> Step:
    return {"chunk": {"bytes": said if isinstance(said, bytes) else said.encode()}}


def test_ten_turns_of_a_conversation_share_its_session() -> None:
    agent = FakeAgent(*([chunk(f"answer {turn}")] for turn in range(10)))
    answerer = BedrockAgentAnswerer(agent, SETTINGS)
    answers = [answerer.answer(question(f"question {turn}", number=turn)) for turn in range(10)]
    assert [words(answer) for answer in answers] == [f"answer {turn}" for turn in range(10)]
    assert [request["inputText"] for request in agent.requests] == [f"question {turn}" for turn in range(10)]
    assert {request["sessionId"] for request in agent.requests} == {CONVERSATION_ID}


def test_an_answer_names_its_agent_and_session_and_its_tokens() -> None:
    usage = {"modelInvocationOutput": {"metadata": {"usage": {"inputTokens": 300, "outputTokens": 20}}}}
    answer = asked(
        {"trace": {"sessionId": CONVERSATION_ID, "trace": {"preProcessingTrace": usage}}},
        {"trace": {"sessionId": CONVERSATION_ID, "trace": {"orchestrationTrace": usage}}},
        chunk("From 9 to 5."),
    )
    assert answer == Answer(
        "From 9 to 5.",
        source="bedrock_agent",
        answerer_id="AGENT12345",
        session_id=CONVERSATION_ID,
        input_tokens=600,
        output_tokens=40,
    )


def test_the_agent_is_told_channel_language_and_length() -> None:
    agent = FakeAgent([chunk("Hello.")])
    BedrockAgentAnswerer(agent, SETTINGS).answer(question("Hi"))
    attributes = agent.requests[0]["sessionState"]["promptSessionAttributes"]
    assert attributes == {"channel": "sms", "language": "en", "max_characters": "459"}


def test_characters_split_between_chunks_are_whole_again() -> None:
    said = "Señora, el café cuesta 3 € ☕🇪🇸"
    assert words(asked(*(chunk(said.encode()[at : at + 1]) for at in range(len(said.encode()))))) == said


def test_a_very_long_answer_arrives_whole() -> None:
    said = "Ünïcode sentence. " * 60_000
    wire = said.encode()
    assert words(asked(*(chunk(wire[at : at + 7001]) for at in range(0, len(wire), 7001)))) == said.strip()


def test_markdown_passes_through() -> None:
    said = "**Open**\n\n- Monday\n- [Map](https://shop.example/map)"
    assert words(asked(chunk(said))) == said


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE x; --", '{"inputText": "no"}', "$prompt_session_attributes$", "\u202e🙃"]
)
def test_a_hostile_question_is_data(text: str) -> None:
    agent = FakeAgent([chunk("Sorry?")])
    BedrockAgentAnswerer(agent, SETTINGS).answer(question(text))
    assert agent.requests[0]["inputText"] == text


def test_each_cited_document_is_named_once() -> None:
    reference = {
        "content": {"text": "We open at nine."},
        "location": {"type": "S3", "s3Location": {"uri": "s3://shop/Opening%20hours.md"}},
    }
    cited = {"chunk": {"bytes": b"At 9.", "attribution": {"citations": [{"retrievedReferences": [reference] * 2}] * 2}}}
    answer = asked(cited, chunk(" Until 5."))
    assert isinstance(answer, Answer)
    assert answer.text == "At 9. Until 5."
    assert answer.citations == (Citation("Opening hours", "s3://shop/Opening%20hours.md", "We open at nine."),)


def test_files_of_a_code_interpreter_are_passed_over() -> None:
    assert words(asked({"files": {"files": [{"name": "chart.png", "bytes": b"\x89PNG"}]}}, chunk("See."))) == "See."


def test_an_intervention_of_the_guardrail_is_recorded() -> None:
    answer = asked(
        {"trace": {"trace": {"guardrailTrace": {"action": "INTERVENED"}}}}, chunk("I cannot help with that.")
    )
    assert isinstance(answer, Answer)
    assert answer.reason == "the guardrail intervened"


@pytest.mark.parametrize("said", [b"", b" \n"])
def test_an_answer_without_words_is_a_pass(said: bytes) -> None:
    assert isinstance(asked(chunk(said)), Pass)


def test_a_completion_without_a_chunk_is_asked_for_again() -> None:
    with pytest.raises(MissingAnswerError, match="the model is tired"):
        asked({"trace": {"trace": {"failureTrace": {"failureReason": "the model is tired"}}}})


def test_returned_control_is_the_operators_and_names_the_action_group() -> None:
    wanted = {"functionInvocationInput": {"actionGroup": "orders", "function": "cancel", "parameters": []}}
    with pytest.raises(ReturnedControlError, match=r"orders.*Lambda") as raised:
        asked(chunk("One moment."), {"returnControl": {"invocationId": "1", "invocationInputs": [wanted]}})
    assert isinstance(raised.value, ConfigurationError)


OUTPUT: Any = operation("bedrock-agent-runtime", "InvokeAgent").output_shape
EVENTS = OUTPUT.members["completion"].members
IN_STREAM = [member for member, shape in EVENTS.items() if shape.metadata.get("exception")]


@pytest.mark.parametrize("member", IN_STREAM)
def test_an_error_amid_the_stream_has_the_owner_of_the_same_error_before_it(member: str) -> None:
    code = member[0].upper() + member[1:]
    owner = owner_of(bedrock_agent._INVOKE, code)
    with pytest.raises(owner) as amid:
        asked(chunk("I was about to s"), {member: {"message": "no"}})
    with pytest.raises(owner) as before:
        BedrockAgentAnswerer(FakeAgent(refusal("InvokeAgent", code, "no")), SETTINGS).answer(question("Hi"))
    assert str(amid.value) == str(before.value)


def test_throttling_is_retried_wherever_it_comes() -> None:
    assert "throttlingException" in IN_STREAM
    with pytest.raises(UpstreamError, match="ThrottlingException"):
        asked({"throttlingException": {"message": "slow down"}})


def test_an_error_of_no_model_amid_the_stream_is_upstream_trouble() -> None:
    headers = {":message-type": "error", ":error-code": "Whatever", ":error-message": "broken"}
    with pytest.raises(UpstreamError, match="Whatever"):
        asked(chunk("I was"), encoded(headers, b""))


@pytest.mark.parametrize(
    "failure",
    [
        ProtocolError("Connection broken"),
        ReadTimeoutError(endpoint_url="https://x"),
        b"not a message of an event stream",
    ],
)
def test_a_stream_that_breaks_off_is_asked_for_again(failure: bytes | Exception) -> None:
    with pytest.raises(UpstreamError):
        asked(chunk("I was about to s"), failure)


def test_a_session_that_expired_begins_afresh_under_the_same_id() -> None:
    agent = FakeAgent([chunk("Noted: Ana.")], [chunk("I do not know your name.")])
    answerer = BedrockAgentAnswerer(agent, SETTINGS)
    answerer.answer(question("I am Ana"))
    assert words(answerer.answer(question("Who am I?", number=2))) == "I do not know your name."


def test_what_is_malformed_is_the_operators() -> None:
    short = BedrockAgentSettings(bedrock_agent_id="AGENT", bedrock_agent_alias_id="ALIAS12345")
    with pytest.raises(ConfigurationError, match="10 characters"):
        BedrockAgentAnswerer(FakeAgent([chunk("Hello")]), short).answer(question("Hi"))


def test_a_code_that_nobody_knows_is_no_refusal_of_one_person() -> None:
    with pytest.raises(ParleyError) as raised:
        BedrockAgentAnswerer(FakeAgent(refusal("InvokeAgent", "Unheard", "no")), SETTINGS).answer(question("Hi"))
    assert type(raised.value) is ConfigurationError


def test_missing_settings_are_named_together() -> None:
    with pytest.raises(ConfigurationError, match=r"PARLEY_BEDROCK_AGENT_ID.*PARLEY_BEDROCK_AGENT_ALIAS_ID"):
        BedrockAgentAnswerer(FakeAgent([]), BedrockAgentSettings())
