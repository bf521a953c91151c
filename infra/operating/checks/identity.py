"""Who asks, and where."""

from collections.abc import Iterator

from infra.operating.checks.finding import Finding, ok
from infra.operating.checks.subject import Subject


def identity(subject: Subject) -> Iterator[Finding]:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: needs no permission."""
    caller = subject.ask("sts", "GetCallerIdentity")
    yield ok(f"{caller['Arn']} in {subject.region}")
