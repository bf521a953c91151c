"""The hub's template as its tests read it."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal

from tests.infra.synthesis import Template, synthesised

_CHANNELS = {
    "hub.sms_numbers": "phone-1,phone-2",
    "hub.new_sms_number": "US:SIMULATOR",
    "hub.mail_recipients": "Help@shop.example,example.org",
    "sources.whatsapp": "true",
    "sources.whatsapp_accounts": "waba-1",
    "watch.deployed": "false",
}
# Few, for each takes seconds: with all channels as they come, with every choice made otherwise, with no channel,
# with a pool of numbers.
_CONTEXTS: Mapping[str, Mapping[str, str]] = {
    "all channels": _CHANNELS,
    "otherwise": {
        **_CHANNELS,
        "when_destroyed": "delete",
        "kms_key": "create",
        "hub.whatsapp_numbers": "phone-number-id-1",
        "hub.mail_identities": "shop.example",
        "hub.mail_rule_set": "default-rule-set",
        "hub.mail_tls_required": "true",
        "hub.mail_kept_days": "7",
        "hub.converse_at_once": "3",
        "hub.converse_reserved": "4",
        "hub.ingress_at_once": "2",
        "settings.self_managed_opt_outs": "true",
        "settings.sms_max_characters": "160",
        "settings.email_addresses": "sales@shop.example",
        "settings.claim_s": "600",
        "settings.redaction": "patterns",
        "settings.redaction_keep": "+14255550100",
        "settings.pseudonym_key": "arn:aws:secretsmanager:us-east-1:111122223333:secret:pseudonyms",
        "settings.max_receives": "100",
        "settings.answerers": "knowledge_base",
        "knowledge.created": "true",
    },
    "no channel": {"watch.deployed": "false"},
    "a pool": {"hub.sms_numbers": "pool-1", "watch.deployed": "false"},
}


@cache
def hub(which: Literal["all channels", "otherwise", "no channel", "a pool"] = "all channels") -> Template:
    """The template of a deployment with these channels and choices."""
    return synthesised(_CONTEXTS[which])["hub"]


def of_type(template: Template, kind: str) -> dict[str, Any]:
    """The properties of all resources of a type, by their logical ids."""
    resources = template["Resources"].items()
    return {name: each.get("Properties", {}) for name, each in resources if each["Type"] == kind}


def one(template: Template, kind: str, start: str) -> Any:
    """The properties of the one resource of a type whose logical id begins so."""
    (found,) = [each for name, each in of_type(template, kind).items() if name.startswith(start)]
    return found


def function(template: Template, handler: str) -> Any:
    """The properties of one of the hub's functions."""
    functions = of_type(template, "AWS::Lambda::Function").values()
    (found,) = [each for each in functions if each["Handler"] == f"orchestrator.handlers.{handler}"]
    return found


def statements(policies: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every statement of resource policies, whatever holds them."""
    for policy in policies.values():
        yield from policy["PolicyDocument"]["Statement"]


def target(reference: Any) -> str:
    """The logical id that Ref or Fn::GetAtt names."""
    name: str = reference.get("Ref") or reference["Fn::GetAtt"][0]
    return name
