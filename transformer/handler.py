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

from transformer.batch import Batch, Invocation, Reply
from transformer.put_back import to_stream
from transformer.schema import TABLES, TableName

_LOGGER = logging.getLogger(__name__)


def handler(event: Invocation, context: object) -> Reply:  # noqa: ARG001  # Lambda's signature
    """Answers every recordId once, in order. Raises only for trouble of ours, so that Firehose sends the batch again.

    `PARLEY_TABLE` names the table that the stream feeds; unset, rows of every table are taken, and their columns tell
    which one.
    Only in a Lambda is there a stream to put anything back to.
    """
    put_back = to_stream if "AWS_LAMBDA_FUNCTION_NAME" in os.environ else None
    batch = Batch(event.get("deliveryStreamArn", ""), _table(), put_back)
    reply = batch.answer(event["records"])
    _LOGGER.info(json.dumps({"message": "batch transformed", **batch.tally}))
    return reply


def _table() -> TableName | None:
    """None where the stream feeds every table."""
    name = os.environ.get("PARLEY_TABLE")
    if name and name not in TABLES:
        raise ValueError(f"PARLEY_TABLE is {name!r}, which is none of {', '.join(TABLES)}")
    return TABLES[name].name if name else None
