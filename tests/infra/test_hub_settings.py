"""What is wrong with a hub's settings is told before anything is deployed, with its remedy."""

from collections.abc import Mapping

import pytest

from infra.aws.settings.deployment import DeploymentSettings
from orchestrator.errors import ConfigurationError


def fault_of(context: Mapping[str, object]) -> str:
    with pytest.raises(ConfigurationError) as raised:
        DeploymentSettings.read(context)
    return str(raised.value)


def test_an_answerer_says_what_it_lacks() -> None:
    fault = fault_of({"settings.answerers": "language_model,agentcore,bedrock_agent", "settings.model_id": ""})
    assert "language_model needs settings.model_id" in fault
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
        ({"settings.model_prompt": "x" * 3000}, "shorten settings.model_prompt first"),
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


@pytest.mark.parametrize("recipient", ["help@shop.example", "shop.example", ".shop.example", "h+elp@mail.shop.example"])
def test_mail_is_received_for_addresses_domains_and_all_below_a_domain(recipient: str) -> None:
    assert DeploymentSettings.read({"hub.mail_recipients": recipient}).hub.mail_recipients == (recipient,)
