"""`parley --stage NAME`: a deployed hub found by its stacks' outputs, and every command that works on one."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import Result
from moto.athena.models import QueryResults, athena_backends

from infra.cli.main import COMMANDS, WITH_STAGE
from infra.operating.erasure.report import Report
from infra.operating.stage import Stage
from infra.outputs import HubOutputs, LakeOutputs, read, to_publish
from orchestrator.errors import ConfigurationError
from orchestrator.model import Held
from orchestrator.stores.dynamodb.store import DynamoStore
from tests.deployed import DeployedMachine, aws_for
from tests.kit import NOON, Clock, sms_event
from tests.lake_rows import row, write
from tests.stage_kit import NAME, REGION, Deployed, an_account, publish
from tests.stories.test_ingest import run
from tests.stories.test_quarantine import announced
from tests.stories.test_rejected import hub_rejection
from transformer.sources import shipped_templates

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("account")]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with an_account(monkeypatch):
        yield


@pytest.fixture
def deployed(account: None) -> Deployed:
    return Deployed.on_moto()


def on_stage(folder: Path, *words: str, stage: str = NAME, status: int = 0) -> Result:
    result = run(folder / "data", "--stage", stage, *words)
    assert result.exit_code == status, f"{result.output}{result.exception!r}"
    return result


def put(key: str, body: bytes) -> None:
    boto3.client("s3").put_object(Bucket="lake-of-trial", Key=key, Body=body)


def keys(prefix: str) -> list[str]:
    client: Any = boto3.client("s3")
    return [each["Key"] for each in client.list_objects_v2(Bucket="lake-of-trial", Prefix=prefix).get("Contents", [])]


def received(url: str) -> list[str]:
    client: Any = boto3.client("sqs")
    return [message["Body"] for message in client.receive_message(QueueUrl=url).get("Messages", [])]


def error_object(record: bytes) -> bytes:
    """As Firehose writes it when the transformer was not reached."""
    error = {
        "errorCode": "Lambda.FunctionError",
        "errorMessage": "out of memory",
        "arrivalTimestamp": int(NOON.timestamp() * 1000),
        "rawData": base64.b64encode(record).decode(),
        "lambdaArn": "arn:aws:lambda:eu-west-1:123456789012:function:trial-transformer",
    }
    return json.dumps(error).encode()


# ── what a stage is ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_stage_is_what_its_stacks_have_published(deployed: Deployed) -> None:
    stage = Stage(NAME)
    assert stage.outputs(LakeOutputs) == deployed.lake
    assert stage.outputs(HubOutputs) == deployed.hub


def test_what_a_stage_may_lack_is_left_out_and_read_as_nothing(deployed: Deployed) -> None:
    values = {each.name: each.value for each in to_publish(deployed.hub)}
    del values["MailUri"], values["SmsTopicArn"]
    assert read(HubOutputs, "hub", values).mail_uri == ""
    assert "MailUri" not in {each.name for each in to_publish(read(HubOutputs, "hub", values))}


def test_every_output_says_what_it_is(deployed: Deployed) -> None:
    assert all(each.meaning for each in (*to_publish(deployed.lake), *to_publish(deployed.hub)))


def test_its_settings_are_those_that_its_functions_run_with(deployed: Deployed) -> None:
    settings = Stage(NAME).settings()
    assert settings.bedrock.model_id == "amazon.nova-lite-v1:0"
    assert settings.deployed.table_name == deployed.hub.conversations_table_name


def test_a_lake_alone_has_no_hub(deployed: Deployed) -> None:
    publish(deployed.lake, "alone")
    assert Stage("alone").find(HubOutputs) is None
    assert Stage("alone").find(LakeOutputs) == deployed.lake


def test_a_stage_that_is_not_there_is_named_with_its_region_and_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match=r"no stack parley-nowhere-lake in eu-west-1: `make deploy STAGE=nowh"):
        Stage("nowhere").outputs(LakeOutputs)


def test_outputs_of_an_older_version_are_named_with_what_to_do(deployed: Deployed) -> None:
    published = {each.name: each.value for each in to_publish(deployed.lake)}
    del published["LakeUri"], published["DatabaseName"]
    with pytest.raises(ConfigurationError, match="parley-x-lake has no output LakeUri, DatabaseName: deploy it again"):
        read(LakeOutputs, "parley-x-lake", published)


def test_without_credentials_the_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(ConfigurationError, match="parley-trial-lake cannot be read: You must specify a region"):
        Stage(NAME).outputs(LakeOutputs)


def test_what_works_on_this_machine_only_refuses_a_stage(tmp_path: Path) -> None:
    for command in set(COMMANDS) - set(WITH_STAGE):
        assert "--stage is for what works on a deployment" in on_stage(tmp_path, command, status=2).stderr
    assert not (tmp_path / "data").exists()


ON_A_STAGE = [
    ("conversations", "show", "sms-0"),
    ("quarantine", "list"),
    ("query", "SELECT 1"),
    ("report",),
    ("compact",),
    ("rejected", "list"),
    ("redrive", "inbound"),
    ("templates", "list"),
    ("erase", "--address", "+14155550100"),
    ("doctor",),
]


@pytest.mark.parametrize("words", ON_A_STAGE)
def test_each_of_the_others_asks_the_stage_and_touches_nothing_here(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = run(tmp_path / "data", "--stage", "nowhere", *words)
    assert result.exit_code == 1
    assert "there is no stack parley-nowhere-" in f"{result.output}{result.exception}"
    assert not (tmp_path / "data").exists()


def test_each_command_with_a_stage_is_tried() -> None:
    assert {words[0] for words in ON_A_STAGE} == set(WITH_STAGE) <= set(COMMANDS)


# ── the commands ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_query_asks_the_stages_workgroup_for_the_stages_tables(tmp_path: Path, deployed: Deployed) -> None:
    backend = athena_backends["123456789012"][REGION]
    backend.create_work_group(
        deployed.lake.workgroup_name, {"ResultConfiguration": {"OutputLocation": deployed.lake.results_uri}}, "", []
    )
    cells = [{"Data": [{"VarCharValue": "n"}]}, {"Data": [{"VarCharValue": "3"}]}]
    backend.query_results_queue.append(QueryResults(cells, [{"Name": "n", "Type": "bigint"}]))
    asked = on_stage(tmp_path, "query", "SELECT count(*) AS n FROM events", "--format", "json")
    assert json.loads(asked.stdout) == [{"n": 3}]
    execution: Any = next(iter(backend.executions.values()))
    assert execution.workgroup.name == deployed.lake.workgroup_name
    assert execution.context["Database"] == deployed.lake.database_name


def test_query_cannot_ask_a_stage_with_duckdb(tmp_path: Path, deployed: Deployed) -> None:
    refused = on_stage(tmp_path, "query", "SELECT 1", "--engine", "duckdb", status=2)
    assert "--engine duckdb asks the data folder's lake" in refused.stderr


def test_compact_merges_the_stages_lake(tmp_path: Path, deployed: Deployed) -> None:
    for name in ("a", "b"):
        written = write(tmp_path, "events", [row("events", event_id=name)], name=name)
        put(f"lake/{written.relative_to(tmp_path)}", written.read_bytes())
    (done,) = json.loads(on_stage(tmp_path, "compact", "--format", "json").stdout)
    assert done == {"old_files": 2, "new_files": 1, "finished": 0}
    assert len([key for key in keys("lake/events/") if key.endswith(".parquet")]) == 1


def test_rejected_lists_the_stages_error_objects(tmp_path: Path, deployed: Deployed) -> None:
    put("errors/one", error_object(b"{no json"))
    (listed,) = json.loads(on_stage(tmp_path, "rejected", "list", "--format", "json").stdout)
    assert "JSON" in listed["reason"]
    assert on_stage(tmp_path, "rejected", "show", listed["event_id"], "--raw").stdout == "{no json"


def test_rejected_puts_events_back_on_the_stages_stream_and_messages_into_its_queue(
    tmp_path: Path, deployed: Deployed
) -> None:
    event = {"eventType": "TEXT_DELIVERED", "eventTimestamp": 1, "messageId": "m", "destinationPhoneNumber": "+1"}
    put("errors/stream", error_object(json.dumps(event).encode()))
    put("errors/hub", error_object(hub_rejection(sms_event("hello", "m7"))))
    replayed = json.loads(on_stage(tmp_path, "rejected", "replay", "--format", "json").stdout)
    assert [each["replay"] for each in replayed] == ["replay", "replay"]
    assert keys(f"put/{deployed.lake.events_stream_name}/")
    assert received(deployed.hub.inbound_queue_url) == [sms_event("hello", "m7").decode()]


def test_erase_covers_everything_a_stage_keeps(
    tmp_path: Path, deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def erase(address: str, uris: Any, table: str, **rest: Any) -> Report:
        asked.append((address, set(uris), table, rest["dry_run"]))
        return Report()

    monkeypatch.setattr("infra.operating.erasure.deployed.erase", erase)
    on_stage(tmp_path, "erase", "--address", "+14155550100", "--dry-run")
    lake, hub = deployed.lake, deployed.hub
    uris = {lake.lake_uri, lake.errors_uri, lake.results_uri, hub.mail_uri}
    assert asked == [("+14155550100", uris, hub.conversations_table_name, True)]
    refused = on_stage(tmp_path, "erase", "--address", "+14155550100", "--table", "other", status=2)
    assert "leave the URIs and --table out" in refused.stderr


def held_mail(deployed: Deployed) -> Held:
    store = DynamoStore(boto3.client("dynamodb"), deployed.hub.conversations_table_name, Clock())
    original = announced(virusVerdict={"status": "FAIL"})
    held = Held(
        channel="email",
        message_id="m1@person.example",
        their_address="zoe@person.example",
        our_address="help@parley.example",
        reason="virus",
        held_at=NOON,
        original=original,
    )
    store.quarantine.hold(held)
    return held


def test_quarantine_lists_and_releases_what_the_stage_holds(tmp_path: Path, deployed: Deployed) -> None:
    held = held_mail(deployed)
    (listed,) = json.loads(on_stage(tmp_path, "quarantine", "list", "--format", "json").stdout)
    assert listed["message"] == held.message_id
    told = json.loads(on_stage(tmp_path, "quarantine", "release", held.message_id).stdout)
    assert told["outcome"] == "turn"
    assert len(received(deployed.hub.wake_ups_queue_url)) == 1
    assert json.loads(on_stage(tmp_path, "quarantine", "list", "--format", "json").stdout) == []
    assert "is not in quarantine" in on_stage(tmp_path, "quarantine", "release", "other", status=1).stderr


def test_conversations_shows_what_the_stages_table_keeps(
    tmp_path: Path, deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with aws_for(monkeypatch):
        machine = DeployedMachine(tmp_path, clock=Clock(datetime.now(UTC)))
        publish(replace(deployed.hub, conversations_table_name=machine.name), "talkative")
        machine.deliver(sms_event("When do you open?", "m1"))
        machine.drain()
        conversation_id = machine.turns()[0].conversation_id
        of_all_generations = conversation_id.removesuffix("-0")
        for name in (conversation_id, of_all_generations):
            assert "When do you open?" in on_stage(tmp_path, "conversations", "show", name, stage="talkative").stdout
        on_stage(tmp_path, "conversations", "show", f"{of_all_generations}-7", stage="talkative", status=1)
    assert "parley --stage trial query conversation_log" in on_stage(tmp_path, "conversations", status=2).stderr


def test_templates_are_those_of_the_stages_bucket(tmp_path: Path, deployed: Deployed) -> None:
    put("templates/sms_inbound.jinja", b"{{ nonsense")
    listed = json.loads(on_stage(tmp_path, "templates", "list", "--format", "json").stdout)
    troubled = {each["template"]: each["trouble"] for each in listed if each["trouble"]}
    assert troubled.keys() == {"sms_inbound"}
    assert {each["template"] for each in listed} == set(shipped_templates())
