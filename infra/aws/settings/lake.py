"""What a deployer decides about the lake."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct


class Lake(Struct, frozen=True, kw_only=True):
    """The lake: buckets, tables, streams, workgroup."""

    bucket: Annotated[
        str,
        Meta(
            description="name of a bucket that holds a lake already, like one that a destroyed deployment has left; its"
            " own settings stay; empty: one is made",
            pattern=r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$",
            examples=["parley-prod-lake-lake785e9c36-0a1b2c3d4e5f"],
        ),
    ] = ""
    buffer_seconds: Annotated[
        int,
        Meta(
            description="seconds that Firehose collects before it writes a file: longer means larger files, later rows",
            ge=60,
            le=900,
        ),
    ] = 300
    buffer_mb: Annotated[
        int, Meta(description="MB that Firehose collects at most before it writes a file", ge=64, le=128)
    ] = 128
    cheaper_after_days: Annotated[
        int, Meta(description="days after which a file moves to cheaper storage; 0: never", ge=0)
    ] = 90
    expire_after_days: Annotated[int, Meta(description="days after which a file is deleted; 0: never", ge=0)] = 0
    old_versions_days: Annotated[
        int, Meta(description="days that an overwritten or deleted file can still be brought back", ge=1)
    ] = 30
    results_days: Annotated[
        int, Meta(description="days that answers to queries are kept, which people's words may be in", ge=1)
    ] = 7
    first_hour: Annotated[
        str,
        Meta(
            description="the first hour that questions can reach, yyyy/MM/dd/HH",
            pattern="^\\d{4}/\\d\\d/\\d\\d/\\d\\d$",
        ),
    ] = "2024/01/01/00"
    scan_limit_gb: Annotated[
        int, Meta(description="GB that one query may scan before Athena stops it; 5 USD a TB", ge=1)
    ] = 100
    compaction: Annotated[bool, Meta(description="whether small files of past days are merged every night")] = False
    compatibility_tables: Annotated[
        Literal["none", "views", "external"],
        Meta(
            description="what stands in Glue for the tables of AWS's engagement database sample: views of ours, or"
            " external tables over the same files; one deployment of an account and region can have them"
        ),
    ] = "none"


def lake_faults(lake: Lake) -> list[str]:
    """One line for each fault, with its remedy."""
    return [*_lifetimes(lake), *_first_hour(lake)]


def _lifetimes(lake: Lake) -> list[str]:
    """What S3 would refuse in the middle of a deployment."""
    if not 0 < lake.expire_after_days <= lake.cheaper_after_days:
        return []
    gone, moved = f"lake.expire_after_days={lake.expire_after_days}", "lake.cheaper_after_days"
    return [f"{gone}: a file is gone before {moved}={lake.cheaper_after_days}; set {moved} to 0, or below it"]


def _first_hour(lake: Lake) -> list[str]:
    """What Athena would refuse in every question."""
    try:
        datetime.strptime(lake.first_hour, "%Y/%m/%d/%H")  # noqa: DTZ007 - only whether there is one
    except ValueError:
        return [f"lake.first_hour={lake.first_hour}: is in no calendar; write it as yyyy/MM/dd/HH, in UTC"]
    return []
