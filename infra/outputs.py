"""What a deployment's stacks tell the next command: one class a stack, one field an output.

infra/aws/stacks write them (infra/aws/published.py), `parley --stage NAME` reads them (infra/operating/stage.py). A
field `lake_uri` of `LakeOutputs` is the output `LakeUri` of the stack `parley-NAME-lake`. A field with a default is of
something that a deployment may lack; then there is no such output, as CloudFormation wants a value for each.
"""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Annotated, ClassVar, TypeVar, get_args, get_type_hints

from orchestrator.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """The outputs of one stack."""

    stack: ClassVar[str]  # the last part of its name


@dataclass(frozen=True, kw_only=True)
class LakeOutputs(Outputs):
    """Outputs of the lake: where events go in, where they lie, and how they are asked for."""

    stack: ClassVar[str] = "lake"
    events_stream_name: Annotated[str, "Firehose stream that feeds the table events"]
    conversations_stream_name: Annotated[str, "Firehose stream that feeds the table conversations"]
    lake_uri: Annotated[str, "s3://bucket/prefix below which each table has its folder"]
    errors_uri: Annotated[str, "s3://bucket/prefix of what Firehose could not deliver"]
    results_uri: Annotated[str, "s3://bucket/prefix of the answers to queries"]
    templates_uri: Annotated[str, "s3://bucket/prefix of analysts' templates"]
    database_name: Annotated[str, "Glue database of the tables and views"]
    workgroup_name: Annotated[str, "Athena workgroup to ask in"]
    transformer_function_name: Annotated[str, "Lambda function that turns events into rows"]
    events_transformer_log_group: Annotated[str, "CloudWatch log group of what makes rows of events"] = ""
    conversations_transformer_log_group: Annotated[str, "CloudWatch log group of what makes rows of conversations"] = ""
    events_stream_log_group: Annotated[str, "CloudWatch log group of what the stream of events could not deliver"] = ""
    conversations_stream_log_group: Annotated[str, "CloudWatch log group of the same of conversations"] = ""
    compaction_log_group: Annotated[str, "CloudWatch log group of the nightly compaction"] = ""
    compaction_dead_letters_url: Annotated[str, "SQS queue that tells of nights without compaction"] = ""


@dataclass(frozen=True, kw_only=True)
class SourcesOutputs(Outputs):
    """Outputs of the event sources: what sends have to name so that their events reach the lake."""

    stack: ClassVar[str] = "sources"
    dead_letters_url: Annotated[str, "SQS queue of events that could not be put onto the stream"] = ""
    email_configuration_set: Annotated[str, "SES configuration set that reports to the lake"] = ""
    sms_configuration_set: Annotated[str, "End User Messaging SMS configuration set that reports to the lake"] = ""


@dataclass(frozen=True, kw_only=True)
class HubOutputs(Outputs):
    """Outputs of the hub: what receives, what remembers, what answers."""

    stack: ClassVar[str] = "hub"
    inbound_queue_url: Annotated[str, "SQS queue that providers' events arrive on"]
    inbound_dead_letters_url: Annotated[str, "SQS queue of events that the hub could not receive"]
    wake_ups_queue_url: Annotated[str, "SQS FIFO queue that wakes conversations"]
    wake_ups_dead_letters_url: Annotated[str, "SQS queue of wake-ups that failed for good"]
    conversations_table_name: Annotated[str, "DynamoDB table of conversations and turns"]
    conversation_key_secret: Annotated[str, "Secrets Manager secret that names conversations"]
    ingress_function_name: Annotated[str, "Lambda function that receives"]
    converse_function_name: Annotated[str, "Lambda function that answers; its environment holds the hub's settings"]
    ingress_log_group: Annotated[str, "CloudWatch log group of what receives"] = ""
    converse_log_group: Annotated[str, "CloudWatch log group of what answers"] = ""
    sweep_log_group: Annotated[str, "CloudWatch log group of what ends the overdue"] = ""
    sweep_dead_letters_url: Annotated[str, "SQS queue that tells of sweeps that failed"] = ""
    records_dead_letters_url: Annotated[str, "SQS queue of records that the pipes could not bring to the lake"] = ""
    sms_topic_arn: Annotated[str, "SNS topic for the two-way setting of phone numbers"] = ""
    whatsapp_topic_arn: Annotated[str, "SNS topic for the event destination of WhatsApp accounts"] = ""
    mail_uri: Annotated[str, "s3://bucket/prefix of received mails"] = ""


@dataclass(frozen=True, kw_only=True)
class SendingOutputs(Outputs):
    """Outputs of the optional stack that carries sends."""

    stack: ClassVar[str] = "sending"
    sends_queue_url: Annotated[str, "SQS queue that wakes sends"]
    sends_dead_letters_url: Annotated[str, "SQS queue of sends whose wake-ups failed for good"]
    progress_queue_url: Annotated[str, "SQS queue that brings what providers tell of sends"]
    progress_dead_letters_url: Annotated[str, "SQS queue of what providers told and could not be taken"]
    send_sweep_dead_letters_url: Annotated[str, "SQS queue that tells of sweeps of sends that failed"]
    send_function_name: Annotated[str, "Lambda function that carries sends"]
    progress_function_name: Annotated[str, "Lambda function that takes what providers tell of them"]


@dataclass(frozen=True, kw_only=True)
class KnowledgeOutputs(Outputs):
    """Outputs of the optional knowledge base, and of the guardrail."""

    stack: ClassVar[str] = "knowledge"
    documents_uri: Annotated[str, "s3://bucket/prefix to put documents into"] = ""
    knowledge_base_id: Annotated[str, "Bedrock knowledge base"] = ""
    data_source_id: Annotated[str, "its data source of the documents"] = ""
    uploads_queue_url: Annotated[str, "SQS queue of documents that came or went"] = ""
    uploads_dead_letters_url: Annotated[str, "SQS queue of those whose ingestion never began"] = ""
    ingest_log_group: Annotated[str, "CloudWatch log group of what begins ingestions"] = ""
    knowledge_base_log_group: Annotated[str, "CloudWatch log group of how ingestions went, document by document"] = ""
    guardrail_id: Annotated[str, "Bedrock guardrail over models and knowledge bases"] = ""
    harness_arn: Annotated[str, "AgentCore harness that answers from it"] = ""


@dataclass(frozen=True, kw_only=True)
class WatchOutputs(Outputs):
    """Outputs of what watches the other stacks."""

    stack: ClassVar[str] = "watch"
    alarms_topic_arn: Annotated[str, "SNS topic that every alarm tells"]
    dashboard_name: Annotated[str, "CloudWatch dashboard of the flow"]


@dataclass(frozen=True, kw_only=True)
class QuickSightOutputs(Outputs):
    """Outputs of the optional data sets over the views."""

    stack: ClassVar[str] = "quicksight"
    data_source_arn: Annotated[str, "QuickSight data source that the data sets ask"]


Kind = TypeVar("Kind", bound=Outputs)


@dataclass(frozen=True)
class Output:
    """One output as a stack publishes it."""

    name: str
    value: str
    meaning: str


def stack_name(kind: type[Outputs], stage: str) -> str:
    """The CloudFormation stack that has these outputs."""
    return f"parley-{stage}-{kind.stack}"


def to_publish(outputs: Outputs) -> list[Output]:
    """All that have a value."""
    return [
        Output(_name(field), value, _meaning(type(outputs), field)) for field, value in asdict(outputs).items() if value
    ]


def read(kind: type[Kind], stack: str, published: Mapping[str, str]) -> Kind:
    """What a stack published. Raises `ConfigurationError` naming every output that it lacks."""
    lacking = [
        _name(each.name) for each in fields(kind) if each.default is MISSING and _name(each.name) not in published
    ]
    if lacking:
        raise ConfigurationError(f"the stack {stack} has no output {', '.join(lacking)}: deploy it again")
    return kind(**{each.name: published[_name(each.name)] for each in fields(kind) if _name(each.name) in published})


def _name(field: str) -> str:
    return "".join(word.capitalize() for word in field.split("_"))


def _meaning(kind: type[Outputs], field: str) -> str:
    return str(get_args(get_type_hints(kind, include_extras=True)[field])[1])
