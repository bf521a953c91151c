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
from infra.aws.stacks.lake.stack import LakeStack
from infra.aws.stacks.watch.metrics import A_DAY, FIVE_MINUTES, of_stream, ours, sms_spent_in_a_day, together

Found = TypeVar("Found")
OLDEST_S = 900  # that a message may wait: ten people's turns one after the other, or an outage that has to be looked at
LATE_S = 900  # that files may come after Firehose's own time: a transformer that is being retried

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


def of_lake(lake: LakeStack) -> Iterator[Alarm]:
    """Whether rows arrive, and are good."""
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
        f"{name}NotConverted",
        of_stream(stream, "FailedConversion.Records", "Sum"),
        1,
        "Rows did not fit their table and are kept below errors/. Was the table changed by hand? Deploy again, replay.",
    )


def of_hub(hub: HubStack) -> Iterator[Alarm]:
    """Whether people are answered, in time, at a bearable cost."""
    watch = hub.deployment.watch
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
    yield from _of_cost(watch)


def _of_cost(watch: Watch) -> Iterator[Alarm]:
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
    action = actions.SnsAction(told)
    in_cloudwatch.add_alarm_action(action)
    in_cloudwatch.add_ok_action(action)
    return in_cloudwatch
