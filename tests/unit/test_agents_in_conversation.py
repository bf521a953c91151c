"""Agents asked by a whole hub: one session a conversation, a new one after a restart, troubles passed on."""

from pathlib import Path
from typing import Any

import pytest

from infra.local.providers.requests import refusal
from orchestrator.answerers.agentcore.answerer import AgentCoreAnswerer
from orchestrator.answerers.agentcore.settings import AgentCoreSettings
from orchestrator.answerers.answerer import Answerer
from orchestrator.answerers.bedrock_agent.answerer import BedrockAgentAnswerer
from orchestrator.answerers.bedrock_agent.settings import BedrockAgentSettings
from orchestrator.answerers.qbusiness import QBusinessAnswerer
from orchestrator.answerers.settings import QBusinessSettings
from tests.fakes.agents import HARNESS_ARN, RUNTIME_ARN, FakeAgent, FakeHarness, FakeQBusiness, FakeRuntime, message
from tests.kit import Machine, sms_event

AGENTS = ("agentcore_harness", "agentcore_runtime", "bedrock_agent", "qbusiness")
RETURNED: dict[str, Any] = {
    "functionInvocationInput": {"actionGroup": "orders", "function": "cancel", "parameters": []},
}


def answerer(which: str, *first: Any) -> Answerer:
    """Says "Nine.", after what it is told to say first."""
    match which:
        case "agentcore_harness":
            return AgentCoreAnswerer(
                FakeHarness(*first, message("Nine.")), AgentCoreSettings(agentcore_harness_arn=HARNESS_ARN)
            )
        case "agentcore_runtime":
            return AgentCoreAnswerer(
                FakeRuntime(*first, ("text/plain", b"Nine.")), AgentCoreSettings(agentcore_runtime_arn=RUNTIME_ARN)
            )
        case "bedrock_agent":
            agent = BedrockAgentSettings(bedrock_agent_id="AGENT12345", bedrock_agent_alias_id="ALIAS12345")
            return BedrockAgentAnswerer(FakeAgent(*first, [{"chunk": {"bytes": b"Nine."}}]), agent)
        case _:
            q = QBusinessSettings(qbusiness_application_id="a1b2c3d4-0000-4000-8000-000000000001")
            reply = {"systemMessage": "Nine.", "sourceAttributions": [{"title": "Hours"}]}
            return QBusinessAnswerer(FakeQBusiness(*first, reply), q)


def talked(machine: Machine, *texts: str) -> None:
    for number, text in enumerate(texts):
        machine.deliver(sms_event(text, f"m{number}"))
        machine.drain()


@pytest.mark.parametrize("which", AGENTS)
def test_a_conversation_is_one_session_and_a_restart_begins_another(which: str, tmp_path: Path) -> None:
    machine = Machine(tmp_path, answerers=(answerer(which),))
    talked(machine, "one", "two", "restart", "three", "four")
    sessions = [turn.answer.session_id for turn in machine.turns() if turn.answer and turn.answer.session_id]
    assert len(sessions) == 4
    assert sessions[0] == sessions[1] != sessions[2] == sessions[3]


@pytest.mark.parametrize("which", AGENTS)
def test_a_throttled_service_is_asked_again_and_the_person_answered_once(which: str, tmp_path: Path) -> None:
    throttled = refusal("Ask", "ThrottlingException", "slow down", status=429)
    machine = Machine(tmp_path, answerers=(answerer(which, throttled, throttled),))
    machine.deliver(sms_event("When do you open?"))
    machine.drain_patiently()
    assert [body.partition("\n")[0] for body in machine.provider.bodies] == ["Nine."]


@pytest.mark.parametrize("which", AGENTS)
def test_what_only_the_operator_can_mend_gets_one_apology(which: str, tmp_path: Path) -> None:
    machine = Machine(tmp_path, answerers=(answerer(which, refusal("Ask", "ValidationException", "no such alias")),))
    talked(machine, "When do you open?")
    (turn,) = machine.turns()
    assert turn.answer
    assert turn.answer.source == "apology"
    assert "no such alias" in turn.answer.reason


def test_an_agent_that_returns_control_gets_the_person_an_apology(tmp_path: Path) -> None:
    handed_back = [{"returnControl": {"invocationId": "1", "invocationInputs": [RETURNED]}}]
    machine = Machine(tmp_path, answerers=(answerer("bedrock_agent", handed_back),))
    talked(machine, "Please undo order 7")
    (turn,) = machine.turns()
    assert turn.answer
    assert (turn.answer.source, "orders" in turn.answer.reason) == ("apology", True)
