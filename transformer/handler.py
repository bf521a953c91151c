"""Firehose in, Firehose out: the transformer as a Lambda function.

    in   {"deliveryStreamArn": "arn:…", "records": [{"recordId": "…", "approximateArrivalTimestamp": …, "data": "…"}]}
    out  {"records": [{"recordId": "…", "result": "Ok" | "Dropped" | "ProcessingFailed", "data": "…"}]}

Source: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html
The data of a record that is Ok are its rows, each a line of JSON. For bad parts, and for what does not fit into a
response, see docs/decisions/0007-good-rows-survive-bad-ones.md.
"""

import json
import logging
import os
from collections.abc import Sequence
from functools import cache, partial

from transformer import metrics
from transformer.batch import Batch, Invocation, Redact, Reply
from transformer.overrides import Fault, Overrides
from transformer.put_back import to_stream
from transformer.redaction.configured import from_environment
from transformer.redaction.redactor import Redactor
from transformer.schema import DELIVERY_STATUSES, TABLES, TableName
from transformer.template_stores import S3Store, s3_client

_LOGGER = logging.getLogger(__name__)


def handler(event: Invocation, context: object) -> Reply:
    """Answers every recordId once, in order. Raises only for trouble of ours, so that Firehose sends the batch again.

    `PARLEY_TABLE` names the table that the stream feeds; unset, rows of every table are taken, and their columns tell
    which one. `PARLEY_TEMPLATES_BUCKET` and `PARLEY_TEMPLATES_PREFIX` name where analysts keep their templates.
    `PARLEY_REDACTION` and the settings beside it: redaction/configured.py. `PARLEY_STAGE` is told with every metric.
    Only in a Lambda is there a stream to put anything back to.
    """
    put_back = to_stream if "AWS_LAMBDA_FUNCTION_NAME" in os.environ else None
    overrides = _overrides(os.environ.get("PARLEY_TEMPLATES_BUCKET", ""), os.environ.get("PARLEY_TEMPLATES_PREFIX", ""))
    templates = overrides.current() if overrides else None
    batch = Batch(event.get("deliveryStreamArn", ""), _table(), put_back, templates=templates, redact=_redact(context))
    reply = batch.answer(event["records"])
    _LOGGER.info(json.dumps({"message": "batch transformed", **batch.tally}))
    metrics.add({"Rows": batch.tally["rows"], "Rejected": batch.tally["rejected"], **_delivered(batch)})
    return reply


@cache
def _overrides(bucket: str, prefix: str) -> Overrides | None:
    """Kept from batch to batch, so that each version is read and compiled once. None where there is no bucket."""
    return Overrides(S3Store(bucket, prefix, s3_client), _alarm) if bucket else None


@cache
def _redactor() -> Redactor | None:
    return from_environment(os.environ)


def _redact(context: object) -> Redact:
    """Reads for at most half of the time that the invocation has left, as `context`, Lambda's, tells."""
    redactor = _redactor()
    if redactor is None:
        return lambda batch: (results for _, results in batch)
    left_ms = getattr(context, "get_remaining_time_in_millis", lambda: 20_000)
    return partial(redactor, budget_s=left_ms() / 2000)


def _delivered(batch: Batch) -> dict[str, int]:
    """How many events tell how far a message got: Delivered, Read, Failed, …

    An override's template may write words of its own there, as many as a provider has; those are no metrics.
    """
    return {status.title(): count for status in DELIVERY_STATUSES if status and (count := batch.deliveries[status])}


def _alarm(faults: Sequence[Fault]) -> None:
    """Counted at every look for as long as it lasts, so that an alarm lasts as long."""
    for fault in faults:
        metrics.count(fault.kind, template=fault.name, reason=fault.reason)


def _table() -> TableName | None:
    """None where the stream feeds every table."""
    name = os.environ.get("PARLEY_TABLE")
    if name and name not in TABLES:
        raise ValueError(f"PARLEY_TABLE is {name!r}, which is none of {', '.join(TABLES)}")
    return TABLES[name].name if name else None
