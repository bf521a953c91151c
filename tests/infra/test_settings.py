"""A deployment's settings are checked before anything is made, and every fault is named at once."""

import json
from pathlib import Path

import pytest

from infra.aws.settings.context import context
from infra.aws.settings.deployment import DeploymentSettings
from orchestrator.errors import ConfigurationError


def test_every_fault_is_named_with_its_field_and_what_would_be_right() -> None:
    wrong = {
        "stag": "x",
        "stage": "PROD",
        "lake.buffer_seconds": "1",
        "hub": 3,
        "settings": {"table_name": "mine", "sms_max_characters": 9000},
    }
    with pytest.raises(ConfigurationError) as raised:
        DeploymentSettings.read(wrong)
    lines = str(raised.value).splitlines()
    assert "  stag: there is no such setting; did you mean stage?" in lines
    assert any(line.startswith("  stage='PROD': ") and "name of the deployment" in line for line in lines)
    assert any(line.startswith("  lake.buffer_seconds='1': Expected `int` >= 60") for line in lines)
    assert any(line.startswith("  hub: is a section, with settings of its own: deployed") for line in lines)
    assert "  settings.table_name: the stacks fill it in; leave it out" in lines
    assert any(line.startswith("  settings.sms_max_characters=9000: ") for line in lines)
    assert len(lines) == 7


@pytest.mark.parametrize("stage", ["a--b", "prod-", "-a", "1a", "Prod", "prod_1", "a" * 21])
def test_a_stage_that_is_no_part_of_every_services_names_is_refused(stage: str) -> None:
    """Bedrock's knowledge bases and AgentCore's gateways take letters and digits with single hyphens between them."""
    with pytest.raises(ConfigurationError, match="stage="):
        DeploymentSettings.read({"stage": stage})


def test_text_is_read_as_numbers_truth_and_lists() -> None:
    deployment = DeploymentSettings.read(
        {"lake.compaction": "true", "watch.tokens_per_day": "7", "hub.sms_numbers": "phone-1, phone-2"}
    )
    assert deployment.lake.compaction is True
    assert deployment.watch.tokens_per_day == 7
    assert deployment.hub.sms_numbers == ("phone-1", "phone-2")


def test_a_dotted_name_changes_one_setting_of_a_section() -> None:
    deployment = DeploymentSettings.read(
        {"lake": {"buffer_seconds": 60, "scan_limit_gb": 1}, "lake.scan_limit_gb": "5"}
    )
    assert (deployment.lake.buffer_seconds, deployment.lake.scan_limit_gb) == (60, 5)


def test_settings_exclude_each_other_only_with_a_remedy() -> None:
    with pytest.raises(ConfigurationError, match=r"knowledge\.harness.*set knowledge\.created=true"):
        DeploymentSettings.read({"knowledge.harness": "true"})


def test_what_is_given_on_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "cdk.json"
    file.write_text(json.dumps({"context": {"stage": "dev", "region": "eu-west-1"}}))
    assert context({}, ["stage=prod"], file) == {"stage": "prod", "region": "eu-west-1"}
    assert context({"CDK_CONTEXT_JSON": '{"stage": "test"}'}, [], file) == {"stage": "test"}
    with pytest.raises(ValueError, match="name=value"):
        context({}, ["stage"], file)


def test_the_shipped_cdk_json_is_a_deployment() -> None:
    assert DeploymentSettings.read(context({})).stage == "dev"


def test_what_cdk_keeps_in_its_context_is_not_a_setting() -> None:
    looked_up = {"@aws-cdk/core:newStyleStackSynthesis": True, "availability-zones:account=1:region=x": ["a"]}
    assert DeploymentSettings.read(looked_up) == DeploymentSettings.read({})


def test_an_answerer_that_needs_a_machine_of_its_own_is_refused_on_aws() -> None:
    with pytest.raises(ConfigurationError, match="names documents, to which nothing answers here; there is agentcore"):
        DeploymentSettings.read({"settings.answerers": "documents"})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"pseudonym_key": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:k"},
            "while settings.redaction is off",
        ),
        ({"pseudonym_key": "a key of sixteen bytes", "redaction": "patterns"}, "put the key into Secrets Manager"),
    ],
)
def test_a_key_for_pseudonyms_is_a_secret_and_is_used(settings: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        DeploymentSettings.read({"settings": settings})


@pytest.mark.parametrize("hour", ["2026/02/30/00", "2026/07/01/24", "0000/01/01/00"])
def test_the_first_hour_is_one_of_the_calendar(hour: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"lake\.first_hour={hour}: is in no calendar"):
        DeploymentSettings.read({"lake.first_hour": hour})


def test_faults_come_in_the_order_of_the_settings() -> None:
    wrong = {"when_destroyed": "burn", "kms_key": "mine", "region": "here", "account": "1", "stage": "PROD"}
    with pytest.raises(ConfigurationError) as raised:
        DeploymentSettings.read(wrong)
    named = [line.strip().partition("=")[0] for line in str(raised.value).splitlines()[1:]]
    assert named == ["stage", "account", "region", "when_destroyed", "kms_key"]


def test_a_file_is_not_deleted_before_it_would_be_moved() -> None:
    with pytest.raises(
        ConfigurationError, match=r"expire_after_days=30: .* set lake.cheaper_after_days to 0, or below"
    ):
        DeploymentSettings.read({"lake.expire_after_days": "30"})
    assert (
        DeploymentSettings.read({"lake.expire_after_days": "30", "lake.cheaper_after_days": "0"}).lake.expire_after_days
        == 30
    )
