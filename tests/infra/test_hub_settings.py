"""What is wrong with a hub's settings is told before anything is deployed, with its remedy."""

import json
from collections.abc import Mapping

import msgspec
import pytest

from infra.aws.settings.deployment import DeploymentSettings
from infra.aws.settings.room import MOST_BYTES, ROOM, short_and_long, size
from orchestrator.answerers.bedrock.prompts import SHIPPED_FORMS
from orchestrator.errors import ConfigurationError
from orchestrator.sections import changed, hints, values, variable_of
from orchestrator.settings import Answering, Receiving, RedactionSettings, Settings
from orchestrator.texts import SHIPPED

REGION = "ap-southeast-2"
PLACE = f"{REGION}:111122223333"
STAGE = "production-of-a-shop"


def fault_of(context: Mapping[str, object]) -> str:
    with pytest.raises(ConfigurationError) as raised:
        DeploymentSettings.read(context)
    return str(raised.value)


def test_an_answerer_says_what_it_lacks() -> None:
    fault = fault_of({"settings.answerers": "language_model,agentcore,bedrock_agent", "settings.model_id": ""})
    assert "language_model" not in fault  # has the region's own
    assert "settings.agentcore_harness_arn" in fault
    assert "bedrock_agent needs settings.bedrock_agent_id and settings.bedrock_agent_alias_id" in fault


def test_a_lake_without_a_hub_needs_no_answerer() -> None:
    assert DeploymentSettings.read({"hub.deployed": "false", "settings.model_id": ""}).hub.deployed is False


def test_what_the_stacks_will_make_is_not_missed() -> None:
    chosen = {
        "knowledge.created": "true",
        "knowledge.harness": "true",
        "settings.answerers": "agentcore,knowledge_base",
    }
    assert DeploymentSettings.read(chosen).knowledge.created


@pytest.mark.parametrize(
    ("context", "fault"),
    [
        ({"settings.answerers": ""}, "settings.answerers: is empty"),
        ({"settings.claim_s": "30"}, "settings.claim_s: answering may take 60 seconds; let it be that or more"),
        (
            {"settings.answer_timeout_s": "900", "settings.claim_s": "900"},
            "settings.answer_timeout_s: answering may take 900 seconds, and a function has 840 for it",
        ),
        ({"settings.max_receives": "101"}, "settings.max_receives: .*; 100 is the most"),
        ({"settings.organization_id": "x" * 3000}, "shorten settings.organization_id first"),
        ({"settings.redaction_keep": "+14255550100," * 300}, "shorten settings.redaction_keep first"),
        ({"settings": {"restart_words": ["again, please"]}}, "PARLEY_RESTART_WORDS is separated by commas"),
        ({"settings.texts": "texts.json"}, "settings.texts: the fixed texts are not JSON"),
        ({"settings.texts": '{"en": {"apolgy": "Sorry."}}'}, "settings.texts: fixed text 'apolgy'"),
        ({"hub.mail_recipients": "help@shop.example,help"}, "hub.mail_recipients: 'help' is no mail address"),
        ({"hub.mail_recipients": "a b@shop.example"}, "hub.mail_recipients: 'a b@shop.example' is no mail address"),
        ({"hub.mail_rule_set": "default-rule-set"}, "hub.mail_recipients: is empty"),
    ],
)
def test_settings_that_do_not_go_together_are_refused_with_a_remedy(context: Mapping[str, object], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        DeploymentSettings.read(context)


# Each as long as it comes: all answerers at once, ARNs of the longest region, lists of what a company has.
LONGEST: Mapping[str, object] = {
    "organization_id": "faro-lamps-emea",
    "answerers": ("agentcore", "knowledge_base", "language_model", "bedrock_agent", "qbusiness"),
    "default_language": "es",
    "texts": msgspec.json.encode(SHIPPED).decode(),
    "restart_words": ("start over", "start again", "empezar de nuevo", "otra consulta", "volver al principio"),
    "context_ttl_s": 86_400,
    "settle_s": 12.5,
    "turns_per_hour": 1000,
    "answers_per_thread": 1000,
    "turns_per_day": 10_000,
    "tokens_per_day": 2_000_000,
    "all_tokens_per_hour": 10_000_000,
    "all_tokens_per_day": 100_000_000,
    "threads_per_hour": 1000,
    "unproven_turns_per_hour": 1000,
    "doubtful_turns_per_hour": 1000,
    "unproven_turns_per_tenant": 100_000,
    "unproven_turns_in_all": 100_000,
    "consent_question_days": 90,
    "email_link_domains": ("faro-lamps.example", "faro-lamps-shop.example", "help.faro-lamps.example"),
    "self_managed_opt_outs": True,
    "unconfirmed_part": "skip",
    "max_receives": 100,
    "claim_s": 899.5,
    "give_up_s": 36_000,
    "answer_timeout_s": 120.5,
    "streamed_channels": ("whatsapp", "email", "sms"),
    "agentcore_harness_arn": f"arn:aws:bedrock-agentcore:{PLACE}:harness/parley_{STAGE}-AbCdEfGhIj",
    "agentcore_runtime_arn": f"arn:aws:bedrock-agentcore:{PLACE}:runtime/parley_{STAGE}-AbCdEfGhIj",
    "agentcore_qualifier": "production_endpoint",
    "agentcore_request": msgspec.json.encode({f"member_{n}": "$conversation_id" for n in range(40)}).decode(),
    "agentcore_response_path": "output.messages[-1].content[?type=='text'].text",
    "bedrock_agent_id": "AGENT12345",
    "bedrock_agent_alias_id": "ALIAS12345",
    "qbusiness_application_id": "11111111-2222-3333-4444-555555555555",
    "qbusiness_user_id": "hub@customer-service.faro-lamps.example",
    "qbusiness_needs_source": False,
    "meaning": True,
    "redaction": "comprehend",
    "redaction_keep": ("+34600123456", "+14255550100", "help@faro-lamps.example"),
    "pseudonym_key": f"arn:aws:secretsmanager:{PLACE}:secret:pseudonyms-AbCdEf",
    "openai_base_url": "https://models.faro-lamps.example/v1",
    "openai_model": "llama3.2",
    "openai_key": "sk-0123456789",
    "openai_key_file": "/run/secrets/openai",
    "send_sms_from": "pool-0123456789abcdef0123456789abcdef",
    "send_whatsapp_from": "+34600123456",
    "send_email_from": "orders@faro-lamps.example",
    "plans": msgspec.json.encode(
        {f"plan-{n}": {"steps": [{"to": "sms"}, {"to": "email"}]} for n in range(20)}
    ).decode(),
    "test_recipients": ("sms:+34600123456", "email:test@faro-lamps.example"),
    "fates": "sms=failed:TEXT_BLOCKED@1s",
    "send_claim_s": 89.5,
    "send_max_receives": 100,
    "unconfirmed_step": "skip",
    "email_addresses": ("help@faro-lamps.example", "orders@faro-lamps.example", "returns@faro-lamps.example"),
    "email_context_ttl_s": 1_209_600,
    "email_max_characters": 6000,
    "whatsapp_meta_api_version": "v24.0",
    "whatsapp_phone_number_id": "phone-number-id-0123456789abcdef0123456789abcdef",
    "whatsapp_max_characters": 4000,
    "sms_max_characters": 1530,
    "model_id": f"arn:aws:bedrock:{PLACE}:application-inference-profile/abcdefghij12",
    "model_prompt": "You answer for Faro Lamps, which sells lamps in shops and by mail. " * 30,
    "model_forms": msgspec.json.encode(dict(SHIPPED_FORMS)).decode(),
    "model_history_tokens": 20_000,
    "guardrail_id": "abcdefghij12",
    "guardrail_version": "12345",
    "knowledge_base_id": "KNOWLEDGE1",
    "knowledge_base_kind": "managed",
    "knowledge_base_model_arn": f"arn:aws:bedrock:{PLACE}:inference-profile/apac.anthropic.claude-sonnet-4",
    "knowledge_base_results": 100,
    "knowledge_base_filter": msgspec.json.encode({"orAll": [{"equals": {"key": "shop", "value": "x"}}] * 9}).decode(),
    "knowledge_base_prompt_template": "$search_results$ $output_format_instructions$".ljust(4000),
}
# What the stacks fill in, as AWS makes it of the longest name of a stage.
FILLED_IN: Mapping[str, str] = {
    "account_id": "111122223333",
    "stage": STAGE,
    "table_name": f"parley-{STAGE}-hub-Conversations0123ABCD-0123456789ABC",
    "wake_ups_url": f"https://sqs.{REGION}.amazonaws.com/111122223333/parley-{STAGE}-hub-WakeUps0123ABCD-0123456789AB.fifo",
    "inbound_url": f"https://sqs.{REGION}.amazonaws.com/111122223333/parley-{STAGE}-hub-Inbound0123ABCD-0123456789AB",
    "sends_url": f"https://sqs.{REGION}.amazonaws.com/111122223333/parley-{STAGE}-sending-Sends0123ABCD-0123456789AB",
    "progress_url": f"https://sqs.{REGION}.amazonaws.com/111122223333/parley-{STAGE}-sending-Progress0123ABCD-012345678",
    "conversation_key_secret": f"arn:aws:secretsmanager:{PLACE}:secret:ConversationKey0123-0123456789A-AbCdEf",
    "email_configuration_set": f"parley-{STAGE}-email-events-0123456789",
    "sms_configuration_set": f"parley-{STAGE}-sms-events-0123456789",
}


def test_the_longest_settings_leave_nothing_out() -> None:
    assert {*LONGEST, *FILLED_IN} == values(Settings()).keys()
    assert [name for name, value in values(Settings()).items() if value == {**LONGEST, **FILLED_IN}[name]] == []


@pytest.mark.parametrize("kind", [Receiving, Answering, RedactionSettings])
def test_a_functions_environment_has_room_for_twice_its_settings(kind: type[msgspec.Struct]) -> None:
    """Every setting is chosen, and as long again as it comes; what the stacks fill in is as long as AWS makes it."""
    wanted = {name: value for name, value in LONGEST.items() if name in hints(kind)}
    chosen_by_deployer, _ = short_and_long(changed(kind(), **wanted))
    filled_in = {variable_of(name): value for name, value in FILLED_IN.items() if name in hints(kind)}
    names_and_values, values_again = (
        size(chosen_by_deployer),
        sum(len(value.encode()) for value in chosen_by_deployer.values()),
    )
    assert names_and_values + values_again <= ROOM
    assert ROOM + size(filled_in) <= MOST_BYTES


def test_no_text_is_too_long() -> None:
    """A layer takes 50 MB."""
    long = {
        "settings.texts": json.dumps({"en": {"apology": "Sorry. " * 10_000}}),
        "settings.model_prompt": "x" * 100_000,
    }
    assert DeploymentSettings.read(long).settings.bedrock.model_prompt == "x" * 100_000


@pytest.mark.parametrize("recipient", ["help@shop.example", "shop.example", ".shop.example", "h+elp@mail.shop.example"])
def test_mail_is_received_for_addresses_domains_and_all_below_a_domain(recipient: str) -> None:
    assert DeploymentSettings.read({"hub.mail_recipients": recipient}).hub.mail_recipients == (recipient,)
