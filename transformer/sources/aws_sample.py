"""What programs written for AWS's engagement database sample put on the streams, and rows of its tables.

https://github.com/aws-samples/Engagement-Database-And-Analytics-Sample-For-End-User-Messaging-And-SES
"""

from collections.abc import Sequence

from transformer.json_text import JsonObject
from transformer.sources.source import EventPart


def is_message(event: JsonObject) -> bool:
    """{"message": "…", "direction": "inbound", "sendingAddress": "+14255550182", …}"""
    return "parley" not in event and {"message", "direction", "sendingAddress"} <= event.keys()


def expand_row(event: JsonObject) -> Sequence[EventPart]:
    """{"parley": "sample_event", "row": {…}}; `rawevent` in it is an object that is no event we know, or a text."""
    row = event.get("row")
    raw = row.get("rawevent") if isinstance(row, dict) else None
    return (EventPart("sample_event", event, row, raw if isinstance(raw, dict) else row),)
