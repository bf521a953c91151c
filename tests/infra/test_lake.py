"""The stack `lake`: rows lie where they are looked for, in one schema everywhere, encrypted, and are never lost."""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from tests.infra.synthesis import Template, synthesised
from transformer.lake.layout import partition
from transformer.lake.parquet import to_arrow
from transformer.schema import TABLES, TableName

pytestmark = pytest.mark.slow

FEEDS = ("events", "conversations")


GIVEN_KEY = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"
PSEUDONYMS = "arn:aws:secretsmanager:us-east-1:111122223333:secret:pseudonyms-AbCdEf"
_ALONE = {"hub.deployed": "false", "watch.deployed": "false", "sources.email": "false", "sources.sms": "false"}
# Few, for each takes seconds: as it comes, with every choice made otherwise, with a key of its own.
_CONTEXTS: dict[str, dict[str, str]] = {
    "": {},
    "otherwise": {
        "when_destroyed": "delete",
        "kms_key": GIVEN_KEY,
        "lake.buffer_seconds": "60",
        "lake.buffer_mb": "64",
        "lake.expire_after_days": "365",
        "lake.scan_limit_gb": "2",
        "lake.compaction": "true",
        "lake.compatibility_tables": "views",
        "settings.redaction": "comprehend",
        "settings.pseudonym_key": PSEUDONYMS,
        "settings.redaction_keep": "+15550100, help@faro.example",
    },
    "own key": {"kms_key": "create", "lake.bucket": "left-by-another"},
}


@cache
def lake(which: str = "") -> Template:
    return synthesised({**_ALONE, **_CONTEXTS[which]})["lake"]


def of_type(kind: str, which: str = "") -> dict[str, dict[str, Any]]:
    found = lake(which)["Resources"].items()
    return {name: resource for name, resource in found if resource["Type"] == kind}


def properties(kind: str, which: str = "") -> list[dict[str, Any]]:
    return [resource["Properties"] for resource in of_type(kind, which).values()]


def table(name: str) -> dict[str, Any]:
    (found,) = [each for each in properties("AWS::Glue::Table") if each["TableInput"]["Name"] == name]
    told: dict[str, Any] = found["TableInput"]
    return told


def stream(name: str, which: str = "") -> dict[str, Any]:
    (found,) = [
        each
        for each in properties("AWS::KinesisFirehose::DeliveryStream", which)
        if each["DeliveryStreamName"] == f"parley-dev-{name}"
    ]
    return found


def destination(name: str, which: str = "") -> dict[str, Any]:
    found: dict[str, Any] = stream(name, which)["ExtendedS3DestinationConfiguration"]
    return found


def written(value: object) -> str:
    """A text of the template, with names for what only the deployment knows."""
    match value:
        case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
            return f"<{name}>"
        case {"Fn::Join": ["", parts]}:
            return "".join(map(written, parts))
    return str(value)


def statements(role: str, which: str = "") -> list[dict[str, Any]]:
    """Of the one role whose name begins so."""
    return [
        statement
        for name, policy in of_type("AWS::IAM::Policy", which).items()
        if name.startswith(role)
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


# ── where rows lie ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FEEDS)
def test_firehose_writes_the_hour_where_the_table_looks_for_it(name: TableName) -> None:
    """And both do as the embedded lake does."""
    at = datetime(2026, 7, 1, 13, 59, tzinfo=UTC)
    prefix = destination(name)["Prefix"].replace("!{timestamp:yyyy/MM/dd/HH}", f"{at:%Y/%m/%d/%H}")
    assert prefix == f"lake/{partition(name, at).as_posix()}/"
    template = written(table(name)["Parameters"]["storage.location.template"])
    bucket = written(destination(name)["BucketARN"])
    assert template.replace("${hour}", f"{at:%Y/%m/%d/%H}") == f"s3://{bucket}/{prefix}"


@pytest.mark.parametrize("name", TABLES)
def test_athena_knows_every_hour_up_to_now_without_anybody_registering_it(name: str) -> None:
    parameters = table(name)["Parameters"]
    assert parameters["projection.enabled"] == "true"
    assert parameters["projection.hour.type"] == "date"
    assert parameters["projection.hour.format"] == "yyyy/MM/dd/HH"
    assert (parameters["projection.hour.interval"], parameters["projection.hour.interval.unit"]) == ("1", "HOURS")
    assert parameters["projection.hour.range"] == "2024/01/01/00,NOW"
    assert table(name)["PartitionKeys"] == [{"Name": "hour", "Type": "string", "Comment": "when the row arrived, UTC"}]
    assert written(table(name)["StorageDescriptor"]["Location"]).endswith(f"/lake/{name}/")
    assert "Custom::Crawler" not in str(lake())


@pytest.mark.parametrize("name", TABLES)
def test_glue_parquet_and_the_schema_have_the_same_columns_in_the_same_order(name: TableName) -> None:
    glue = [(column["Name"], column["Type"]) for column in table(name)["StorageDescriptor"]["Columns"]]
    assert glue == [(column.name, column.type) for column in TABLES[name].columns]
    assert [column for column, _ in glue] == to_arrow(name, []).column_names


@pytest.mark.parametrize("name", FEEDS)
def test_a_stream_converts_by_the_table_that_it_feeds(name: str) -> None:
    conversion = destination(name)["DataFormatConversionConfiguration"]
    (glue_table,) = [
        logical
        for logical, each in of_type("AWS::Glue::Table").items()
        if each["Properties"]["TableInput"]["Name"] == name
    ]
    assert conversion["Enabled"] is True
    assert conversion["SchemaConfiguration"]["TableName"] == {"Ref": glue_table}
    assert conversion["SchemaConfiguration"]["VersionId"] == "LATEST"
    assert "OpenXJsonSerDe" in conversion["InputFormatConfiguration"]["Deserializer"]
    serializer = conversion["OutputFormatConfiguration"]["Serializer"]
    assert serializer == {"ParquetSerDe": {"Compression": "GZIP"}}
    assert destination(name)["CompressionFormat"] == "UNCOMPRESSED"


# ── how they come there ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FEEDS)
def test_each_stream_has_a_transformer_that_gives_its_tables_rows_only(name: str) -> None:
    (processor,) = destination(name)["ProcessingConfiguration"]["Processors"]
    told = {each["ParameterName"]: each["ParameterValue"] for each in processor["Parameters"]}
    function = re.fullmatch(r"<(\w+)>:\$LATEST", written(told["LambdaArn"]))
    assert function
    made = lake()["Resources"][function[1]]["Properties"]
    assert made["Handler"] == "transformer.handler.handler"
    assert made["Environment"]["Variables"]["PARLEY_TABLE"] == name
    assert made["Timeout"] == 300
    assert "ReservedConcurrentExecutions" not in made
    assert (told["BufferSizeInMBs"], told["BufferIntervalInSeconds"], told["NumberOfRetries"]) == ("1", "60", "3")


@pytest.mark.parametrize("name", FEEDS)
def test_what_cannot_be_delivered_is_kept_apart_by_table_and_reason_and_logged(name: str) -> None:
    prefix = destination(name)["ErrorOutputPrefix"]
    assert prefix == f"errors/{name}/!{{firehose:error-output-type}}/!{{timestamp:yyyy/MM/dd/HH}}/"
    assert destination(name)["CloudWatchLoggingOptions"]["Enabled"] is True
    assert lake()["Outputs"]["ErrorsUri"]["Value"]["Fn::Join"][1][-1] == "/errors"
    rules = [rule for rule in bucket("Lake")["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in rule]
    assert rules == []  # as long as rows: for ever


def test_buffers_are_what_the_deployer_wants() -> None:
    hints = destination("events", "otherwise")["BufferingHints"]
    assert hints == {"IntervalInSeconds": 60, "SizeInMBs": 64}


@pytest.mark.parametrize("name", FEEDS)
def test_a_stream_exists_only_when_its_role_has_its_rights(name: str) -> None:
    (resource,) = [
        each
        for each in of_type("AWS::KinesisFirehose::DeliveryStream").values()
        if each["Properties"]["DeliveryStreamName"].endswith(name)
    ]
    policy = f"{name.capitalize()}DeliveryDefaultPolicy"
    assert any(dependency.startswith(policy) for dependency in resource["DependsOn"])


def test_firehose_may_write_one_tables_rows_and_errors_and_no_others() -> None:
    (writing,) = [each for each in statements("EventsDelivery") if "s3:PutObject" in each["Action"]]
    folders = [written(resource).partition(">/")[2] for resource in writing["Resource"]]
    assert folders == ["lake/events/*", "errors/events/*"]
    (invoking,) = [each for each in statements("EventsDelivery") if "lambda:InvokeFunction" in each["Action"]]
    assert written(invoking["Resource"]).startswith("<EventsTransformer")


def test_a_transformer_puts_back_onto_its_own_stream_only() -> None:
    for name in FEEDS:
        (putting,) = [
            each
            for each in statements(f"{name.capitalize()}Transformer")
            if each["Action"] == "firehose:PutRecordBatch"
        ]
        assert written(putting["Resource"]).endswith(f":deliverystream/parley-dev-{name}")


# ── redaction ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_redaction_is_off_without_a_word_and_a_right_more() -> None:
    for function in properties("AWS::Lambda::Function"):
        assert not [name for name in function.get("Environment", {}).get("Variables", {}) if "REDACTION" in name]
    assert "comprehend:" not in str(lake())


def test_redaction_reaches_both_transformers_with_the_rights_that_it_needs() -> None:
    made = [
        each
        for each in properties("AWS::Lambda::Function", "otherwise")
        if each["Handler"] == "transformer.handler.handler"
    ]
    assert len(made) == 2
    for function in made:
        told = function["Environment"]["Variables"]
        assert told["PARLEY_REDACTION"] == "comprehend"
        assert told["PARLEY_REDACTION_KEEP"] == "+15550100,help@faro.example"
        assert told["PARLEY_PSEUDONYM_KEY"] == PSEUDONYMS
    allowed = {str(each["Action"]): each["Resource"] for each in statements("EventsTransformer", "otherwise")}
    assert allowed["comprehend:DetectPiiEntities"] == "*"
    assert allowed["secretsmanager:GetSecretValue"] == PSEUDONYMS


# ── buckets ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def bucket(name: str, which: str = "") -> dict[str, Any]:
    (found,) = [each for logical, each in of_type("AWS::S3::Bucket", which).items() if logical.startswith(name)]
    made: dict[str, Any] = found["Properties"]
    return made


@pytest.mark.parametrize("name", ["Lake", "Results", "Templates"])
def test_buckets_are_private_encrypted_reached_by_tls_only_and_stay(name: str) -> None:
    assert set(bucket(name)["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket(name)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    (policy,) = [
        each["Properties"]["PolicyDocument"]["Statement"]
        for logical, each in of_type("AWS::S3::BucketPolicy").items()
        if logical.startswith(f"{name}Policy")
    ]
    assert {"Bool": {"aws:SecureTransport": "false"}} in [each["Condition"] for each in policy]
    assert {each["Effect"] for each in policy} == {"Deny"}
    (resource,) = [each for logical, each in of_type("AWS::S3::Bucket").items() if logical.startswith(name)]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_data_goes_with_the_stack_only_when_the_deployer_says_so() -> None:
    assert {each["DeletionPolicy"] for each in of_type("AWS::S3::Bucket", "otherwise").values()} == {"Delete"}
    assert len(of_type("Custom::S3AutoDeleteObjects", "otherwise")) == 3
    assert len(of_type("Custom::S3AutoDeleteObjects")) == 0


def test_nothing_of_ours_writes_into_a_bucket_that_is_emptied_to_be_deleted() -> None:
    """What depends on the emptying goes before: Firehose's streams, and the views, whose end has results."""
    emptied = of_type("Custom::S3AutoDeleteObjects", "otherwise")
    for kind, written in (("AWS::KinesisFirehose::DeliveryStream", "Lake"), ("Custom::ParleyViews", "Results")):
        (emptying,) = [
            name for name, each in emptied.items() if each["Properties"]["BucketName"]["Ref"].startswith(written)
        ]
        for resource in of_type(kind, "otherwise").values():
            assert emptying in resource["DependsOn"]


def test_a_lake_that_is_there_already_is_filled_and_asked_and_left_as_it_is() -> None:
    assert [name for name in of_type("AWS::S3::Bucket", "own key") if name.startswith("Lake")] == []
    assert written(destination("events", "own key")["BucketARN"]).endswith(":s3:::left-by-another")
    locations = {
        each["TableInput"]["StorageDescriptor"]["Location"] for each in properties("AWS::Glue::Table", "own key")
    }
    assert locations == {f"s3://left-by-another/lake/{name}/" for name in TABLES}
    assert lake("own key")["Outputs"]["LakeUri"]["Value"] == "s3://left-by-another/lake"


def test_rows_become_cheaper_and_what_was_deleted_can_be_brought_back_for_a_while() -> None:
    assert bucket("Lake")["VersioningConfiguration"] == {"Status": "Enabled"}
    rules = bucket("Lake")["LifecycleConfiguration"]["Rules"]
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    assert [rule["Transitions"] for rule in rules if "Transitions" in rule] == [
        [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 90}]
    ]
    assert [rule["NoncurrentVersionExpiration"] for rule in rules if "NoncurrentVersionExpiration" in rule] == [
        {"NoncurrentDays": 30}
    ]
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)


def test_rows_and_what_could_not_be_delivered_expire_together_where_wanted() -> None:
    rules = bucket("Lake", "otherwise")["LifecycleConfiguration"]["Rules"]
    (expiring,) = [rule for rule in rules if "ExpirationInDays" in rule]
    assert expiring["ExpirationInDays"] == 365
    assert "Prefix" not in expiring


def test_answers_to_queries_do_not_stay() -> None:
    rules = bucket("Results")["LifecycleConfiguration"]["Rules"]
    assert [rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule] == [7]
    assert "VersioningConfiguration" not in bucket("Results")


# ── encryption by a key of one's own ────────────────────────────────────────────────────────────────────────────────


def test_streams_are_encrypted_by_aws_or_by_the_own_key() -> None:
    asked = "DeliveryStreamEncryptionConfigurationInput"
    assert stream("events")[asked] == {"KeyType": "AWS_OWNED_CMK"}
    assert stream("events", "otherwise")[asked] == {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": GIVEN_KEY}


def test_an_own_key_rotates_stays_and_lets_in_only_services_that_act_for_this_account() -> None:
    (key,) = of_type("AWS::KMS::Key", "own key").values()
    assert key["Properties"]["EnableKeyRotation"] is True
    assert key["DeletionPolicy"] == "RetainExceptOnCreate"
    services = {}
    for statement in key["Properties"]["KeyPolicy"]["Statement"]:
        if "Service" in statement["Principal"]:
            services[written(statement["Principal"]["Service"])] = statement.get("Condition")
    unconditional = {name for name, when in services.items() if not when}
    assert unconditional == set()
    assert {"ses.amazonaws.com", "sms-voice.amazonaws.com", "social-messaging.amazonaws.com"} <= services.keys()
    assert any(name.startswith("logs.") for name in services)


def test_everything_at_rest_uses_the_given_key() -> None:
    for name in ("Lake", "Results", "Templates"):
        (rule,) = bucket(name, "otherwise")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == GIVEN_KEY
    assert {each["KmsKeyId"] for each in properties("AWS::Logs::LogGroup", "otherwise")} == {GIVEN_KEY}
    ours = [
        each
        for each in properties("AWS::Lambda::Function", "otherwise")
        if each["Handler"] == "transformer.handler.handler"
    ]
    assert {each["KmsKeyArn"] for each in ours} == {GIVEN_KEY}
    assert workgroup("otherwise")["ResultConfiguration"]["EncryptionConfiguration"]["KmsKey"] == GIVEN_KEY


# ── how they are asked for ──────────────────────────────────────────────────────────────────────────────────────────


def workgroup(which: str = "") -> dict[str, Any]:
    (found,) = properties("AWS::Athena::WorkGroup", which)
    made: dict[str, Any] = found["WorkGroupConfiguration"]
    return made


def test_the_workgroup_decides_where_answers_go_and_what_is_too_much() -> None:
    found = workgroup("otherwise")
    assert found["EnforceWorkGroupConfiguration"] is True
    assert found["BytesScannedCutoffPerQuery"] == 2 * 1024**3
    assert found["PublishCloudWatchMetricsEnabled"] is True
    assert found["EngineVersion"]["SelectedEngineVersion"] == "Athena engine version 3"
    assert written(found["ResultConfiguration"]["OutputLocation"]).startswith("s3://<Results")
    assert found["ResultConfiguration"]["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
    assert workgroup()["ResultConfiguration"]["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}


def test_every_view_and_every_report_of_the_catalogue_is_there() -> None:
    from queries.catalogue.entries import Catalogue  # noqa: PLC0415  # the lake's other tests do without

    catalogue = Catalogue.shipped()
    (views,) = properties("Custom::ParleyViews")
    assert {view["Name"] for view in views["Views"]} == set(catalogue.views)
    saved = {each["Name"]: each for each in properties("AWS::Athena::NamedQuery")}
    assert saved.keys() == catalogue.entries.keys() - catalogue.views.keys()
    assert all(len(each["QueryString"]) < 262_144 and each["WorkGroup"] for each in saved.values())


def test_views_are_made_after_the_tables_that_they_name() -> None:
    (views,) = of_type("Custom::ParleyViews").values()
    assert set(of_type("AWS::Glue::Table")) <= set(views["DependsOn"])


def test_what_a_next_command_needs_is_published() -> None:
    outputs = lake()["Outputs"]
    assert written(outputs["LakeUri"]["Value"]).endswith("/lake")
    assert written(outputs["DatabaseName"]["Value"]).startswith("<Database")
    assert outputs["TransformerFunctionName"]["Value"]["Ref"].startswith("EventsTransformer")


# ── options ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_compaction_runs_by_night_on_the_lakes_rows_and_says_when_it_did_not() -> None:
    wanted = "otherwise"
    assert of_type("AWS::Scheduler::Schedule") == {}
    (schedule,) = properties("AWS::Scheduler::Schedule", wanted)
    assert schedule["ScheduleExpression"].startswith("cron(")
    (function,) = [
        each
        for each in properties("AWS::Lambda::Function", wanted)
        if each["Handler"] == "transformer.lake.job.handler"
    ]
    assert function["Timeout"] == 900
    assert written(function["Environment"]["Variables"]["PARLEY_LAKE_URI"]).endswith("/lake")
    (once,) = properties("AWS::Lambda::EventInvokeConfig", wanted)
    assert once["MaximumRetryAttempts"] == 0
    assert once["DestinationConfig"]["OnFailure"]["Destination"] == schedule["Target"]["DeadLetterConfig"]["Arn"]


def test_the_samples_tables_are_views_over_ours_and_only_where_wanted() -> None:
    wanted = "otherwise"
    databases = [each["DatabaseInput"]["Name"] for each in properties("AWS::Glue::Database", wanted)]
    assert databases == ["parley_dev", "engagementdb-glue-db"]
    theirs = [
        each["TableInput"] for each in properties("AWS::Glue::Table", wanted) if "-" in each["TableInput"]["Name"]
    ]
    assert {each["Name"] for each in theirs} == {"engagementdb-events-table", "engagementdb-conversations-table"}
    assert {each["TableType"] for each in theirs} == {"VIRTUAL_VIEW"}
    assert len(properties("AWS::Glue::Database")) == 1
