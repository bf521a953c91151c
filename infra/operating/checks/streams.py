"""Whether the stage's Firehose streams take records.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeliveryStreamDescription.html
"""

from collections.abc import Iterator

from infra.operating.checks.finding import Finding, not_applicable, ok, problem
from infra.operating.checks.subject import Subject
from infra.outputs import LakeOutputs


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
