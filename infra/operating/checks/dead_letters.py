"""Whether work of the stage has failed for good and waits for somebody.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
"""

from collections.abc import Iterator

from infra.operating.checks.finding import Finding, not_applicable, ok, problem
from infra.operating.checks.subject import Subject
from infra.outputs import SourcesOutputs

_COUNT = "ApproximateNumberOfMessages"


def dead_letters(subject: Subject) -> Iterator[Finding]:
    """A finding for each queue."""
    if subject.stage is None:
        yield not_applicable("no stage is named", "parley --stage NAME doctor --aws")
        return
    sources, hub = subject.stage.find(SourcesOutputs), subject.hub
    queues = {
        "events that the hub could not receive": hub.inbound_dead_letters_url if hub else "",
        "wake-ups": hub.wake_ups_dead_letters_url if hub else "",
        "events that did not reach the stream": sources.dead_letters_url if sources else "",
    }
    for what, url in queues.items():
        if url:
            yield _queue(subject, what, url)


def _queue(subject: Subject, what: str, url: str) -> Finding:
    found = subject.ask("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=[_COUNT])["Attributes"]
    count = int(found[_COUNT])
    told = f"{what}: {count:,} failed for good"
    return problem(told, "docs/deploy.md, When an alarm rings") if count else ok(told)
