"""What the stacks publish is what infra/outputs.py says, all of it, under names that `parley --stage` finds."""

from dataclasses import fields
from functools import cache

import pytest

from infra.outputs import Outputs, read, to_publish
from tests.infra import synthesis

pytestmark = pytest.mark.slow

EVERYTHING = {
    "settings": {
        "answerers": ["agentcore", "knowledge_base"],
        "model_id": "amazon.nova-lite-v1:0",
        "email_addresses": ["help@lamps.example"],
    },
    "hub": {"new_sms_number": "US:SIMULATOR", "mail_recipients": ["help@lamps.example"]},
    "sources": {"whatsapp": True, "whatsapp_accounts": ["waba-1"]},
    "sending": {"deployed": True, "mail_address": "orders@lamps.example"},
    "knowledge": {"created": True, "harness": True, "guardrail": True},
    "lake": {"compaction": True},
    "quicksight": {"principal": "arn:aws:quicksight:us-east-1:111122223333:user/default/analyst"},
}


@cache
def everything() -> dict[str, synthesis.Template]:
    """Templates with every option that has outputs or alarms."""
    return synthesis.synthesised(EVERYTHING)


@pytest.mark.parametrize("kind", Outputs.__subclasses__())
def test_with_everything_on_a_stack_has_every_output_and_no_other_of_ours(kind: type[Outputs]) -> None:
    outputs = everything()[kind.stack]["Outputs"]
    found = {name: str(output["Value"]) for name, output in outputs.items() if not name.startswith("PublishOutput")}
    every = kind(**{each.name: "x" for each in fields(kind)})
    assert set(found) == {each.name for each in to_publish(every)}
    assert to_publish(read(kind, kind.stack, found))
