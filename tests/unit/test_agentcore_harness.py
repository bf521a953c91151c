"""An agent that AgentCore runs: a harness."""

from typing import Any

import msgspec
import pytest
from urllib3.exceptions import ProtocolError

from infra.local.providers.requests import operation, refusal
from orchestrator.answerers.agentcore import harness as agentcore_harness
from orchestrator.answerers.agentcore.answerer import AgentCoreAnswerer
from orchestrator.answerers.agentcore.harness import FATES
from orchestrator.answerers.agentcore.settings import AgentCoreSettings
from orchestrator.answerers.bedrock.errors import MissingAnswerError, ReturnedControlError
from orchestrator.aws_errors import owner_of
from orchestrator.errors import UpstreamError
from orchestrator.model import Answer, Pass
from tests.fakes.agents import CONVERSATION_ID, HARNESS_ARN, HOSTILE, FakeHarness, message, question, words
from tests.fakes.streams import Step

HARNESS = AgentCoreSettings(agentcore_harness_arn=HARNESS_ARN)


def usage(input_tokens: int, output_tokens: int) -> Step:
    tokens = {"inputTokens": input_tokens, "outputTokens": output_tokens, "totalTokens": input_tokens + output_tokens}
    return {"metadata": {"usage": tokens, "metrics": {"latencyMs": 900}}}


def heard(*steps: Step) -> Answer | Pass:
    return AgentCoreAnswerer(FakeHarness(steps), HARNESS).answer(question("Where is my parcel?"))


TOOL_USE: list[Step] = [
    {"messageStart": {"role": "assistant"}},
    {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "I should look."}}}},
    {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"text": "Let me look that up."}}},
    {"contentBlockStop": {"contentBlockIndex": 1}},
    {"contentBlockStart": {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "t1", "name": "parcels"}}}},
    {"contentBlockDelta": {"contentBlockIndex": 2, "delta": {"toolUse": {"input": '{"order": 7}'}}}},
    {"messageStop": {"stopReason": "tool_use"}},
    {"messageStart": {"role": "user"}},
    {"contentBlockStart": {"contentBlockIndex": 0, "start": {"toolResult": {"toolUseId": "t1"}}}},
    {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"toolResult": [{"text": "in Lyon"}]}}},
    {"messageStop": {"stopReason": "tool_result"}},
]


def test_ten_turns_with_a_harness_share_its_session_and_actor() -> None:
    harness = FakeHarness(*(message(f"answer {turn}") for turn in range(10)))
    answerer = AgentCoreAnswerer(harness, HARNESS)
    answers = [answerer.answer(question(f"question {turn}", number=turn)) for turn in range(10)]
    assert [words(answer) for answer in answers] == [f"answer {turn}" for turn in range(10)]
    assert {request["runtimeSessionId"] for request in harness.requests} == {CONVERSATION_ID}
    assert {request["actorId"] for request in harness.requests} == {CONVERSATION_ID.removesuffix("-0")}
    assert all(len(request["messages"]) == 1 for request in harness.requests)  # the harness knows the earlier ones


def test_two_people_are_two_actors() -> None:
    harness = FakeHarness(message("Hello."))
    answerer = AgentCoreAnswerer(harness, HARNESS)
    somebody_else = CONVERSATION_ID.replace("0123", "ffff")
    answerer.answer(question("Hi"))
    answerer.answer(msgspec.structs.replace(question("Hi"), conversation_id=somebody_else))
    first, second = harness.requests
    assert first["actorId"] != second["actorId"]


def test_an_answer_of_a_harness_names_its_agent_session_and_tokens() -> None:
    assert heard(*message("In ", "Lyon."), usage(310, 42)) == Answer(
        "In Lyon.",
        source="agentcore",
        answerer_id=HARNESS_ARN,
        session_id=CONVERSATION_ID,
        input_tokens=310,
        output_tokens=42,
    )


def test_the_person_gets_what_the_agent_says_after_its_tools() -> None:
    assert words(heard(*TOOL_USE, *message("Your parcel is in Lyon."))) == "Your parcel is in Lyon."


def test_what_was_said_before_a_tool_is_the_answer_when_nothing_follows() -> None:
    assert words(heard(*TOOL_USE, *message())) == "Let me look that up."


def test_the_words_of_a_tool_are_not_the_agents() -> None:
    assert heard(*message("order 7: in Lyon", role="user", stop="tool_result"), *message()) == Pass(
        "the agent answered with nothing: end_turn"
    )


def test_an_inline_function_is_the_operators() -> None:
    with pytest.raises(ReturnedControlError, match="inline function"):
        heard(*TOOL_USE[:7])


def test_every_stop_reason_of_the_model_has_a_fate() -> None:
    shape: Any = operation("bedrock-agentcore", "InvokeHarness").output_shape
    reasons = shape.members["stream"].members["messageStop"].members["stopReason"].enum
    assert set(FATES) == set(reasons)


UNFINISHED = "We open at nine. We clo"


@pytest.mark.parametrize("reason", ["end_turn", "stop_sequence"])
def test_a_finished_answer_is_given_whole(reason: str) -> None:
    assert words(heard(*message(UNFINISHED, stop=reason))) == UNFINISHED


@pytest.mark.parametrize(
    "reason", ["max_tokens", "max_output_tokens_exceeded", "model_context_window_exceeded", "content_filtered"]
)
def test_an_answer_that_was_cut_ends_with_a_whole_sentence_and_says_why(reason: str) -> None:
    answer = heard(*message(UNFINISHED, stop=reason))
    assert isinstance(answer, Answer)
    assert (answer.text, answer.reason) == ("We open at nine.", f"the answer was cut: {reason}")


@pytest.mark.parametrize("reason", ["hook_stopped", "max_iterations_exceeded"])
def test_an_agent_that_was_stopped_passes(reason: str) -> None:
    assert heard(*message(UNFINISHED, stop=reason)) == Pass(f"the agent stopped: {reason}")


@pytest.mark.parametrize(
    "reason",
    ["interrupted", "malformed_model_output", "malformed_tool_use", "partial_turn", "timeout_exceeded", "tool_result"],
)
def test_an_agent_that_failed_is_asked_again(reason: str) -> None:
    with pytest.raises(MissingAnswerError, match=reason):
        heard(*message(UNFINISHED, stop=reason))


def test_a_stop_reason_of_tomorrow_keeps_no_words_back() -> None:
    answer = heard(*message("We open at nine.", stop="paused_for_tea"))
    assert isinstance(answer, Answer)
    assert (answer.text, answer.reason) == ("We open at nine.", "the answer was cut: paused_for_tea")


def test_a_stream_that_ends_without_a_stop_is_asked_for_again() -> None:
    with pytest.raises(MissingAnswerError):
        heard(*message("I was about to s")[:-1])


@pytest.mark.parametrize("said", ["", " \n"])
def test_a_harness_without_words_passes(said: str) -> None:
    assert isinstance(heard(*message(said)), Pass)


def test_a_very_long_answer_of_a_harness_arrives_whole() -> None:
    said = "Ünïcode ☕ sentence. " * 20_000
    pieces = [said[at : at + 997] for at in range(0, len(said), 997)]
    assert words(heard(*message(*pieces))) == said.strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_question_to_a_harness_is_data(text: str) -> None:
    harness = FakeHarness(message("Sorry?"))
    AgentCoreAnswerer(harness, HARNESS).answer(question(text))
    assert harness.requests[0]["messages"] == [{"role": "user", "content": [{"text": text}]}]


@pytest.mark.parametrize("member", ["internalServerException", "validationException", "runtimeClientError"])
def test_an_error_amid_a_harness_has_the_owner_of_the_same_error_before_it(member: str) -> None:
    code = member[0].upper() + member[1:]
    owner = owner_of(agentcore_harness._INVOKE, code)
    with pytest.raises(owner, match=code):
        heard(*message("I was about to s")[:-1], {member: {"message": "no"}})
    with pytest.raises(owner, match=code):
        AgentCoreAnswerer(FakeHarness(refusal("InvokeHarness", code, "no")), HARNESS).answer(question("Hi"))


def test_a_harness_whose_connection_is_lost_is_asked_again() -> None:
    with pytest.raises(UpstreamError, match="broke off"):
        heard(*message("I was about to s")[:-1], ProtocolError("Connection broken"))
