"""docs/deploy.md speaks of what is there: alarms, commands, targets of make, settings."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click import Context, Group

from infra.aws import costs
from infra.aws.settings.context import context
from infra.aws.settings.deployment import DeploymentSettings
from infra.cli.main import parley
from orchestrator.sections import values
from tests.infra import synthesis
from tests.infra.test_outputs import EVERYTHING, everything

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/deploy.md").read_text()
EVERY_CHANNEL = {key: value for key, value in EVERYTHING.items() if key in {"hub", "sources"}}


def alarms(templates: Mapping[str, synthesis.Template]) -> dict[str, Any]:
    return {
        re.sub(r"[0-9A-F]{8}$", "", name): resource["Properties"]
        for name, resource in templates["watch"]["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


@pytest.mark.slow
def test_every_alarm_is_explained() -> None:
    explained = set(re.findall(r"`(…?[A-Z][A-Za-z]+)`", TEXT.split("## When an alarm rings")[1]))
    endings = tuple(each.removeprefix("…") for each in explained if each.startswith("…"))
    assert len(alarms(everything())) > 30
    assert [name for name in alarms(everything()) if name not in explained and not name.endswith(endings)] == []


@pytest.mark.slow
def test_no_alarm_is_explained_that_does_not_exist() -> None:
    first_cells = re.findall(r"^\| ([^|]+) \|", TEXT.split("## When an alarm rings")[1].split("### ")[0], re.MULTILINE)
    named = {name for cell in first_cells for name in re.findall(r"`([A-Z][A-Za-z]+)`", cell)}
    assert named <= set(alarms(everything()))


@pytest.mark.slow
def test_the_cost_at_rest_counts_every_metric_of_every_alarm() -> None:
    metrics = sum(
        costs.BAND_METRICS
        if "ThresholdMetricId" in properties
        else sum("MetricStat" in each for each in properties.get("Metrics", ())) or 1
        for properties in alarms(synthesis.synthesised(EVERY_CHANNEL)).values()
    )
    assert metrics == costs.ALARM_METRICS


def test_every_command_exists() -> None:
    called = re.findall(r"(?:`|\$ )parley(?: --stage [A-Za-z]+)? ([a-z][a-z-]*)(?: ([a-z]+))?", TEXT)
    context = Context(parley)
    assert len(called) > 15
    for name, inner in called:
        command = parley.get_command(context, name)
        assert command is not None, name
        if isinstance(command, Group) and inner:
            assert inner in command.commands, f"{name} {inner}"


def test_every_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|\$ )make ([a-z]+)", TEXT)) <= targets


def test_the_example_of_a_context_can_be_deployed() -> None:
    (example,) = re.findall(r"```json\n(.+?)```", TEXT, re.DOTALL)
    assert DeploymentSettings.read(json.loads(f"{{{example}}}")["context"]).hub.new_sms_number == "US:TOLL_FREE"


@pytest.mark.parametrize("given", sorted(set(re.findall(r"-c ([a-z_.]+=[a-z0-9-]+)", TEXT))))
def test_each_setting_given_on_the_command_line_can_be_deployed(given: str) -> None:
    assert DeploymentSettings.read(context({"CDK_CONTEXT_JSON": "{}"}, [given])) != DeploymentSettings()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:hub|lake|sources|watch|knowledge)\.[a-z_]+)", TEXT))))
def test_every_setting_exists(name: str) -> None:
    section, _, setting = name.partition(".")
    assert hasattr(getattr(DeploymentSettings(), section), setting)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`settings\.([a-z_]+)", TEXT))))
def test_every_setting_of_the_hub_exists(name: str) -> None:
    assert name in values(DeploymentSettings().settings)


def test_every_file_that_is_linked_exists() -> None:
    for target in re.findall(r"\]\((\.\.?/[^)#]+)", TEXT):
        assert (ROOT / "docs" / target).exists()
    assert (ROOT / "tests/events/sms_question.json").exists()


def test_every_heading_that_is_linked_exists() -> None:
    headings = re.findall(r"^#+ (.+)", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors
