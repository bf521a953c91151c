"""Converse: answerers are asked, each in every way that it asks AWS."""

from collections.abc import Mapping
from typing import Any

from infra.local.providers.requests import refusal
from tests.fakes.agents import HARNESS_ARN, RUNTIME_ARN, FakeAgent, FakeHarness, FakeQBusiness, FakeRuntime, message
from tests.fakes.knowledge import FakeKnowledge
from tests.fakes.models import FakeModels, said
from tests.infra.permissions.deployed import CONVERSE, Deployed
from tests.infra.permissions.situations.situation import Situation, providers
from tests.kit import sms_event

Settings = Mapping[str, str]

MODEL = "amazon.nova-lite-v1:0"
MODEL_ARN = f"arn:aws:bedrock:eu-west-1::foundation-model/{MODEL}"
LONG = "When do you open? " * 100  # longer than RetrieveAndGenerate takes
THROTTLED = refusal("Converse", "ThrottlingException", "Too many requests")
MODELS, RUNTIME, AGENTS = "bedrock-runtime", "bedrock-agent-runtime", "bedrock-agentcore"
GUARDED = {"guardrail_id": "guardrail1", "guardrail_version": "1"}


def situations() -> list[Situation]:
    return [*_models(), *_vector_knowledge(), *_managed_knowledge(), *_agents()]


def _models() -> list[Situation]:
    model = {"answerers": "language_model", "model_id": MODEL}
    return [
        _asks("a model answers", {MODELS: FakeModels()}, model),
        _asks("a model answers under a guardrail", {MODELS: FakeModels()}, model | GUARDED),
    ]


def _vector_knowledge() -> list[Situation]:
    base = {
        "answerers": "knowledge_base",
        "knowledge_base_kind": "vector",
        "knowledge_base_id": "KNOWLEDGE1",
        "knowledge_base_model_arn": MODEL_ARN,
    }
    long = {RUNTIME: FakeKnowledge(), MODELS: FakeModels(said("Within 30 days. [1]"))}
    guarded = {RUNTIME: FakeKnowledge(), MODELS: FakeModels(said("Within 30 days. [1]"))}
    return [
        _asks("a knowledge base answers", {RUNTIME: FakeKnowledge()}, base),
        _forgotten("a knowledge base has forgotten its session", FakeKnowledge(), base),
        _asks("a knowledge base is asked a long question", long, base, LONG),
        _asks("a knowledge base answers under a guardrail", {RUNTIME: FakeKnowledge()}, base | GUARDED),
        _asks("a knowledge base is asked a long question under a guardrail", guarded, base | GUARDED, LONG),
    ]


def _managed_knowledge() -> list[Situation]:
    base = {"answerers": "knowledge_base", "knowledge_base_kind": "managed", "knowledge_base_id": "KNOWLEDGE1"}
    ours = base | {"knowledge_base_model_arn": MODEL_ARN}
    return [
        _asks("a managed knowledge base answers", {RUNTIME: FakeKnowledge()}, base),
        _asks("a managed knowledge base answers under a guardrail", {RUNTIME: FakeKnowledge()}, base | GUARDED),
        _asks("a managed knowledge base answers with a model of ours", {RUNTIME: FakeKnowledge()}, ours),
    ]


def _agents() -> list[Situation]:
    harness = {"answerers": "agentcore", "agentcore_harness_arn": HARNESS_ARN}
    runtime = {"answerers": "agentcore", "agentcore_harness_arn": "", "agentcore_runtime_arn": RUNTIME_ARN}
    agent = {
        "answerers": "bedrock_agent",
        "bedrock_agent_id": "AGENT12345",
        "bedrock_agent_alias_id": "ALIAS12345",
    }
    q = {"answerers": "qbusiness", "qbusiness_application_id": "11111111-2222-3333-4444-555555555555"}
    found = {"systemMessage": "Within 30 days.", "sourceAttributions": [{"title": "FAQ"}]}
    return [
        _asks("a harness answers", {AGENTS: FakeHarness(message("Within 30 days."))}, harness),
        _asks("a runtime answers", {AGENTS: FakeRuntime(("text/plain", b"Within 30 days."))}, runtime),
        _asks(
            "an agent of Bedrock Agents Classic answers",
            {RUNTIME: FakeAgent([{"chunk": {"bytes": b"Within 30 days."}}])},
            agent,
        ),
        _asks("Amazon Q answers", {"qbusiness": FakeQBusiness(found)}, q),
    ]


def _asks(name: str, fakes: Mapping[str, Any], settings: Settings, text: str = "When do you open?") -> Situation:
    def play(deployed: Deployed) -> None:
        deployed.set(**settings)
        deployed.ingress(sms_event(text))
        deployed.converse()

    return Situation(CONVERSE, name, play, {**providers(), **fakes}, settings)


def _forgotten(name: str, knowledge: FakeKnowledge, settings: Settings) -> Situation:
    """The second question is asked in the first one's session, which is gone."""

    def play(deployed: Deployed) -> None:
        deployed.set(**settings)
        for number, text in enumerate(("When do you open?", "And on Sundays?")):
            deployed.ingress(sms_event(text, f"m{number}"))
            deployed.converse()
            knowledge.expire()

    return Situation(CONVERSE, name, play, {**providers(), RUNTIME: knowledge}, settings)
