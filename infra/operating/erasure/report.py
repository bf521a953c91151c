"""What was removed where, and what lies beyond reach."""

from dataclasses import dataclass, field

BEYOND_REACH = (
    ("backups and snapshots of the data folder, or of the bucket and the table", "when you delete them"),
    ("DynamoDB's point-in-time recovery", "after 35 days at most"),
    ("DynamoDB's stream, and Firehose's buffers and retries", "after 24 hours"),
    ("SQS queues and dead-letter queues", "after their retention: 14 days at most"),
    ("CloudWatch logs, and logs of this machine", "after the retention you have set; Parley logs ids, not words"),
    ("sessions and memories of agents (AgentCore, Bedrock, Q Business)", "after their own time-out or retention"),
    ("the providers' own records (carriers, Meta, mail servers) and the person's device", "by their own terms"),
    (
        "the number in others' words without its area code, spelt out, over several lines, or in pictures",
        "when you delete those rows: nothing can tell whose it is",
    ),
    ("what people have exported or copied from the lake", "when they delete it"),
)


@dataclass
class Report:
    """Counts by place: what was the person's and is gone, and what is somebody else's and names the person no more."""

    removed: dict[str, int] = field(default_factory=dict)
    rewritten: dict[str, int] = field(default_factory=dict)

    def count(self, where: str, removed: int = 0, rewritten: int = 0) -> None:
        """Add to a place."""
        if removed:
            self.removed[where] = self.removed.get(where, 0) + removed
        if rewritten:
            self.rewritten[where] = self.rewritten.get(where, 0) + rewritten

    def rows(self) -> list[dict[str, object]]:
        """As a table."""
        places = sorted({*self.removed, *self.rewritten})
        return [
            {"where": each, "removed": self.removed.get(each, 0), "rewritten": self.rewritten.get(each, 0)}
            for each in places
        ]
