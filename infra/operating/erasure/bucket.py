"""A person in a bucket: every version of every object below a prefix.

A current object is written anew without the person before its old version goes; a version that is not current goes
whole. Where nothing is left of a current object, a delete marker covers it first, so that no older version comes back.
Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html (a version deleted by its id
is gone; deleting the current one brings back the one before). Without versioning the one version is called "null".
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from infra.operating.erasure.objects import rows_in, without
from infra.operating.erasure.person import Person
from infra.operating.erasure.report import Report
from infra.operating.erasure.rows import Tie, learn, tie
from transformer.lake.layout import COMPACTION

_TEMPLATE = ".jinja"
_ONLY = "null"  # the version of an object that was written while the bucket had none


class Version(NamedTuple):
    """One version of an object; `read` fetches it."""

    key: str
    id: str
    is_current: bool
    read: Callable[[], bytes]


class Prefix:
    """What is below `uri`, s3://bucket/prefix. `client` is boto3's of S3; its errors are raised."""

    def __init__(self, uri: str, client: Any) -> None:
        self.uri = uri
        self.switching: Callable[[], AbstractContextManager[None]] = nullcontext  # around each change
        self._client = client
        self._bucket, _, self._prefix = uri.removeprefix("s3://").partition("/")

    def versions(self) -> Iterator[Version]:
        """Templates and compaction's notes have nobody's words, and are left out."""
        pages = self._client.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
            for each in page.get("Versions", []):
                if not each["Key"].endswith(_TEMPLATE) and f"{COMPACTION}/" not in each["Key"]:
                    yield self._version(each)

    def learn(self, person: Person) -> None:
        """Take the ids of every row of this person."""
        for version in self.versions():
            for row in rows_in(version.key, version.read()):
                if tie(person, row):
                    learn(person, row)

    def erase(self, person: Person, step: set[Tie], report: Report, *, dry_run: bool = False) -> None:
        """Remove what is tied to the person in one of these ways."""
        for version in self.versions():
            if "address" not in step and not version.is_current:
                continue  # it goes whole, and with it what ties it to the person: at last
            left = without(person, version.key, content := version.read(), step)
            if left.content == content:
                continue
            if version.is_current:
                report.count(f"{self.uri}: current", left.removed, left.rewritten)
            else:
                report.count(f"{self.uri}: older versions", removed=1)
            if not dry_run:
                with self.switching():
                    self._replace(version, left.content)

    def _replace(self, version: Version, content: bytes | None) -> None:
        where = {"Bucket": self._bucket, "Key": version.key}
        if version.is_current and content is not None:
            self._client.put_object(**where, Body=content)
        elif version.is_current:
            self._client.delete_object(**where)
        if not (version.id == _ONLY and self._keeps_no_versions()):
            self._client.delete_object(**where, VersionId=version.id)

    def _keeps_no_versions(self) -> bool:
        """New content has taken the old one's place then."""
        found: dict[str, Any] = self._client.get_bucket_versioning(Bucket=self._bucket)
        return found.get("Status") != "Enabled"

    def _version(self, listed: dict[str, Any]) -> Version:
        key, identity = listed["Key"], listed["VersionId"]

        def read() -> bytes:
            got = self._client.get_object(Bucket=self._bucket, Key=key, VersionId=identity)
            content: bytes = got["Body"].read()
            return content

        return Version(key, identity, listed["IsLatest"], read)
