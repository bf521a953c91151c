"""A deployed lake's files in S3, for compaction from a laptop or a job.

awswrangler reads objects, many at once, and deletes them in bulk; with Arrow's types in its data frames every value,
maps too, comes through as it was. Uploads are boto3's, which aborts one that fails: awswrangler's completes it with the
parts it has (3.17.1, awswrangler/s3/_fs.py, `_S3ObjectBase.close`). Listing is boto3's, which tells sizes.

A reader of S3 cannot be kept out. The new object is there before the old ones are deleted, so for moments a row may be
there twice and is never missing; the views count each event_id once.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

import awswrangler as wr
import boto3
import msgspec
import pyarrow as pa
from botocore.exceptions import ClientError

from transformer.lake.layout import COMPACTION, ENDING
from transformer.lake.lease import Lease
from transformer.lake.parquet import write_merged
from transformer.lake.place import File, Replacement
from transformer.schema import TableName

_AT_ONCE = 16  # objects that are read at the same time
_OF_A_TABLE = re.compile(rf"[^/]+/\d{{4}}/\d\d/\d\d/\d\d/[^/._][^/]*{re.escape(ENDING)}")


class NotDeletedError(OSError):
    """S3 has kept objects that it was asked to delete. The next run asks again."""


class Bucket:
    """The lake below `uri`, s3://bucket/prefix; `clock` gives aware UTC. Calls raise botocore's errors."""

    def __init__(self, uri: str, session: boto3.Session, clock: Callable[[], datetime]) -> None:
        self._root = uri.rstrip("/")
        self._bucket, _, self._prefix = self._root.removeprefix("s3://").partition("/")
        self._session = session
        self._client = session.client("s3")
        self._lease = Lease(self._client, self._bucket, self._key(f"{COMPACTION}/lease"), clock)
        self._staged: IO[bytes] | None = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        self._lease.take()
        try:
            yield
        finally:
            self._discard()
            self._lease.release()

    def files(self, table: TableName) -> Iterable[File]:
        return [file for file in self._list(f"{table}/") if _OF_A_TABLE.fullmatch(file.key)]

    def read(self, keys: Sequence[str]) -> Iterator[pa.Table]:
        for start in range(0, len(keys), _AT_ONCE):
            frame = wr.s3.read_parquet(
                [f"{self._root}/{key}" for key in keys[start : start + _AT_ONCE]],
                dtype_backend="pyarrow",
                use_threads=_AT_ONCE,
                boto3_session=self._session,
            )
            yield pa.Table.from_pandas(frame, preserve_index=False)

    def notes(self) -> Sequence[Replacement]:
        keys = [file.key for file in self._list(f"{COMPACTION}/") if file.key.endswith(".json")]
        found = [self._client.get_object(Bucket=self._bucket, Key=self._key(key)) for key in keys]
        return [msgspec.json.decode(each["Body"].read(), type=Replacement) for each in found]

    def note(self, replacement: Replacement) -> None:
        body = msgspec.json.encode(replacement)
        self._client.put_object(Bucket=self._bucket, Key=self._note(replacement), Body=body)

    def forget(self, replacement: Replacement) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=self._note(replacement))

    def stage(self, replacement: Replacement, pieces: Iterable[pa.Table]) -> None:
        """In a file of this machine, which the system removes when the process ends."""
        self._staged = TemporaryFile()  # noqa: SIM115 - `_discard` closes it
        write_merged(self._staged, replacement.table, pieces)
        self._staged.seek(0)

    @contextmanager
    def switching(self) -> Iterator[None]:
        self._lease.renew()
        yield

    def publish(self, replacement: Replacement) -> None:
        self._client.upload_fileobj(self._staged, self._bucket, self._key(replacement.new))
        self._discard()

    def published(self, replacement: Replacement) -> bool:
        try:
            self._client.head_object(Bucket=self._bucket, Key=self._key(replacement.new))
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":
                return False
            raise
        return True

    def remove(self, keys: Sequence[str]) -> None:
        """Raises `NotDeletedError`: looks again, because awswrangler passes over S3's internal errors."""
        try:
            wr.s3.delete_objects([f"{self._root}/{key}" for key in keys], boto3_session=self._session)
        except wr.exceptions.ServiceApiError as error:
            raise NotDeletedError(f"S3 refuses to delete: {error}") from error
        folders = {posixpath.dirname(key) for key in keys}
        left = {file.key for folder in folders for file in self._list(f"{folder}/")}.intersection(keys)
        if left:
            raise NotDeletedError(f"S3 has not deleted {', '.join(sorted(left))}")

    def _list(self, below: str) -> Iterator[File]:
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._bucket, Prefix=self._key(below)):
            for found in page.get("Contents", []):
                yield File(found["Key"].removeprefix(self._key("")), found["Size"])

    def _discard(self) -> None:
        if self._staged:
            self._staged.close()
            self._staged = None

    def _note(self, replacement: Replacement) -> str:
        return self._key(f"{COMPACTION}/{posixpath.basename(replacement.new).removesuffix(ENDING)}.json")

    def _key(self, below: str) -> str:
        return f"{self._prefix}/{below}" if self._prefix else below
