"""The hub's stack: what it remembers, what its functions are told, what they may do."""

import json
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack

from infra.aws.constructs.answerer_rights import RIGHTS, asking_answerers
from infra.aws.settings.deployment import GIVEN_TO_HUB
from orchestrator import handlers
from orchestrator.bootstrap import MANAGED
from orchestrator.sections import variable_of
from orchestrator.settings import Settings
from orchestrator.stores.dynamodb import items as dynamodb_items
from tests.infra.hub import function, hub, of_type, one, target
from tests.infra.synthesis import Template, synthesised
from tests.kit import chosen

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hub")]  # the template is made once

HANDLERS = ("ingress", "converse", "sweep")
TABLE = "AWS::DynamoDB::Table"


def actions(template: Template, handler: str) -> dict[str, list[str]]:
    """What a function's role may do, as actions by the resources' JSON."""
    role = target(function(template, handler)["Role"])
    (policy,) = [
        each
        for each in of_type(template, "AWS::IAM::Policy").values()
        if [target(name) for name in each["Roles"]] == [role]
    ]
    found: dict[str, list[str]] = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        action = statement["Action"]
        found.setdefault(json.dumps(statement["Resource"]), []).extend([action] if isinstance(action, str) else action)
    return found


def all_actions(template: Template, handler: str) -> set[str]:
    return {action for several in actions(template, handler).values() for action in several}


# ── what it remembers ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_is_the_one_that_the_store_is_written_for() -> None:
    deployed = one(hub(), TABLE, "Conversations")
    told = dynamodb_items.table("")
    told["StreamSpecification"].pop("StreamEnabled")  # CloudFormation's way to say so is to have the section
    same = set(told) - {"TableName"}
    assert {name: deployed[name] for name in same} == {name: told[name] for name in same}
    assert deployed["TimeToLiveSpecification"] == {"AttributeName": dynamodb_items.EXPIRES_AT, "Enabled": True}
    assert deployed["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_a_key_of_the_deployments_own_encrypts_the_table_and_the_secret() -> None:
    template = hub("otherwise")
    encryption = one(template, TABLE, "Conversations")["SSESpecification"]
    assert (encryption["SSEEnabled"], encryption["SSEType"]) == (True, "KMS")
    secret = one(template, "AWS::SecretsManager::Secret", "ConversationKey")
    assert encryption["KMSMasterKeyId"] == secret["KmsKeyId"]


def test_conversations_outlive_the_stack_unless_the_deployer_wants_otherwise() -> None:
    kept, deleted = ("RetainExceptOnCreate", "Retain"), ("Delete", "Delete")
    for template, policies in ((hub(), kept), (hub("otherwise"), deleted)):
        (table,) = [each for each in template["Resources"].values() if each["Type"] == TABLE]
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == policies
        assert "DeletionProtectionEnabled" not in table["Properties"], "a first deployment that fails could not undo it"


def test_the_key_that_names_conversations_outlives_every_deployment_that_came_about() -> None:
    resources = [*hub()["Resources"].values(), *hub("otherwise")["Resources"].values()]
    secrets = [each for each in resources if each["Type"] == "AWS::SecretsManager::Secret"]
    assert len(secrets) == 2
    for secret in secrets:
        assert (secret["DeletionPolicy"], secret["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
        generated = secret["Properties"]["GenerateSecretString"]
        assert generated["PasswordLength"] >= 32
        assert "SecretStringTemplate" not in generated, "the hub takes all of the string for its key"


# ── what its functions are told ───────────────────────────────────────────────────────────────────────────────────


def environment(template: Template, handler: str) -> dict[str, str]:
    """With the logical id in the place of what only CloudFormation knows; an account as it looks."""
    variables = function(template, handler)["Environment"]["Variables"]
    return {name: _known(value) for name, value in variables.items()}


def _known(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value == {"Ref": "AWS::AccountId"}:
        return "111122223333"
    if "Fn::Join" in value:
        return "".join(map(_known, value["Fn::Join"][1]))
    return str(value["Fn::GetStackOutput"]) if "Fn::GetStackOutput" in value else target(value)


def test_the_functions_read_what_the_stacks_know() -> None:
    settings = Settings.read(environment(hub(), "converse"))
    assert settings.records.account_id == "111122223333"
    assert settings.deployed.table_name.startswith("Conversations")
    assert settings.deployed.inbound_url.startswith("Inbound")
    assert settings.deployed.wake_ups_url.startswith("WakeUps")
    assert settings.deployed.conversation_key_secret.startswith("ConversationKey")
    assert "EmailConfigurationSet" in settings.email.email_configuration_set
    assert "SmsConfigurationSet" in settings.sms.sms_configuration_set
    assert settings.email.email_addresses == ("help@shop.example",)


def test_the_functions_read_what_the_deployer_has_decided() -> None:
    told = environment(hub("otherwise"), "converse")
    assert told[variable_of("sms_max_characters")] == "160"
    assert told[variable_of("email_addresses")] == "sales@shop.example,help@shop.example"
    assert "KnowledgeBase" in told[variable_of("knowledge_base_id")]


def test_the_hub_is_not_told_the_key_to_the_lakes_pseudonyms() -> None:
    told = environment(hub("otherwise"), "converse")
    assert not [name for name in told if "PSEUDONYM" in name or "REDACTION" in name]


def test_all_functions_are_told_what_only_the_stacks_know_and_the_one_that_asks_who_answers() -> None:
    ingress, converse, sweep = (environment(hub(), handler) for handler in ("ingress", "converse", "sweep"))
    assert {variable_of(name) for name in GIVEN_TO_HUB} <= ingress.keys()
    assert sweep == ingress
    assert converse == {**ingress, "PARLEY_ANSWERERS": "language_model", "PARLEY_MODEL_ID": "us.amazon.nova-lite-v1:0"}


def test_every_function_is_one_of_the_handlers_for_arm_with_json_logs_and_traces() -> None:
    for handler in HANDLERS:
        properties = function(hub(), handler)
        assert callable(getattr(handlers, handler))
        assert properties["Architectures"] == ["arm64"]
        assert properties["LoggingConfig"]["LogFormat"] == "JSON"
        assert properties["TracingConfig"] == {"Mode": "Active"}


# ── what they may do ──────────────────────────────────────────────────────────────────────────────────────────────


def test_there_are_rights_for_every_answerer_that_a_deployment_can_have() -> None:
    assert RIGHTS.keys() == MANAGED.keys()


def test_who_only_receives_may_neither_ask_nor_send() -> None:
    allowed = all_actions(hub(), "ingress")
    assert not [each for each in allowed if each.startswith(("bedrock", "ses:", "sms-voice:", "social-messaging:"))]


def test_the_sweeper_apologises_and_asks_nobody() -> None:
    allowed = all_actions(hub(), "sweep")
    assert {"ses:SendRawEmail", "sms-voice:SendTextMessage", "social-messaging:SendWhatsAppMessage"} <= allowed
    assert not [each for each in allowed if each.startswith("bedrock")]


def test_a_hub_without_channels_may_send_nothing() -> None:
    allowed = all_actions(hub("no channel"), "converse")
    assert not [each for each in allowed if each.startswith(("ses:", "sms-voice:", "social-messaging:"))]


def sending(template: Template) -> dict[str, list[str]]:
    found = actions(template, "converse").items()
    return {on: several for on, several in found if several[0].startswith(("ses:", "sms-voice:", "social-messaging:"))}


def test_sends_are_allowed_from_our_numbers_and_identities_only() -> None:
    found = sending(hub())
    assert sorted(found.values()) == [
        ["ses:SendEmail", "ses:SendRawEmail"],
        ["sms-voice:SendTextMessage"],
        ["social-messaging:SendWhatsAppMessage"],
    ]
    named = " ".join(found)
    for ours in ("phone-number/phone-1", "phone-number/phone-2", "NewNumber", ":phone-number-id/*"):
        assert ours in named
    for ours in ("identity/Help@shop.example", "identity/shop.example", "identity/example.org", "configuration-set/"):
        assert ours in named


def test_numbers_and_identities_that_the_deployer_names_are_the_only_ones() -> None:
    named = " ".join(sending(hub("otherwise")))
    assert "identity/shop.example" in named
    assert "identity/Help@shop.example" not in named
    assert ":phone-number-id/1" in named
    assert "*" not in named


MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"
HARNESS = "arn:aws:bedrock-agentcore:us-east-1:111122223333:harness/h"
RUNTIME = "arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/r"
OWN = "arn:aws:bedrock:us-east-1:111122223333"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (chosen(answerers=("language_model",), model_id=MODEL), {("bedrock:InvokeModel", MODEL)}),
        (
            chosen(answerers=("language_model",), model_id=MODEL, guardrail_id="guardrail1"),
            {("bedrock:InvokeModel", MODEL), ("bedrock:ApplyGuardrail", f"{OWN}:guardrail/guardrail1")},
        ),
        (
            chosen(answerers=("knowledge_base",), knowledge_base_id="BASE", knowledge_base_model_arn=MODEL),
            {
                ("bedrock:InvokeModel", MODEL),
                ("bedrock:Retrieve", f"{OWN}:knowledge-base/BASE"),
                ("bedrock:RetrieveAndGenerate", "*"),
            },
        ),
        (
            chosen(answerers=("knowledge_base",), knowledge_base_id="BASE", knowledge_base_kind="managed"),
            {("bedrock:Retrieve", f"{OWN}:knowledge-base/BASE"), ("bedrock:AgenticRetrieveStream", "*")},
        ),
        (
            chosen(answerers=("bedrock_agent",), bedrock_agent_id="AGENT", bedrock_agent_alias_id="ALIAS"),
            {("bedrock:InvokeAgent", f"{OWN}:agent-alias/AGENT/ALIAS")},
        ),
        (
            chosen(answerers=("agentcore",), agentcore_harness_arn=HARNESS),
            {("bedrock-agentcore:InvokeHarness", HARNESS), ("bedrock-agentcore:InvokeAgentRuntime", HARNESS)},
        ),
        (
            chosen(answerers=("agentcore",), agentcore_runtime_arn=RUNTIME),
            {
                ("bedrock-agentcore:InvokeAgentRuntime", RUNTIME),
                ("bedrock-agentcore:InvokeAgentRuntime", f"{RUNTIME}/runtime-endpoint/DEFAULT"),
            },
        ),
        (
            chosen(answerers=("qbusiness",), qbusiness_application_id="app"),
            {("qbusiness:ChatSync", "arn:aws:qbusiness:us-east-1:111122223333:application/app")},
        ),
    ],
)
def test_each_answerer_may_be_asked_and_no_other(settings: Settings, expected: set[tuple[str, str]]) -> None:
    stack = Stack(App(), env=Environment(account="111122223333", region="us-east-1"))
    allowed = asking_answerers(stack, settings)
    found = [(action, on) for each in allowed for action in each.actions for on in stack.resolve(each.resources)]
    assert {(action, _aws(on)) for action, on in found} == expected


def _aws(arn: Any) -> str:
    """With the partition that most accounts are in."""
    parts = arn["Fn::Join"][1] if isinstance(arn, dict) else [arn]
    return "".join(part if isinstance(part, str) else "aws" for part in parts)


def test_what_the_knowledge_stack_makes_may_be_asked() -> None:
    found = actions(hub("otherwise"), "converse").items()
    named = next(on for on, several in found if several == ["bedrock:Retrieve"])
    assert "Fn::GetStackOutput" in named


def test_a_lake_alone_has_no_hub() -> None:
    assert "hub" not in synthesised({"hub.deployed": "false"})
