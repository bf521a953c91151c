"""The numbers that are watched: ours (namespace Parley) by name, AWS's by resource.

Our functions write theirs into their logs (embedded metric format), with the service as the only dimension.
Sources: https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html,
https://docs.aws.amazon.com/sms-voice/latest/userguide/monitoring-cloudwatch.html
"""

from typing import Literal

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk.aws_kinesisfirehose import CfnDeliveryStream

FIVE_MINUTES = Duration.minutes(5)
A_DAY = Duration.days(1)
Service = Literal["parley", "transformer"]


def ours(
    name: str, service: Service = "parley", statistic: str = "Sum", period: Duration = FIVE_MINUTES
) -> cloudwatch.Metric:
    """A metric of the hub's functions (`parley`) or of the transformer's."""
    return cloudwatch.Metric(
        namespace="Parley",
        metric_name=name,
        dimensions_map={"service": service},
        statistic=statistic,
        period=period,
        label=name,
    )


def of_stream(stream: CfnDeliveryStream, name: str, statistic: str) -> cloudwatch.Metric:
    """A metric of a Firehose stream."""
    return cloudwatch.Metric(
        namespace="AWS/Firehose",
        metric_name=name,
        dimensions_map={"DeliveryStreamName": stream.ref},
        statistic=statistic,
        period=FIVE_MINUTES,
        label=name,
    )


def sms_spent_in_a_day() -> cloudwatch.MathExpression:
    """US dollars. AWS tells what the account has spent since the month began, and begins anew with the next."""
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
