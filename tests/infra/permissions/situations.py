"""Every situation of the functions in which they ask AWS for something, each with the fakes that it needs.

A call that no situation leads to is one whose permission nobody would prove: test_recorded_calls.py finds its line.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.requests import refusal
from tests.fakes.agents import HARNESS_ARN, RUNTIME_ARN, FakeAgent, FakeHarness, FakeQBusiness, FakeRuntime, message
from tests.fakes.knowledge import FakeKnowledge
from tests.fakes.models import FakeModels, said
from tests.infra.permissions.deployed import CONVERSE, INGRESS, SWEEP, TRANSFORMER, Deployed
from tests.kit import SmsLine, sms_event
from tests.lines import LINES, WhatsAppLine
from tests.unit.email_kit import EVENTS, Ses
from tests.unit.test_redaction_comprehend import FakeComprehend

MODEL = "amazon.nova-lite-v1:0"
MODEL_ARN = f"arn:aws:bedrock:eu-west-1::foundation-model/{MODEL}"
LONG = "When do you open? " * 100  # longer than RetrieveAndGenerate takes
EXPIRED = refusal("RetrieveAndGenerate", "ValidationException", "Session with Id s is not valid. Please check")


@dataclass(frozen=True)
class Situation:
    """`play` leads `function` into it."""

    function: str
    name: str
    play: Callable[[Deployed], None]
    fakes: Mapping[str, Any] = field(default_factory=dict)


def every_situation() -> list[Situation]:
    """New fakes for each, which remember what they were asked."""
    return [*_ingress(), *_converse_channels(), *_converse_answerers(), *_sweep(), *_transformer()]


def _ingress() -> list[Situation]:
    return [
        Situation(INGRESS, "a message arrives", _sms_arrives),
        Situation(INGRESS, "a message arrives twice", _sms_arrives_twice),
        Situation(INGRESS, "a person opts in at the provider", lambda d: d.ingress(sms_event("START"))),
        Situation(INGRESS, "a mail lies in the bucket", _mail_arrives),
        Situation(
            "ingress", "an event cannot be kept", lambda d: d.ingress((EVENTS / "email_in_s3.json").read_bytes())
        ),
    ]


def _converse_channels() -> list[Situation]:
    return [
        Situation(CONVERSE, "an answer goes out by SMS", _answer_by("sms"), _providers()),
        Situation(CONVERSE, "an answer goes out by WhatsApp", _answer_by("whatsapp"), _providers()),
        Situation(CONVERSE, "an answer goes out by mail", _answer_by("email"), _providers()),
    ]


def _converse_answerers() -> list[Situation]:
    throttled = refusal("Converse", "ThrottlingException", "Too many requests")
    guarded = {"model_id": MODEL, "guardrail_id": "guardrail1", "guardrail_version": "1"}
    vector = {"knowledge_base_id": "KNOWLEDGE1", "knowledge_base_model_arn": MODEL_ARN}
    managed = {"knowledge_base_id": "KNOWLEDGE1", "knowledge_base_kind": "managed"}
    guardrail = {"guardrail_id": "guardrail1", "guardrail_version": "1"}
    agent = {"bedrock_agent_id": "AGENT12345", "bedrock_agent_alias_id": "ALIAS12345"}
    runtime, knowledge, models = "bedrock-agent-runtime", FakeKnowledge, FakeModels
    return [
        _asks("a model answers", "language_model", {"bedrock-runtime": models()}, {"model_id": MODEL}),
        _asks("a model is away", "language_model", {"bedrock-runtime": models(throttled)}, {"model_id": MODEL}),
        _asks("a model answers under a guardrail", "language_model", {"bedrock-runtime": models()}, guarded),
        _asks("a knowledge base answers", "knowledge_base", {runtime: knowledge()}, vector),
        _asks_twice("a knowledge base has forgotten its session", {runtime: knowledge()}, vector),
        _asks(
            "a knowledge base answers under a guardrail", "knowledge_base", {runtime: knowledge()}, vector | guardrail
        ),
        _asks(
            "a knowledge base is asked a long question",
            "knowledge_base",
            {runtime: knowledge(), "bedrock-runtime": models(said("Within 30 days. [1]"))},
            vector | guardrail,
            LONG,
        ),
        _asks("a managed knowledge base answers", "knowledge_base", {runtime: knowledge()}, managed),
        _asks(
            "a managed knowledge base answers with a model of ours",
            "knowledge_base",
            {runtime: knowledge()},
            managed | guardrail | {"knowledge_base_model_arn": MODEL_ARN},
        ),
        _asks(
            "a harness answers",
            "agentcore",
            {"bedrock-agentcore": FakeHarness(message("Within 30 days."))},
            {"agentcore_harness_arn": HARNESS_ARN},
        ),
        _asks(
            "a runtime answers",
            "agentcore",
            {"bedrock-agentcore": FakeRuntime(("text/plain", b"Within 30 days."))},
            {"agentcore_runtime_arn": RUNTIME_ARN},
        ),
        _asks(
            "an agent of Bedrock Agents Classic answers",
            "bedrock_agent",
            {runtime: FakeAgent([{"chunk": {"bytes": b"Within 30 days."}}])},
            agent,
        ),
        _asks(
            "Amazon Q answers",
            "qbusiness",
            {
                "qbusiness": FakeQBusiness(
                    {"systemMessage": "Within 30 days.", "sourceAttributions": [{"title": "FAQ"}]}
                )
            },
            {"qbusiness_application_id": "11111111-2222-3333-4444-555555555555"},
        ),
    ]


def _sweep() -> list[Situation]:
    return [
        Situation(SWEEP, "a message was forgotten", _forgotten),
        *(
            Situation(SWEEP, f"a turn by {name} is given up", _given_up(name), _providers())
            for name in ("SMS", "WhatsApp", "mail")
        ),
        Situation(SWEEP, "another worker ends the turn first", _overtaken, _providers()),
    ]


def _transformer() -> list[Situation]:
    return [
        Situation(TRANSFORMER, "a template is replaced", _with_templates),
        Situation(TRANSFORMER, "rows do not fit into the response", _overflows),
        Situation(TRANSFORMER, "Amazon Comprehend redacts", _redacts, {"comprehend": FakeComprehend()}),
        Situation(TRANSFORMER, "addresses are hashed", _hashes),
    ]


# ── how it comes about ─────────────────────────────────────────────────────────────────────────────────────────────


def _providers() -> dict[str, Any]:
    return {"pinpoint-sms-voice-v2": SmsLine(), "socialmessaging": WhatsAppLine(), "sesv2": Ses()}


def _asks(name: str, answerer: str, fakes: Mapping[str, Any], settings: Mapping[str, str], text: str = "") -> Situation:
    def play(deployed: Deployed) -> None:
        deployed.set(answerers=answerer, **settings)
        deployed.ingress(sms_event(text or "When do you open?"))
        deployed.converse()

    return Situation(CONVERSE, name, play, {**_providers(), **fakes})


def _asks_twice(name: str, fakes: Mapping[str, Any], settings: Mapping[str, str]) -> Situation:
    first = _asks(name, "knowledge_base", fakes, settings)

    def play(deployed: Deployed) -> None:
        first.play(deployed)
        first.fakes["bedrock-agent-runtime"].expire()
        deployed.ingress(sms_event("And on Sundays?", "m2"))
        deployed.converse()

    return Situation(CONVERSE, name, play, first.fakes)


def _sms_arrives(deployed: Deployed) -> None:
    deployed.ingress(sms_event("When do you open?"))


def _sms_arrives_twice(deployed: Deployed) -> None:
    _sms_arrives(deployed)
    _sms_arrives(deployed)


def _mail_arrives(deployed: Deployed) -> None:
    key = "in/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
    deployed.bucket("mail-of-the-shop", **{key: b"From: zoe@person.example\r\nTo: help@shop.example\r\n\r\nHello"})
    deployed.ingress((EVENTS / "email_in_s3.json").read_bytes())


def _person_writes(deployed: Deployed, channel: str, text: str = "When do you open?", number: int = 1) -> None:
    line = LINES[channel]()
    deployed.ingress(line.event(text, f"m{number}", line.person(1), deployed.clock.now))


def _answer_by(channel: str) -> Callable[[Deployed], None]:
    def play(deployed: Deployed) -> None:
        _person_writes(deployed, channel)
        deployed.converse()

    return play


def _forgotten(deployed: Deployed) -> None:
    _sms_arrives(deployed)
    deployed.sweep(minutes=2)


def _given_up(name: str) -> Callable[[Deployed], None]:
    """A worker died after it had opened the turn; nobody came back to it for an hour."""
    channel = {"SMS": "sms", "WhatsApp": "whatsapp", "mail": "email"}[name]

    def play(deployed: Deployed) -> None:
        _unfinished(deployed, channel)
        deployed.sweep(minutes=61)

    return play


def _unfinished(deployed: Deployed, channel: str) -> None:
    """By an answerer that is throttled."""
    throttled = refusal("Converse", "ThrottlingException", "Too many requests")
    deployed.fakes["bedrock-runtime"] = FakeModels(throttled)
    deployed.set(answerers="language_model", model_id=MODEL)
    _person_writes(deployed, channel)
    deployed.converse()


def _overtaken(deployed: Deployed) -> None:
    """Between the sweeper's look at a turn and its giving up, a worker ends it, and the person has written again."""
    _unfinished(deployed, "whatsapp")

    def act() -> None:
        deployed.converse()
        _person_writes(deployed, "whatsapp", "Hello?", 2)

    deployed.during(SECOND_LOAD, act)
    deployed.sweep(minutes=61)


SECOND_LOAD = 4  # after the secret, what is due, and the first load


def _with_templates(deployed: Deployed) -> None:
    deployed.bucket("templates", **{"ours/sms_inbound.jinja": b"{}"})
    deployed.set(templates_bucket="templates", templates_prefix="ours/")
    deployed.transform(sms_event("hello"))


def _overflows(deployed: Deployed) -> None:
    deployed.stream("events")
    deployed.transform(*(sms_event("x" * 50_000, f"m{number}") for number in range(100)))


def _redacts(deployed: Deployed) -> None:
    deployed.set(redaction="comprehend")
    deployed.transform(sms_event("My name is Zoe and I am here"))


def _hashes(deployed: Deployed) -> None:
    deployed.set(redaction="patterns", pseudonym_key=deployed.secret("pseudonym-key", "another secret, long enough"))
    deployed.transform(sms_event("hello"))
