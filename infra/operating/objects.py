"""Files of a folder and objects of a bucket, read alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

SCHEME = "s3://"


class UnreadableError(Exception):
    """A file or an object that cannot be read, or is not what it should be. The message names it."""


@dataclass(frozen=True, slots=True)
class Object:
    """`name` is a path, or an address that begins with s3://."""

    name: str
    content: bytes


def objects(where: str, since: datetime) -> Iterator[Object]:
    """What was written since then below a folder or s3://bucket/prefix, in order of names. Raises `UnreadableError`.

    A record is older than the object it is in, so that none of those left out holds one that came since.
    """
    try:
        yield from _of_bucket(where, since) if where.startswith(SCHEME) else _of_folder(Path(where), since)
    except (BotoCoreError, ClientError, OSError) as error:
        raise UnreadableError(f"{where} cannot be read: {error}") from error


def _of_folder(folder: Path, since: datetime) -> Iterator[Object]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else [folder]
    for path in paths:
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) >= since:
            yield Object(str(path), path.read_bytes())


def _of_bucket(where: str, since: datetime) -> Iterator[Object]:
    bucket, _, prefix = where.removeprefix(SCHEME).partition("/")
    client = boto3.client("s3")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for each in page.get("Contents", []):
            is_folder = each["Key"].endswith("/")  # an empty object, by which the console shows one
            if each["LastModified"] >= since and not is_folder:
                content = client.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
                yield Object(f"{SCHEME}{bucket}/{each['Key']}", content)
