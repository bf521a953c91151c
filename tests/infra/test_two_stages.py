"""Two stages of one account and region share nothing that would mix them, or keep the second from being deployed."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from tests.infra.synthesis import Template, synthesised
from tests.infra.test_outputs import EVERYTHING

pytestmark = pytest.mark.slow

STAGES = ("one", "two")
# What AWS tells of an account only: see infra/aws/stacks/watch/metrics.py.
OF_THE_ACCOUNT = {"TextMessageMonthlySpend"}
# Names within something that is of one stage, by the property that says in what: they may be alike.
INNER = {
    ("AWS::Athena::NamedQuery", "Name"): "WorkGroup",
    ("AWS::Bedrock::DataSource", "Name"): "KnowledgeBaseId",
    ("AWS::BedrockAgentCore::GatewayTarget", "Name"): "GatewayIdentifier",
    ("AWS::IAM::Policy", "PolicyName"): "Roles",
    ("AWS::Logs::LogStream", "LogStreamName"): "LogGroupName",
}
NO_NAME = {("AWS::CloudWatch::Alarm", "MetricName")}  # of the alarm itself: the first test is about metrics


@cache
def templates(stage: str) -> dict[str, Template]:
    return synthesised({**EVERYTHING, "stage": stage})


def resources(stage: str) -> Iterator[dict[str, Any]]:
    for template in templates(stage).values():
        yield from template["Resources"].values()


def watched(stage: str) -> set[str]:
    """Every metric of every alarm, as the template has it: resources of other stacks by the stacks' names."""
    found = set()
    for resource in resources(stage):
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            alarm = resource["Properties"]
            told = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each]
            for metric in told or [alarm]:
                told_of = {key: metric.get(key) for key in ("Namespace", "MetricName", "Dimensions")}
                found.add(json.dumps(told_of, sort_keys=True))
    return found


def test_no_metric_of_an_alarm_is_both_stages() -> None:
    one, two = map(watched, STAGES)
    assert len(one) == len(two) > 50
    assert {json.loads(each)["MetricName"] for each in one & two} == OF_THE_ACCOUNT


@pytest.mark.parametrize("stage", STAGES)
def test_every_metric_of_ours_on_the_dashboard_is_of_its_stage(stage: str) -> None:
    (dashboard,) = [each["Properties"] for each in resources(stage) if each["Type"] == "AWS::CloudWatch::Dashboard"]
    parts = dashboard["DashboardBody"]["Fn::Join"][1]
    body = "".join(part if isinstance(part, str) else "?" for part in parts)
    ours = re.findall(r'\["Parley",[^\]]*\]', body)
    assert len(ours) > 20
    assert [each for each in ours if f'"stage","{stage}"' not in each] == []


def named(stage: str) -> set[tuple[str, str, str]]:
    """What has a name that we give: all else CloudFormation names, after the stack."""
    return {
        (resource["Type"], key, value)
        for resource in resources(stage)
        for key, value in resource.get("Properties", {}).items()
        if key.endswith("Name") and isinstance(value, str)
    }


def test_no_name_is_both_stages() -> None:
    one, two = map(named, STAGES)
    assert len({kind for kind, _, _ in one}) > 8, "some things are named by us"
    assert {each for each in one & two if each[:2] not in INNER.keys() | NO_NAME} == set()


def test_what_is_named_inside_something_else_is_inside_something_of_the_stage() -> None:
    around = {kind: inside for (kind, _), inside in INNER.items()}
    found = [each for stage in STAGES for each in resources(stage) if each["Type"] in around]
    assert {each["Type"] for each in found} == set(around)
    for each in found:
        inside = each["Properties"][around[each["Type"]]]
        assert "Ref" in json.dumps(inside) or "Fn::GetAtt" in json.dumps(inside), each


def test_no_log_group_no_alarm_and_no_role_has_a_name_of_ours() -> None:
    kinds = {
        "AWS::CloudWatch::Alarm": "AlarmName",
        "AWS::IAM::Role": "RoleName",
        "AWS::Lambda::Function": "FunctionName",
        "AWS::Logs::LogGroup": "LogGroupName",
    }
    found = [each for each in resources("one") if each["Type"] in kinds]
    assert {each["Type"] for each in found} == set(kinds)
    assert [each for each in found if kinds[each["Type"]] in each["Properties"]] == []


def test_no_stack_exports_a_name() -> None:
    for stage in STAGES:
        for template in templates(stage).values():
            assert [each for each in template.get("Outputs", {}).values() if "Export" in each] == []
