"""Which numbers mean that something is wrong. What to do then stands in the alarm, and at length in docs/deploy.md.

Whatever queue holds dead letters, and whatever function runs, is found in the stacks: one that is added is watched.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_kinesisfirehose import CfnDeliveryStream
from constructs import IConstruct

from infra.aws.constructs.function import Function
from infra.aws.settings.watch import Watch
from infra.aws.stacks.hub.stack import HubStack
from infra.aws.stacks.knowledge.stack import KnowledgeStack
from infra.aws.stacks.lake.stack import LakeStack
from infra.aws.stacks.sources.stack import SourcesStack
from infra.aws.stacks.watch.metrics import (
    A_DAY,
    A_QUARTER,
    AN_HOUR,
    FIVE_MINUTES,
    Ours,
    of_mail,
    of_pipe,
    of_stream,
    of_table,
    share_of_many,
    sms_spent_in_a_day,
    together,
    turns_that_do_not_arrive,
)
from orchestrator.stores.dynamodb.items import DUE_INDEX

Found = TypeVar("Found")
OLDEST_S = 900  # that a message may wait: ten people's turns one after the other, or an outage that has to be looked at
LATE_S = 900  # that files may come after Firehose's own time: a transformer that is being retried
FAILING = 0.1  # of what is worked on: a provider's bad moment is less, or shorter than the quarter of an hour it takes
FEW_TURNS = 10  # in an hour: the share of fewer that are handed to a person says little
DEVIATIONS = 3  # of a channel's messages in an hour from what CloudWatch expects: a quiet hour is rarely so quiet
# Where AWS begins to look at a sender; at twice and at five times as much it may stop one.
# Source: https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-cloudwatch-alarm.html
BOUNCES, COMPLAINTS = 0.05, 0.001

FAULTS = ("TemplateBroken", "TemplateOutdated", "TemplatesUnreachable")


@dataclass(frozen=True)
class Alarm:
    """`metric` at or above `threshold`, or `below` it, in `of` out of `within` periods.

    `says` is what it means and what to do; `silence` is what it means when nothing is reported.
    """

    name: str
    metric: cloudwatch.IMetric
    threshold: float
    says: str
    of: int = 1
    within: int = 1
    below: bool = False
    silence: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING


def of_everything(stacks: Sequence[IConstruct]) -> Iterator[Alarm]:
    """What every queue for dead letters and every function has."""
    for queue in _all(stacks, sqs.Queue):
        if queue.node.id.endswith("DeadLetters"):
            yield Alarm(
                f"{queue.node.id}Filled",
                queue.metric_approximate_number_of_messages_visible(period=FIVE_MINUTES, statistic="Maximum"),
                1,
                "Work has failed for good and is kept here. Find the cause in the logs, mend it, redrive the queue.",
            )
    for function in _all(stacks, Function):
        yield Alarm(
            f"{function.node.id}Errors",
            function.metric_errors(period=FIVE_MINUTES),
            1,
            "The function has crashed or run out of time or memory. Its log says where.",
        )
        yield Alarm(
            f"{function.node.id}Throttles",
            function.metric_throttles(period=FIVE_MINUTES),
            1,
            "Lambda has refused to start the function: the account's concurrency is used up. Ask for a higher quota.",
            of=2,
            within=3,
        )


@dataclass(frozen=True)
class Silence:
    """`metric`, of an hour, is far below what it was at this hour and weekday so far.

    CloudWatch learns that by itself, in two weeks; what comes too seldom to be missed never rings.
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html
    """

    name: str
    metric: cloudwatch.Metric
    says: str


def of_lake(lake: LakeStack) -> Iterator[Alarm]:
    """Whether rows arrive, and are good."""
    ours = Ours(lake.deployment.stage)
    yield Alarm(
        "RowsRejected",
        ours("Rejected", "transformer"),
        1,
        "Events could not become rows. See `parley rejected list`; mend the template, then replay.",
    )
    yield Alarm(
        "TemplatesFellBack",
        together(
            *(ours(name, "transformer") for name in ("TemplateBroken", "TemplateOutdated", "TemplatesUnreachable"))
        ),
        1,
        "A template of yours is not in use, the shipped one is instead. See `parley templates check`.",
    )
    for name, stream in (("Events", lake.events_stream), ("Conversations", lake.conversations_stream)):
        yield from _of_stream(name, stream, lake.deployment.lake.buffer_seconds)


def _of_stream(name: str, stream: CfnDeliveryStream, buffer_s: int) -> Iterator[Alarm]:
    yield Alarm(
        f"{name}Late",
        of_stream(stream, "DeliveryToS3.DataFreshness", "Maximum"),
        buffer_s + LATE_S,
        "Events wait too long for their file. Look at the stream's error log, and at the transformer's.",
    )
    yield Alarm(
        f"{name}Throttled",
        of_stream(stream, "ThrottledRecords", "Sum"),
        1,
        "Firehose takes no more: who puts events tries again for a while, then they are dead letters. Raise the quota.",
    )
    yield Alarm(
        f"{name}NotConverted",
        of_stream(stream, "FailedConversion.Records", "Sum"),
        1,
        "Rows did not fit their table and are kept below errors/. Was the table changed by hand? Deploy again, replay.",
    )


def of_sources(sources: SourcesStack) -> Iterator[Alarm]:
    """Whether mail may go on being sent."""
    if not sources.email_configuration_set:
        return
    yield Alarm(
        "MailBouncing",
        of_mail(sources.email_configuration_set, "Reputation.BounceRate"),
        BOUNCES,
        "So many mails bounce that AWS reviews the account, and may stop its mail. `parley query sender_reputation`.",
    )
    yield Alarm(
        "MailComplained",
        of_mail(sources.email_configuration_set, "Reputation.ComplaintRate"),
        COMPLAINTS,
        "So many people mark mails as spam that AWS reviews the account, and may stop its mail.",
    )


def of_knowledge(knowledge: KnowledgeStack) -> Iterator[Alarm]:
    """Whether documents become answers."""
    if knowledge.ingestion:
        yield Alarm(
            "IngestionFailing",
            knowledge.ingestion.log.failures(FIVE_MINUTES),
            1,
            "Documents did not get into the knowledge base: answers come from what was there. Its log names them.",
        )


def of_hub(hub: HubStack, lake: LakeStack) -> Iterator[Alarm]:
    """Whether people are answered, in time, at a bearable cost."""
    watch, ours = hub.deployment.watch, Ours(hub.deployment.stage)
    for queue in (hub.queues.inbound, hub.queues.wake_ups):
        yield Alarm(
            f"{queue.node.id}Waiting",
            queue.metric_approximate_age_of_oldest_message(period=FIVE_MINUTES, statistic="Maximum"),
            OLDEST_S,
            "Messages wait for the hub. Is the answerer down or throttled, or hub.converse_at_once too low?",
        )
    yield Alarm(
        "DefectsMet",
        ours("Defects", "parley"),
        1,
        "The hub, or an answerer, raised what nobody promised; somebody gets an apology. The log says where.",
    )
    yield Alarm(
        "SweepMissing",
        hub.functions.sweep.metric_invocations(period=FIVE_MINUTES),
        1,
        "The sweep does not run: turns that died are not noticed. Is its schedule disabled?",
        of=2,
        within=2,
        below=True,
        silence=cloudwatch.TreatMissingData.BREACHING,
    )
    yield from _of_answers(watch, ours)
    for channel in hub.channels:
        yield Alarm(
            f"{channel.title()}PartsFailed",
            ours.of_channel(channel, "PartsFailed", "Average", A_QUARTER),
            watch.failed_parts_percent / 100,
            "Answers on this channel cannot be sent. PartsFailed by reason tells whether the provider refuses them,"
            " cannot be reached, or lacks a right or a setting; converse's log has its words.",
        )
    yield from _of_storage(hub, lake, ours)
    yield from _of_cost(watch, ours)


def _of_answers(watch: Watch, ours: Ours) -> Iterator[Alarm]:
    """What people get in the place of an answer, and what is tried again meanwhile."""
    yield Alarm(
        "ApologiesGiven",
        ours("Apologies", statistic="Average", period=A_QUARTER),
        watch.apologies_percent / 100,
        "People get apologies in the place of answers: whoever answers fails or denies. Converse's log says why.",
    )
    yield Alarm(
        "HandOffsGiven",
        share_of_many(ours, "HandOffs", FEW_TURNS, AN_HOUR),
        watch.handoffs_percent / 100,
        "Nobody had an answer to most questions: is the knowledge base empty, or does a guardrail block everything?",
    )
    yield Alarm(
        "WorkFailing",
        ours("Failed", statistic="Average"),
        FAILING,
        "Receiving or answering fails and is tried again, for a quarter of an hour by now. The logs say why.",
        of=3,
        within=3,
    )
    yield Alarm(
        "ProvidersThrottling",
        ours("Throttled"),
        1,
        "A model or a provider takes no more: people wait. The log names the operation; ask for a higher quota.",
        of=2,
        within=3,
    )


def _of_storage(hub: HubStack, lake: LakeStack, ours: Ours) -> Iterator[Alarm]:
    """Whether what happened is kept, and gets to the lake."""
    yield Alarm(
        "TableThrottled",
        together(
            of_table(hub.table, "ReadThrottleEvents"),
            of_table(hub.table, "WriteThrottleEvents"),
            of_table(hub.table, "WriteThrottleEvents", DUE_INDEX),
        ),
        1,
        "DynamoDB takes no more: is one person or one index written too often, or the account's limit reached?",
        of=2,
        within=3,
    )
    for name, pipe in hub.record_pipes.pipes.items():
        failed = (of_pipe(pipe, each) for each in ("ExecutionFailed", "ExecutionThrottled", "ExecutionTimeout"))
        yield Alarm(
            f"{name.title()}PipeFailing",
            together(*failed),
            1,
            "The pipe cannot bring what the hub tells to the lake. It goes on trying for 23 hours; mend it before.",
            of=2,
            within=3,
        )
    yield Alarm(
        "ConversationsMissing",
        turns_that_do_not_arrive(ours, lake.conversations_stream),
        1,
        "Turns end and the lake gets none of them: is the pipe stopped? The table keeps their records for two days.",
    )


def silences(hub: HubStack) -> Iterator[Silence]:
    """Whether each channel still brings messages."""
    ours = Ours(hub.deployment.stage)
    for channel in hub.channels:
        yield Silence(
            f"{channel.title()}Silent",
            ours.of_channel(channel, "MessagesIn", "Sum", AN_HOUR),
            "Far fewer messages come on this channel than at this time in the weeks before. Write one yourself; look"
            " at the number, the account's link or the MX record.",
        )


def _of_cost(watch: Watch, ours: Ours) -> Iterator[Alarm]:
    yield Alarm(
        "RepliesSlow",
        ours("ReplyLatency", statistic="p95"),
        watch.reply_latency_s * 1000,
        "One reply in twenty comes later than promised. AnswerLatency on the dashboard tells whether it is the model.",
        of=2,
        within=3,
    )
    yield Alarm(
        "TokensSpent",
        ours("Tokens", period=A_DAY),
        watch.tokens_per_day,
        "More model tokens in a day than planned. `parley query conversation_costs` tells who; lower tokens_per_day.",
    )
    yield Alarm(
        "SmsSpent",
        sms_spent_in_a_day(),
        watch.sms_spend_per_day_usd,
        "More money for SMS in a day than planned. `parley query sms_cost_by_country` tells where to.",
        within=2,
    )


def _all(stacks: Sequence[IConstruct], kind: type[Found]) -> Iterable[Found]:
    return (found for stack in stacks for found in stack.node.find_all() if isinstance(found, kind))


def make_alarm(stack: Stack, alarm: Alarm, told: sns.ITopic) -> cloudwatch.Alarm:
    """The alarm in CloudWatch. `told` hears when it begins, and when it is over."""
    at_least = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
    fewer = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
    in_cloudwatch = cloudwatch.Alarm(
        stack,
        alarm.name,
        alarm_description=alarm.says,
        metric=alarm.metric,
        threshold=alarm.threshold,
        comparison_operator=fewer if alarm.below else at_least,
        evaluation_periods=alarm.within,
        datapoints_to_alarm=alarm.of,
        treat_missing_data=alarm.silence,
    )
    return _telling(in_cloudwatch, told)


def make_silence_alarm(stack: Stack, silence: Silence, told: sns.ITopic) -> cloudwatch.Alarm:
    """The alarm in CloudWatch: two hours below the band that it learns."""
    in_cloudwatch = cloudwatch.AnomalyDetectionAlarm(
        stack,
        silence.name,
        alarm_description=silence.says,
        metric=silence.metric,
        std_devs=DEVIATIONS,
        comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_LOWER_THRESHOLD,
        evaluation_periods=2,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )
    return _telling(in_cloudwatch, told)


def _telling(alarm: cloudwatch.Alarm, told: sns.ITopic) -> cloudwatch.Alarm:
    action = actions.SnsAction(told)
    alarm.add_alarm_action(action)
    alarm.add_ok_action(action)
    return alarm
