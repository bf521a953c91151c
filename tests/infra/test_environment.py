"""What a function reads on AWS is given to it or left at its default on purpose, and nothing else is given."""

import os
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from functools import cache
from pathlib import Path
from types import FrameType

import msgspec
import pytest

from infra.aws.settings.deployment import (
    GIVEN,
    GIVEN_TO_HUB,
    GIVEN_TO_SENDING,
    NAMED_IN_SENDING,
    OF_ONE_MACHINE,
)
from orchestrator import sections
from orchestrator.sections import FILE, long_variables, values, variable_of
from orchestrator.settings import Answering, Receiving, RedactionSettings, Sending, Settings
from tests.infra.permissions.deployed import (
    CONVERSE,
    INGRESS,
    PROGRESS,
    SEND,
    SWEEP,
    SWEEP_SENDS,
    TRANSFORMER,
    deployed,
)
from tests.infra.permissions.function_roles import is_ours
from tests.infra.permissions.recording import OURS, REPOSITORY, Recorder
from tests.infra.permissions.roles import Function, functions
from tests.infra.permissions.situations import every_situation
from tests.infra.permissions.situations.compacting import COMPACTION
from tests.infra.permissions.variants import HARNESS, PROFILE, RUNTIME, SECRET, Q
from tests.infra.permissions.world import World, world

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("permissions")]

HUB = (INGRESS, CONVERSE, SWEEP)
SENDERS = (SEND, PROGRESS, SWEEP_SENDS)
# What sends leave from is named for themselves, whatever answers leave from.
SENDS_BY_ITS_OWN = {handler: {"whatsapp_phone_number_id"} for handler in SENDERS}
TOOL = "orchestrator.knowledge_tool.search_documents"
# For every setting that is a deployer's to choose, something else than its default.
CHOSEN: Mapping[str, object] = {
    "organization_id": "faro",
    "answerers": ["qbusiness", "language_model", "knowledge_base", "bedrock_agent", "agentcore"],
    "default_language": "es",
    "texts": '{"en": {"apology": "Sorry."}}',
    "restart_words": ["again", "de nuevo"],
    "context_ttl_s": 700,
    "settle_s": 3,
    "turns_per_hour": 50,
    "answers_per_thread": 9,
    "turns_per_day": 200,
    "tokens_per_day": 100_000,
    "all_tokens_per_hour": 1_000_000,
    "all_tokens_per_day": 9_000_000,
    "threads_per_hour": 8,
    "unproven_turns_per_hour": 12,
    "doubtful_turns_per_hour": 3,
    "unproven_turns_per_tenant": 100,
    "unproven_turns_in_all": 200,
    "consent_question_days": 3,
    "email_link_domains": ["faro.example"],
    "self_managed_opt_outs": True,
    "unconfirmed_part": "skip",
    "max_receives": 4,
    "claim_s": 600,
    "give_up_s": 3000,
    "answer_timeout_s": 50,
    "streamed_channels": ["whatsapp", "sms"],
    "agentcore_harness_arn": HARNESS,
    "agentcore_runtime_arn": RUNTIME,
    "agentcore_qualifier": "live",
    "agentcore_request": '{"question": "$text"}',
    "agentcore_response_path": "answer",
    "bedrock_agent_id": "AGENT12345",
    "bedrock_agent_alias_id": "ALIAS12345",
    "qbusiness_application_id": Q,
    "qbusiness_user_id": "somebody",
    "qbusiness_needs_source": False,
    "redaction": "comprehend",
    "redaction_keep": ["+14255550100"],
    "pseudonym_key": SECRET,
    "plans": '{"soon": {"steps": [{"to": "*", "wait": 30}]}}',
    "test_recipients": ["sms:+14255550199"],
    "send_claim_s": 50,
    "send_max_receives": 6,
    "unconfirmed_step": "skip",
    "email_addresses": ["help@shop.example"],
    "email_context_ttl_s": 700_000,
    "email_max_characters": 2000,
    "whatsapp_meta_api_version": "v24.0",
    "whatsapp_phone_number_id": "phone-number-id-1",
    "whatsapp_max_characters": 1000,
    "sms_max_characters": 300,
    "model_id": "us.amazon.nova-lite-v1:0",
    "model_prompt": "You answer for Faro.",
    "model_forms": '{"sms": "Be brief."}',
    "model_history_tokens": 1000,
    "guardrail_id": "guardrail1",
    "guardrail_version": "2",
    "knowledge_base_id": "KNOWLEDGE1",
    "knowledge_base_kind": "managed",
    "knowledge_base_model_arn": PROFILE,
    "knowledge_base_results": 7,
    "knowledge_base_filter": '{"equals": {"key": "shop", "value": "faro"}}',
    "knowledge_base_prompt_template": "Use these: $search_results$ $output_format_instructions$",
}
OF_THE_HUB = {"PARLEY_INBOUND_URL": "messages are the hub's", "PARLEY_WAKE_UPS_URL": "conversations are the hub's"}
# What a function could be told and is not, for a reason.
LEFT_AT_DEFAULT: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(SENDERS, OF_THE_HUB),
    TRANSFORMER: {"PARLEY_TEMPLATES_PREFIX": "the bucket is for templates only, which lie at its top"},
}
SENDING = {
    "deployed": True,
    "sms_identity": "phone-1",
    "mail_address": "orders@shop.example",
    "whatsapp_number": "phone-number-id-2",
}
TOLD_BY_EVENTS = "infra.aws.custom.ingestion.on_upload"
HUB_OF_ALL_CHANNELS = {"sms_numbers": ["phone-1"], "mail_recipients": ["help@shop.example"]}


@cache
def chosen() -> World:
    """Every setting is another than its default."""
    return world(
        {"settings": dict(CHOSEN), "hub": HUB_OF_ALL_CHANNELS, "sending": SENDING, "lake": {"compaction": True}}
    )


@cache
def made() -> World:
    """A knowledge base and a harness of the deployment's own, searched as the deployer wants."""
    searching = {name: CHOSEN[name] for name in ("knowledge_base_results", "knowledge_base_filter")}
    settings = {"answerers": ["agentcore", "knowledge_base"], "claim_s": 600, **searching}
    return world({"settings": settings, "knowledge": {"created": True, "harness": True}})


def ours() -> list[tuple[Function, Mapping[str, str]]]:
    """Our functions in both deployments; each with its variables, those of its settings file too."""
    return [
        (each, {**each.environment, **_in_file(world, each)})
        for world in (chosen(), made())
        for each in functions(world.templates)
        if is_ours(each)
    ]


def _in_file(world: World, function: Function) -> Mapping[str, str]:
    return {name: value for layer in function.layers for name, value in world.settings_files[layer].items()}


def given(handler: str) -> set[str]:
    """Every variable that the stacks give to a function with this handler."""
    return {variable for each, variables in ours() if each.handler == handler for variable in variables}


class Watched(MutableMapping[str, str]):
    """The process's environment, which notes what our code looks up while a recorder is on."""

    def __init__(self, behind: MutableMapping[str, str], recorder: Recorder) -> None:
        self._behind = behind
        self._recorder = recorder
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self._note(name)
        return self._behind[name]

    def __contains__(self, name: object) -> bool:
        self._note(name)
        return name in self._behind

    def _note(self, name: object) -> None:
        if self._recorder.on and _by_us(sys._getframe(2)):
            self.read.add(str(name))

    def __setitem__(self, name: str, value: str) -> None:
        self._behind[name] = value

    def __delitem__(self, name: str) -> None:
        del self._behind[name]

    def copy(self) -> dict[str, str]:
        """As botocore copies `os.environ`."""
        return dict(self._behind)

    def __iter__(self) -> Iterator[str]:
        return iter(self._behind)

    def __len__(self) -> int:
        return len(self._behind)


def _by_us(frame: FrameType) -> bool:
    """Whether our code looks it up, and not a library that takes all there is; `get` itself is a mapping's."""
    while frame.f_back and "_collections_abc" in frame.f_code.co_filename:
        frame = frame.f_back
    path = Path(frame.f_code.co_filename)
    return any(path.is_relative_to(REPOSITORY / folder) for folder in OURS)


@pytest.fixture(scope="module")
def read() -> Mapping[str, set[str]]:
    """Of our variables those that each handler looks up, by playing its first situation."""
    first = {situation.function: situation for situation in reversed(every_situation())}
    found = {}
    for handler, situation in first.items():
        recorder = Recorder(situation.fakes)
        watched = Watched(os.environ, recorder)
        with deployed(handler, recorder) as machine:
            machine.patch.setattr(os, "environ", watched)
            situation.play(machine)
        found[handler] = {name for name in watched.read if name.startswith("PARLEY_") or name in given(handler)}
    return found


def test_every_setting_is_the_stacks_to_fill_in_or_the_deployers_to_choose() -> None:
    assert {*CHOSEN, *GIVEN, *NAMED_IN_SENDING, *OF_ONE_MACHINE} == values(Settings()).keys()
    assert not CHOSEN.keys() & {*GIVEN, *NAMED_IN_SENDING, *OF_ONE_MACHINE}
    assert [name for name in CHOSEN if CHOSEN[name] == values(Settings())[name]] == []


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        (INGRESS, Receiving),
        (SWEEP, Receiving),
        (CONVERSE, Answering),
        (TRANSFORMER, RedactionSettings),
        *((handler, Sending) for handler in SENDERS),
    ],
)
def test_what_the_deployer_chooses_arrives_as_it_was_chosen_where_it_is_read(
    handler: str, kind: type[msgspec.Struct]
) -> None:
    for function in (each for each in functions(chosen().templates) if each.handler == handler):
        variables = {**function.environment, **_in_file(chosen(), function)}
        arrived = values(sections.read(kind, {**variables, "PARLEY_ACCOUNT_ID": "111122223333"}))
        for name in CHOSEN.keys() & arrived.keys() - SENDS_BY_ITS_OWN.get(handler, set()):
            value = CHOSEN[name]
            assert arrived[name] == (tuple(value) if isinstance(value, list) else value), name
        unread = {variable_of(name) for name in values(Settings()).keys() - arrived.keys()}
        # Its metrics read the stage by themselves: transformer/metrics.py.
        assert variables.keys() & unread == ({"PARLEY_STAGE"} if handler == TRANSFORMER else set())


def test_what_is_long_is_in_no_environment() -> None:
    long = long_variables(Settings)
    assert {each.handler for each, variables in ours() if long & variables.keys()} == {*HUB, *SENDERS, TOOL}
    assert [each.handler for each, _ in ours() if long & each.environment.keys()] == []


def test_a_function_without_long_settings_has_no_layer() -> None:
    assert [each.name for each in functions(world({}).templates) if each.layers or FILE in each.environment] == []


@pytest.mark.parametrize(
    ("handler", "known"),
    [*((each, GIVEN_TO_HUB) for each in HUB), *((each, GIVEN_TO_SENDING) for each in SENDERS)],
)
def test_what_only_the_stacks_know_is_given_to_the_functions(handler: str, known: frozenset[str]) -> None:
    assert {variable_of(name) for name in known} <= given(handler)


@pytest.mark.parametrize("function", [*HUB, *SENDERS, TRANSFORMER, TOOL, COMPACTION, TOLD_BY_EVENTS])
def test_a_function_is_given_what_it_reads_and_nothing_else(function: str, read: Mapping[str, set[str]]) -> None:
    left = LEFT_AT_DEFAULT.get(function, {}).keys()
    assert given(function) - read[function] == set(), "given, and never read"
    assert read[function] - given(function) == left, "read, and neither given nor left out on purpose"


def test_functions_that_are_told_by_events_alone_have_no_environment() -> None:
    told = {each.handler for each, _ in ours() if each.handler.endswith(".handler") and "custom" in each.handler}
    assert told
    assert {handler: given(handler) for handler in told if given(handler)} == {}
