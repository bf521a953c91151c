"""A record in pieces, where one of them cannot be expanded."""

import json

from tests.unit.test_transformer_pipeline import AT, SMS, notification
from transformer.pipeline import split, transform
from transformer.results import Rejected


def test_a_piece_that_cannot_be_expanded_keeps_what_its_envelope_told() -> None:
    record = json.dumps(notification({"whatsAppWebhookEntry": "no JSON"})).encode() + json.dumps(SMS).encode()
    piece, _ = split(record, AT)
    (rejected,) = [row for row in transform(record, AT) if isinstance(row, Rejected)]
    assert piece == rejected.original
    assert json.loads(piece)["envelope"]["occurred_at"] == 1772360400000, "the notification's time, not the arrival's"
