"""Forgetting a person in a deployment on AWS: as erasing.py, with buckets and a table for the folder and the file."""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import boto3

from infra.operating.erasure.bucket import Prefix
from infra.operating.erasure.person import Person
from infra.operating.erasure.report import Report
from infra.operating.erasure.rows import Tie
from infra.operating.erasure.table import Table
from orchestrator.errors import ConfigurationError
from transformer.lake import compaction
from transformer.lake.layout import ENDING
from transformer.redaction.pseudonyms import Pseudonyms


def erase(
    address: str,
    uris: Sequence[str],
    table_name: str,
    *,
    ours: Sequence[str] = (),
    pseudonyms: Pseudonyms | None = None,
    dry_run: bool = False,
) -> Report:
    """Remove everything of the person at `address`; `dry_run` counts it only.

    `uris` are the lake, error objects, stored mails and results of queries, s3://bucket/prefix each; `table_name` may
    be "". Raises `ConfigurationError` where it cannot be done, `Busy` while the lake is compacted, botocore's errors.
    """
    table = Table(table_name, boto3.client("dynamodb")) if table_name else None
    prefixes = [Prefix(uri, boto3.client("s3")) for uri in uris]
    person, report = _person(address, table, ours, pseudonyms), Report()
    with _settled(prefixes):
        _learn(person, table, prefixes)
        steps: list[set[Tie]] = [{"address", "ids"}] if dry_run else [{"ids"}, {"address", "ids"}]
        for step in steps:
            for prefix in prefixes:
                prefix.erase(person, step, report, dry_run=dry_run)
    if table:
        table.erase(person, report, dry_run=dry_run)
    return report


def _learn(person: Person, table: Table | None, prefixes: Sequence[Prefix]) -> None:
    """Again while ids lead to further ones."""
    if table:
        table.learn(person)
    known = -1
    while known < len(person.ids):
        known = len(person.ids)
        for prefix in prefixes:
            prefix.learn(person)


def _person(address: str, table: Table | None, ours: Sequence[str], pseudonyms: Pseudonyms | None) -> Person:
    try:
        person = Person(address, pseudonyms)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    if any(map(person.has, {*ours, *(table.our_addresses() if table else ())})):
        raise ConfigurationError(f"{address} is one of our own addresses: everything would be erased")
    return person


@contextlib.contextmanager
def _settled(prefixes: Sequence[Prefix]) -> Iterator[None]:
    """No lake among them is compacted meanwhile, and what a compaction began is finished."""
    from transformer.lake.bucket import Bucket  # noqa: PLC0415 - awswrangler takes seconds, and may be missing

    with contextlib.ExitStack() as stack:
        for prefix in prefixes:
            if any(version.key.endswith(ENDING) for version in prefix.versions()):
                lake = Bucket(prefix.uri, boto3.Session(), lambda: datetime.now(UTC))
                stack.enter_context(lake.alone())
                compaction.finish(lake)
                prefix.switching = lake.switching
        yield
