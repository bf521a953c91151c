"""Whether what a stage consists of is there, works, and tells somebody when it does not.

Stacks      https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html (their states)
Streams     https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeliveryStreamDescription.html
Queues      https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
Alarms      https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
            https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html (PendingConfirmation)
Functions   https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from infra.operating.aws_questions import pages
from infra.operating.checks.finding import Finding, not_applicable, ok, problem, warning
from infra.operating.checks.subject import Subject
from infra.outputs import KnowledgeOutputs, LakeOutputs, Outputs, SourcesOutputs, WatchOutputs, stack_name

# ── stacks ───────────────────────────────────────────────────────────────────────────────────────────────────────────

WHOLE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
ROLLED_BACK = frozenset({"UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"})


def stacks(subject: Subject) -> Iterator[Finding]:
    """A finding for each stack that a stage can have."""
    if subject.stage is None:
        yield not_applicable("no stage is named", "parley --stage NAME doctor --aws")
        return
    for kind in Outputs.__subclasses__():
        yield _stack(subject, kind, subject.stage.name)


def _stack(subject: Subject, kind: type[Outputs], stage: str) -> Finding:
    name = stack_name(kind, stage)
    try:
        status = str(subject.ask("cloudformation", "DescribeStacks", StackName=name)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        if kind is LakeOutputs:  # every stage has one
            return problem(f"there is no stack {name} in {subject.region}", f"make deploy STAGE={stage}")
        return not_applicable(f"this stage has no stack {name}")
    return _judged(name, status, stage)


def _judged(name: str, status: str, stage: str) -> Finding:
    events = f"aws cloudformation describe-stack-events --stack-name {name}"
    if status in WHOLE:
        return ok(f"{name}: {status}")
    if status in ROLLED_BACK:
        return warning(f"{name}: {status}; the last update failed, the one before it runs", events)
    if status.endswith("IN_PROGRESS"):
        return warning(f"{name}: {status}", "look again when it is done")
    return problem(f"{name}: {status}", f"{events}; then make deploy STAGE={stage}")


# ── streams ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def streams(subject: Subject) -> Iterator[Finding]:
    """A finding for each stream."""
    if subject.stage is None:
        yield not_applicable("no stage is named", "parley --stage NAME doctor --aws")
        return
    lake = subject.stage.outputs(LakeOutputs)
    for name in (lake.events_stream_name, lake.conversations_stream_name):
        described = subject.ask("firehose", "DescribeDeliveryStream", DeliveryStreamName=name)
        status = described["DeliveryStreamDescription"]["DeliveryStreamStatus"]
        if status == "ACTIVE":
            yield ok(f"{name}: {status}")
        else:
            yield problem(f"{name}: {status}", f"aws firehose describe-delivery-stream --delivery-stream-name {name}")


# ── dead letters ─────────────────────────────────────────────────────────────────────────────────────────────────────

_COUNT = "ApproximateNumberOfMessages"


def dead_letters(subject: Subject) -> Iterator[Finding]:
    """A finding for each queue of lost work; what only tells of a failed run has its alarm."""
    stage = subject.stage
    if stage is None:
        yield not_applicable("no stage is named", "parley --stage NAME doctor --aws")
        return
    sources, hub, knowledge = stage.find(SourcesOutputs), subject.hub, stage.find(KnowledgeOutputs)
    queues = {
        "inbound": ("events that the hub could not receive", hub.inbound_dead_letters_url if hub else ""),
        "wake-ups": ("wake-ups", hub.wake_ups_dead_letters_url if hub else ""),
        "records": ("records that did not reach the lake", hub.records_dead_letters_url if hub else ""),
        "sources": ("events that did not reach the stream", sources.dead_letters_url if sources else ""),
        "uploads": ("documents whose ingestion never began", knowledge.uploads_dead_letters_url if knowledge else ""),
    }
    for name, (what, url) in queues.items():
        if url:
            yield _queue(subject, what, url, f"parley --stage {stage.name} redrive {name}")


def _queue(subject: Subject, what: str, url: str, redrive: str) -> Finding:
    found = subject.ask("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=[_COUNT])["Attributes"]
    count = int(found[_COUNT])
    told = f"{what}: {count:,} failed for good"
    return problem(told, f"docs/deploy.md, When an alarm rings; then {redrive}") if count else ok(told)


# ── alarms ───────────────────────────────────────────────────────────────────────────────────────────────────────────

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


# ── functions ────────────────────────────────────────────────────────────────────────────────────────────────────────

FEW_AT_ONCE = 100  # functions of all kinds together: ingress, converse, transformer, and whatever else runs there


def functions_at_once(subject: Subject) -> Iterator[Finding]:
    """Lambda functions that may run at the same time."""
    limit = subject.ask("lambda", "GetAccountSettings")["AccountLimit"]["ConcurrentExecutions"]
    told = f"{limit:,} functions may run at once in {subject.region}"
    raise_it = "request 1,000: aws service-quotas request-service-quota-increase --service-code lambda --quota-code"
    yield ok(told) if limit >= FEW_AT_ONCE else warning(told, f"{raise_it} L-B99A9384 --desired-value 1000")
