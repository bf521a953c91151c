"""The nightly compaction of a deployed lake."""

import functools
import io
from datetime import UTC, datetime

import pyarrow.parquet as pq
from boto3.s3 import inject
from boto3.s3.transfer import TransferConfig

from tests.infra.permissions.deployed import Deployed
from tests.infra.permissions.situations.situation import Situation
from tests.lake_rows import row
from transformer.lake.layout import partition
from transformer.lake.parquet import to_arrow

COMPACTION = "transformer.lake.job.handler"
BUCKET = "lake"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class AllNight:
    """A function's context."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def situations() -> list[Situation]:
    return [
        Situation(COMPACTION, "small files become one", _merges),
        Situation(COMPACTION, "a large upload fails, and the next night finishes it", _resumes),
    ]


def _merges(deployed: Deployed) -> None:
    _small_files(deployed)
    deployed.invoke(COMPACTION, {}, AllNight())


def _resumes(deployed: Deployed) -> None:
    _small_files(deployed)
    deployed.patch.setattr(inject, "TransferConfig", functools.partial(TransferConfig, multipart_threshold=1))
    deployed.failing("s3 UploadPart")
    try:
        deployed.invoke(COMPACTION, {}, AllNight())
    except ConnectionResetError:
        deployed.invoke(COMPACTION, {}, AllNight())


def _small_files(deployed: Deployed) -> None:
    """Two in an hour long gone by."""
    objects = {}
    for name in ("a", "b"):
        content = io.BytesIO()
        pq.write_table(to_arrow("events", [row("events", event_id=name)]), content)
        objects[f"lake/{partition('events', LONG_AGO).as_posix()}/{name}.parquet"] = content.getvalue()
    deployed.bucket(BUCKET, **objects)
    deployed.environ(PARLEY_LAKE_URI=f"s3://{BUCKET}/lake")
    deployed.known.append(("PARLEY_LAKE_URI", BUCKET))
