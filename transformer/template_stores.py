"""Where overrides of templates are kept: a folder, or a bucket."""

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypedDict, cast

from transformer.overrides import ENDING, Entry, UnreachableError


class FolderStore:
    """The files of a folder. One that is not there holds none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list(self) -> Mapping[str, Entry]:
        try:
            found = [(path.stem, path.stat()) for path in self._folder.glob(f"*{ENDING}")]
        except OSError as error:
            raise UnreachableError(f"{self._folder} cannot be read: {error.strerror}") from error
        return {name: Entry(f"{status.st_mtime_ns}-{status.st_size}", status.st_size) for name, status in found}

    def get(self, name: str) -> bytes:
        try:
            return (self._folder / f"{name}{ENDING}").read_bytes()
        except OSError as error:
            raise UnreachableError(f"{self._folder}/{name}{ENDING} cannot be read: {error.strerror}") from error


class Body(Protocol):
    def read(self) -> bytes: ...


class Listed(TypedDict):
    Key: str
    ETag: str
    Size: int


class Listing(TypedDict, total=False):
    Contents: list[Listed]


class Got(TypedDict):
    Body: Body


class S3Client(Protocol):
    """The two operations used of boto3's client."""

    def list_objects_v2(self, *, Bucket: str, Prefix: str, Delimiter: str) -> Listing: ...  # noqa: N803  # AWS's names
    def get_object(self, *, Bucket: str, Key: str) -> Got: ...  # noqa: N803


class S3Store:
    """The objects `<prefix><name>.jinja` of a bucket; no deeper ones. `connect` makes the client, on first use.

    A listing has at most 1,000 objects; there are a few dozen templates.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
    """

    def __init__(self, bucket: str, prefix: str, connect: Callable[[], S3Client]) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._connect = connect

    @cached_property
    def _client(self) -> S3Client:
        return self._connect()

    def list(self) -> Mapping[str, Entry]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  # not where there is no bucket

        try:
            listing = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, Delimiter="/")
        except (BotoCoreError, ClientError) as error:
            raise UnreachableError(f"s3://{self._bucket}/{self._prefix} cannot be listed: {error}") from error
        return {
            each["Key"].removeprefix(self._prefix).removesuffix(ENDING): Entry(each["ETag"], each["Size"])
            for each in listing.get("Contents", [])
            if each["Key"].endswith(ENDING)
        }

    def get(self, name: str) -> bytes:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        key = f"{self._prefix}{name}{ENDING}"
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            raise UnreachableError(f"s3://{self._bucket}/{key} cannot be read: {error}") from error


def s3_client() -> S3Client:
    """One that gives up soon: a batch waits for it, and there are templates to go on with."""
    from botocore.config import Config  # noqa: PLC0415  # most of a cold start, and not needed where there is no bucket
    from botocore.session import get_session  # noqa: PLC0415

    patience = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
    client: S3Client = cast(Any, get_session().create_client("s3", config=patience))
    return client
