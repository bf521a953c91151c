"""The flow on one page: messages in, turns, answers by answerer, replies, deliveries, cost; below it the alarms."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.aws.stacks.hub.stack import HubStack
from infra.aws.stacks.lake.stack import LakeStack
from infra.aws.stacks.watch.metrics import A_DAY, FIVE_MINUTES, Ours, of_stream, sms_spent_in_a_day
from orchestrator.settings import Settings
from transformer.schema import FAILURES, PROGRESS

WIDTH = 12  # of 24 columns
HEIGHT = 6
OUTCOMES = ("Turn", "Recorded", "Ignored", "Quarantined", "Rejected")  # of events, by the hub
ENDS = (
    "apology",
    "attachment",
    "budget",
    "consent",
    "courtesy",
    "handoff",
    "restart",
    "silence",
)  # answers that nobody was asked


def dashboard(stack: Stack, lake: LakeStack, hub: HubStack | None, alarms: Sequence[cloudwatch.Alarm]) -> str:
    """Its name, which the whole account shares: dashboards are of no region.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudwatch-dashboard.html
    """
    name = f"{stack.stack_name}-{stack.region}"
    ours = Ours(lake.deployment.stage)
    made = cloudwatch.Dashboard(stack, "Dashboard", dashboard_name=name, default_interval=A_DAY)
    made.add_widgets(cloudwatch.AlarmStatusWidget(alarms=list(alarms), width=24, title="Alarms"))
    if hub:
        made.add_widgets(*_of_hub(hub, ours))
    made.add_widgets(*_of_lake(lake, ours))
    return name


def _of_hub(hub: HubStack, ours: Ours) -> list[cloudwatch.IWidget]:
    return [
        _graph("Messages in, by what became of them", [ours(outcome) for outcome in OUTCOMES], stacked=True),
        _graph("Turns, by who answered", _answers(hub.deployment.settings, ours), stacked=True),
        _graph("Replies sent", [ours("Replies"), ours("Segments")]),
        _graph("Share of parts that fail, by channel", _failures(hub, ours)),
        _graph("Milliseconds to an answer, and to the reply", _latencies(ours)),
        _graph(
            "Waiting, oldest, seconds",
            [queue.metric_approximate_age_of_oldest_message() for queue in (hub.queues.inbound, hub.queues.wake_ups)],
        ),
        _graph("Tokens in a day", [ours("Tokens", period=A_DAY)]),
        _graph("US dollars of SMS in a day", [sms_spent_in_a_day()]),
    ]


def _of_lake(lake: LakeStack, ours: Ours) -> list[cloudwatch.IWidget]:
    streams = (lake.events_stream, lake.conversations_stream)
    return [
        _graph(
            "Deliveries, by how far they got",
            [ours(each.title(), "transformer") for each in (*PROGRESS, *FAILURES)],
            stacked=True,
        ),
        _graph("Rows, and rejected ones", [ours(each, "transformer") for each in ("Rows", "Rejected")]),
        _graph(
            "Seconds until events lie in the lake",
            [of_stream(stream, "DeliveryToS3.DataFreshness", "Maximum") for stream in streams],
        ),
    ]


def _answers(settings: Settings, ours: Ours) -> list[cloudwatch.IMetric]:
    return [ours(f"Answered_{source}") for source in (*settings.answering.answerers, *ENDS)]


def _failures(hub: HubStack, ours: Ours) -> list[cloudwatch.IMetric]:
    return [
        ours.of_channel(channel, "PartsFailed", "Average", FIVE_MINUTES).with_(label=channel)
        for channel in hub.channels
    ]


def _latencies(ours: Ours) -> list[cloudwatch.IMetric]:
    return [ours(name, statistic=part) for name in ("AnswerLatency", "ReplyLatency") for part in ("p50", "p95")]


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric], *, stacked: bool = False) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title, left=list(metrics), stacked=stacked, width=WIDTH, height=HEIGHT, live_data=True
    )
