"""The numbers that are watched: ours (namespace Parley) by name, AWS's by resource.

Our functions write theirs into their logs (embedded metric format), with the stage and the service as dimensions: no
other stage of the account has them. AWS's are those of our resources, but for one that it tells of an account only.
Sources: https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html,
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html,
https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-cloudwatch-alarm.html,
https://docs.aws.amazon.com/sms-voice/latest/userguide/monitoring-cloudwatch.html
"""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk.aws_dynamodb import CfnTable
from aws_cdk.aws_kinesisfirehose import CfnDeliveryStream
from aws_cdk.aws_pipes import CfnPipe

FIVE_MINUTES = Duration.minutes(5)
A_QUARTER = Duration.minutes(15)
AN_HOUR = Duration.hours(1)
A_DAY = Duration.days(1)
Service = Literal["parley", "transformer"]


@dataclass(frozen=True)
class Ours:
    """The metrics of one stage's functions."""

    stage: str

    def __call__(
        self, name: str, service: Service = "parley", statistic: str = "Sum", period: Duration = FIVE_MINUTES
    ) -> cloudwatch.Metric:
        """A metric of the hub's functions (`parley`) or of the transformer's."""
        return self._metric(name, {"service": service}, statistic, period)

    def of_channel(self, channel: str, name: str, statistic: str, period: Duration) -> cloudwatch.Metric:
        """What the hub's functions count for each channel by itself."""
        return self._metric(name, {"service": "parley", "channel": channel}, statistic, period)

    def _metric(self, name: str, dimensions: dict[str, str], statistic: str, period: Duration) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="Parley",
            metric_name=name,
            dimensions_map={"stage": self.stage, **dimensions},
            statistic=statistic,
            period=period,
            label=name,
        )


def of_stream(
    stream: CfnDeliveryStream, name: str, statistic: str, period: Duration = FIVE_MINUTES
) -> cloudwatch.Metric:
    """A metric of a Firehose stream."""
    return _of_aws("AWS/Firehose", name, {"DeliveryStreamName": stream.ref}, statistic, period)


def of_pipe(pipe: CfnPipe, name: str) -> cloudwatch.Metric:
    """A metric of a pipe, which tells 0 where all is well."""
    return _of_aws("AWS/EventBridge/Pipes", name, {"PipeName": pipe.ref})


def of_table(table: CfnTable, name: str, index: str = "") -> cloudwatch.Metric:
    """A metric of a table without its indexes, or of one index."""
    dimensions = {"TableName": table.ref, **({"GlobalSecondaryIndexName": index} if index else {})}
    return _of_aws("AWS/DynamoDB", name, dimensions)


def of_mail(configuration_set: str, name: str) -> cloudwatch.Metric:
    """A rate that SES judges senders by, of the mails of one configuration set: 0 to 1."""
    return _of_aws("AWS/SES", name, {"ses:configuration-set": configuration_set}, "Average", AN_HOUR)


def _of_aws(
    namespace: str, name: str, dimensions: dict[str, str], statistic: str = "Sum", period: Duration = FIVE_MINUTES
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=period,
        label=name,
    )


def sms_spent_in_a_day() -> cloudwatch.MathExpression:
    """US dollars. AWS tells what the account has spent since the month began, and begins anew with the next.

    It is the account's: AWS tells it by nothing smaller, so that all stages of one ring together.
    """
    month = cloudwatch.Metric(
        namespace="AWS/SMSVoice", metric_name="TextMessageMonthlySpend", statistic="Maximum", period=A_DAY
    )
    return cloudwatch.MathExpression(
        expression="IF(DIFF(month) < 0, month, DIFF(month))",
        using_metrics={"month": month},
        period=A_DAY,
        label="SMS in a day, USD",
    )


def together(*metrics: cloudwatch.Metric) -> cloudwatch.MathExpression:
    """Their sum, where one that reported nothing is 0."""
    named = {f"m{number}": metric for number, metric in enumerate(metrics)}
    terms = " + ".join(f"FILL({name}, 0)" for name in named)
    return cloudwatch.MathExpression(expression=terms, using_metrics=dict(named), period=FIVE_MINUTES)


def share_of_many(ours: Ours, name: str, least: int, period: Duration) -> cloudwatch.MathExpression:
    """The average of what is 0 or 1 with each turn; 0 where there were fewer turns than `least`, who say little."""
    return cloudwatch.MathExpression(
        expression=f"IF(turns >= {least}, share, 0)",
        using_metrics={
            "turns": ours(name, statistic="SampleCount", period=period),
            "share": ours(name, statistic="Average", period=period),
        },
        period=period,
        label=name,
    )


def turns_that_do_not_arrive(ours: Ours, stream: CfnDeliveryStream) -> cloudwatch.MathExpression:
    """1 where turns have ended and the stream of their records got none in the same hour, else 0.

    A pipe that is stopped, by hand or by the loss of its role, runs nothing and so tells nothing of failure itself.
    """
    return cloudwatch.MathExpression(
        expression="IF(turns > 0, IF(FILL(arrived, 0) < 1, 1, 0), 0)",
        using_metrics={
            "turns": ours("Apologies", statistic="SampleCount", period=AN_HOUR),  # 0 or 1 with every turn
            "arrived": of_stream(stream, "IncomingRecords", "Sum", AN_HOUR),
        },
        period=AN_HOUR,
        label="turns whose records do not arrive",
    )
