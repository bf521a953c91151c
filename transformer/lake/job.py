"""The nightly compaction of a deployed lake, as a Lambda function.

It stops while there is time to finish what it has begun. What is left is the next night's, or `parley compact`'s,
from a machine that has all day.
"""

import json
import logging
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import boto3

from transformer.lake.bucket import Bucket
from transformer.lake.compaction import compact
from transformer.lake.place import Busy, Replacement

CLOSED_AFTER = timedelta(hours=2)  # Firehose writes an hour's last files minutes after its end
_ENOUGH_MS = 120_000  # to merge 128 MB, the most that a replacement has
_LOGGER = logging.getLogger(__name__)


class Context(Protocol):
    """As much of Lambda's context as is used."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(_event: object, context: Context) -> dict[str, int | str]:
    """`PARLEY_LAKE_URI` names the lake, s3://bucket/prefix. Raises what compaction raises, except `Busy`."""
    work = _InTime(context)
    try:
        compact(Bucket(os.environ["PARLEY_LAKE_URI"], boto3.Session(), _now), _now() - CLOSED_AFTER, work)
    except Busy as busy:
        told: dict[str, int | str] = {"message": f"nothing compacted: {busy}"}
    else:
        told = {"message": "compacted", "replacements": work.given, "left": work.left}
    _LOGGER.info(json.dumps(told))
    return told


class _InTime:
    """Gives back replacements for as long as there is time to make one, and counts."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.given = 0
        self.left = 0

    def __call__(self, work: Sequence[Replacement]) -> Iterator[Replacement]:
        for replacement in work:
            self.left = len(work) - self.given
            if self._context.get_remaining_time_in_millis() < _ENOUGH_MS:
                return
            self.given += 1
            self.left -= 1
            yield replacement


def _now() -> datetime:
    return datetime.now(UTC)
