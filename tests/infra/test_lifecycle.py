"""What a deployment lives through: options turned off, its guardrail made anew, another region beside it."""

from functools import cache

import pytest

from infra.aws.stacks.knowledge import guardrail
from tests.infra.options import context, options
from tests.infra.synthesis import Template, synthesis_now, synthesised

pytestmark = pytest.mark.slow

Templates = dict[str, Template]


@cache
def everything() -> Templates:
    """With all stacks in it, and with what they need of each other."""
    chosen = {name: values[-1] for name, values in options().items()}
    there = {"hub.deployed": True, "watch.deployed": True, "sources.email": True, "sources.sms": True}
    made = {"kms_key": "create", "sources.whatsapp_topic": "", "lake.bucket": ""}
    return synthesised(context({**chosen, **there, **made}))


def test_no_stack_keeps_another_from_giving_something_up() -> None:
    """CloudFormation refuses to remove, or to change, an export that another stack imports."""
    assert {"lake", "knowledge", "sources", "hub", "sending", "watch", "quicksight"} == everything().keys()
    for template in everything().values():
        assert "Fn::ImportValue" not in str(template)
        assert not [name for name, output in template["Outputs"].items() if "Export" in output]


def test_whatever_a_stack_reads_of_another_is_told_by_one_that_is_deployed_before() -> None:
    order = ["lake", "knowledge", "sources", "hub", "sending", "watch", "quicksight"]
    read = [(stack, *each) for stack in order for each in _read(everything()[stack])]
    assert len(read) > 40
    for stack, other, output in read:
        told = other.removeprefix("parley-dev-")
        assert output in everything()[told]["Outputs"]
        assert order.index(told) < order.index(stack)


def test_a_guardrail_that_is_worded_otherwise_has_a_version_that_the_hub_is_told_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The hub's own template changes with it, and the version in use stays until the hub names the new one."""
    chosen = {"knowledge.guardrail": "true"}
    before = synthesised(chosen)
    monkeypatch.setattr(guardrail, "BLOCKED", "No.")
    after = synthesis_now(chosen).templates()
    assert before["hub"] != after["hub"]
    (version,) = [r for r in before["knowledge"]["Resources"].values() if r["Type"] == "AWS::Bedrock::GuardrailVersion"]
    assert version["DeletionPolicy"] == "Retain"


def test_the_same_stage_in_two_regions_has_two_dashboards() -> None:
    """Of all that is named here, dashboards alone are of no region: the later one would replace the other."""
    (dashboard,) = [
        r["Properties"]
        for r in everything()["watch"]["Resources"].values()
        if r["Type"] == "AWS::CloudWatch::Dashboard"
    ]
    assert dashboard["DashboardName"] == {"Fn::Join": ["", ["parley-dev-watch-", {"Ref": "AWS::Region"}]]}


def _read(value: object) -> list[tuple[str, str]]:
    """Stack and output of every `Fn::GetStackOutput` within."""
    match value:
        case {"Fn::GetStackOutput": {"StackName": str(stack), "OutputName": str(output)}}:
            return [(stack, output)]
        case dict():
            return [found for each in value.values() for found in _read(each)]
        case list():
            return [found for each in value for found in _read(each)]
    return []
