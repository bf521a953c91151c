"""Whether the stage's alarms ring, and whether anybody hears them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html (SubscriptionArn: PendingConfirmation)
"""

from collections.abc import Iterator

from infra.operating.aws_questions import pages
from infra.operating.checks.finding import Finding, not_applicable, ok, problem, warning
from infra.operating.checks.subject import Subject
from infra.outputs import WatchOutputs, stack_name

_PENDING = "PendingConfirmation"


def alarms(subject: Subject) -> Iterator[Finding]:
    """One finding for those that ring, one for those who are told."""
    stage = subject.stage
    if stage is None:
        yield not_applicable("no stage is named", "parley --stage NAME doctor --aws")
        return
    watch = stage.find(WatchOutputs)
    if watch is None:
        yield not_applicable("this stage has no alarms")
        return
    prefix = f"{stack_name(WatchOutputs, stage.name)}-"
    ringing = [
        str(each["AlarmName"]).removeprefix(prefix)
        for each in pages(
            subject.ask, "cloudwatch", "DescribeAlarms", "MetricAlarms", AlarmNamePrefix=prefix, StateValue="ALARM"
        )
    ]
    if ringing:
        yield problem(f"ringing: {', '.join(ringing)}", "docs/deploy.md, When an alarm rings")
    else:
        yield ok("no alarm rings")
    yield _told(subject, watch.alarms_topic_arn)


def _told(subject: Subject, topic: str) -> Finding:
    found = list(pages(subject.ask, "sns", "ListSubscriptionsByTopic", "Subscriptions", TopicArn=topic))
    waiting = [each["Endpoint"] for each in found if each["SubscriptionArn"] == _PENDING]
    if waiting:
        return warning(
            f"{', '.join(waiting)} is not told of alarms yet", "confirm the subscription: SNS has sent a mail"
        )
    if not found:
        return warning("nobody is told of alarms", "put an address into watch.mail of cdk.json, and deploy")
    return ok(f"{len(found)} subscribed to the alarms")
