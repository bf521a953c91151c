"""How fast the transformer is, as ratios within one run: `make bench`.

`floor` is what no transformer can avoid: base64-decode, `orjson.loads`, `orjson.dumps` and base64-encode of the same
records. The batch is 40 % SES, 30 % SMS and 30 % WhatsApp events; SES and SMS put them on Firehose themselves, SNS
delivers the others. What is compared takes turns; of each the median round counts. The limit of a response is lifted,
so that every record is transformed. Log lines are formatted and go nowhere.
"""

import base64
import gc
import json
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from tests.bench.figure import Figure
from transformer.batch import Batch, InputRecord

_ROUNDS = 7


def ses_event(number: int) -> dict[str, Any]:
    """A click or a delivery, with the headers SES repeats in each event."""
    mail_id = f"0102018f{number:08x}-7a1c4f0e-000000"
    what: dict[str, Any] = (
        {
            "eventType": "Click",
            "click": {
                "timestamp": "2026-03-01T10:22:07.114Z",
                "ipAddress": "198.51.100.7",
                "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "link": "https://shop.example/orders/4711?from=mail",
                "linkTags": {"position": ["top"]},
            },
        }
        if number % 2
        else {
            "eventType": "Delivery",
            "delivery": {
                "timestamp": "2026-03-01T10:20:04.133Z",
                "processingTimeMillis": 1893,
                "recipients": [f"person{number}@mail.example"],
                "smtpResponse": '250 2.6.0 "queued" <a@b>',
                "reportingMTA": "a8-70.smtp-out.amazonses.com",
                "remoteMtaIp": "203.0.113.8",
            },
        }
    )
    subject = "Re: Where is my order 4711?"
    headers = {
        "From": "Shop <help@shop.example>",
        "To": f"person{number}@mail.example",
        "Subject": subject,
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="----=_Part_716"',
        "In-Reply-To": f"<{number}@mail.example>",
        "Auto-Submitted": "auto-replied",
    }
    return what | {
        "mail": {
            "timestamp": "2026-03-01T10:20:02.240Z",
            "source": "help@shop.example",
            "sourceArn": "arn:aws:ses:eu-west-1:111122223333:identity/shop.example",
            "sendingAccountId": "111122223333",
            "messageId": mail_id,
            "destination": [f"person{number}@mail.example"],
            "headersTruncated": False,
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "commonHeaders": {
                "from": [headers["From"]],
                "to": [headers["To"]],
                "messageId": mail_id,
                "subject": subject,
            },
            "tags": {
                "ses:configuration-set": ["parley"],
                "ses:source-ip": ["192.0.2.10"],
                "ses:from-domain": ["shop.example"],
                "ses:caller-identity": ["parley-converse"],
                "turn_id": [f"{number:032x}"],
            },
        },
    }


def sms_event(number: int) -> dict[str, Any]:
    return {
        "eventType": "TEXT_DELIVERED" if number % 2 else "TEXT_SENT",
        "eventVersion": "1.0",
        "eventTimestamp": 1772360523470 + number,
        "isFinal": True,
        "originationPhoneNumber": "+12065550100",
        "destinationPhoneNumber": f"+1425555{number % 10000:04d}",
        "isoCountryCode": "US",
        "mcc": "310",
        "mnc": "800",
        "carrierName": "Carrier",
        "messageId": f"862a8790-60c0-4430-9b2b-{number:012x}",
        "messageRequestTimestamp": 1772360523170,
        "messageEncoding": "GSM",
        "messageType": "TRANSACTIONAL",
        "messageStatus": "DELIVERED" if number % 2 else "SENT",
        "messageStatusDescription": "Message has been accepted by phone",
        "context": {"turn_id": f"{number:032x}", "conversation_id": f"sms-{number:032x}-0"},
        "totalMessageParts": 1,
        "totalMessagePrice": 0.00581,
        "totalCarrierFee": 0.00302,
    }


def whatsapp_event(number: int) -> dict[str, Any]:
    """A status or a message, as SNS delivers what End User Messaging Social puts on a topic."""
    person = f"1425555{number % 10000:04d}"
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "12065550100", "phone_number_id": "321010217712345"},
    }
    if number % 2:
        value["statuses"] = [
            {
                "id": f"wamid.HBgL{number:020x}",
                "status": "delivered",
                "timestamp": "1772360523",
                "recipient_id": person,
                "biz_opaque_callback_data": f"{number:032x}",
                "conversation": {"id": f"{number:032x}", "origin": {"type": "service"}},
                "pricing": {"billable": False, "pricing_model": "PMP", "category": "service", "type": "regular"},
            }
        ]
    else:
        value["contacts"] = [{"profile": {"name": "Zoë"}, "wa_id": person}]
        value["messages"] = [
            {
                "from": person,
                "id": f"wamid.HBgL{number:020x}",
                "timestamp": "1772360523",
                "type": "text",
                "text": {"body": "Where is my order? 📦"},
            }
        ]
    entry = {"id": "365731266123456", "changes": [{"value": value, "field": "messages"}]}
    message = {
        "context": {
            "MetaWabaIds": [
                {"wabaId": "365731266123456", "arn": "arn:aws:social-messaging:eu-west-1:111122223333:waba/a"}
            ],
            "MetaPhoneNumberIds": [{"metaPhoneNumberId": "321010217712345", "arn": "arn:aws:social-messaging:::p/b"}],
        },
        "whatsAppWebhookEntry": json.dumps(entry, ensure_ascii=False, separators=(",", ":")),
        "aws_account_id": "111122223333",
        "message_timestamp": "2026-03-01T10:22:03.476795989Z",
        "messageId": f"6d69f07a-c317-4278-9d5c-{number:012x}",
    }
    return {
        "Type": "Notification",
        "MessageId": f"19ba9823-d7f2-53c1-860e-{number:012x}",
        "TopicArn": "arn:aws:sns:eu-west-1:111122223333:whatsapp",
        "Message": json.dumps(message, ensure_ascii=False, separators=(",", ":")),
        "Timestamp": "2026-03-01T10:22:03.675Z",
    }


_KINDS = [ses_event] * 4 + [sms_event] * 3 + [whatsapp_event] * 3


def batch(size: int) -> list[InputRecord]:
    """A Firehose batch of mixed events."""
    return [record(number, orjson.dumps(_KINDS[number % 10](number))) for number in range(size)]


def bad_batch(size: int) -> list[InputRecord]:
    """The same events, none of which names its message: every one is rejected."""
    return [record(number, _nameless(orjson.dumps(_KINDS[number % 10](number)))) for number in range(size)]


def _nameless(event: bytes) -> bytes:
    """Without the field that a row's message_id is read from; a webhook is JSON in JSON, so there are backslashes."""
    return re.sub(rb'\b(messageId|id)(?=\\*":\\*"(0102018f|862a8790|wamid))', b"other", event)


def record(number: int, data: bytes) -> InputRecord:
    """As Firehose hands it over."""
    return {
        "recordId": str(number),
        "approximateArrivalTimestamp": 1772360523000,
        "data": base64.b64encode(data).decode(),
    }


def floor(records: list[InputRecord]) -> object:
    """What no transformer can avoid."""
    return [base64.b64encode(orjson.dumps(orjson.loads(base64.b64decode(each["data"])))).decode() for each in records]


def transform(records: list[InputRecord]) -> object:
    return Batch("arn:aws:firehose:eu-west-1:111122223333:deliverystream/events", limit=1 << 40).answer(records)


def webhook(statuses: int, *, bad: bool = False) -> list[InputRecord]:
    """One record: a webhook of so many statuses; bad ones are no objects."""
    event = whatsapp_event(7)
    entry = json.loads(json.loads(event["Message"])["whatsAppWebhookEntry"])
    value = entry["changes"][0]["value"]
    (status,) = value["statuses"]
    value["statuses"] = ["x" if bad else {**status, "id": f"wamid.{number:020x}"} for number in range(statuses)]
    return [record(0, orjson.dumps(entry))]


def documents(size: int) -> list[InputRecord]:
    """One record: events in a row, nothing between them, of so many bytes together."""
    events = [orjson.dumps(sms_event(number)) for number in range(size // len(orjson.dumps(sms_event(0))))]
    return [record(0, b"".join(events))]


def seconds(function: Callable[[list[InputRecord]], object], records: list[InputRecord]) -> float:
    """Processor time."""
    gc.collect()
    started = time.process_time()
    function(records)
    return time.process_time() - started


def growth(small: list[InputRecord], large: list[InputRecord], times: int = 10) -> float:
    """The time for `large`, which is `times` as much, over that of `small` as often."""
    return ratio(lambda: seconds(transform, large), lambda: sum(seconds(transform, small) for _ in range(times)))


def ratio(this: Callable[[], float], that: Callable[[], float]) -> float:
    """The median time of one over that of the other."""
    rounds = [(this(), that()) for _ in range(_ROUNDS)]
    return median(these for these, _ in rounds) / median(those for _, those in rounds)


def figures() -> list[Figure]:
    """Shares of the floor, how the time grows, what rejections cost, and the memory of the largest batch."""
    with _quiet():
        return [*_figures(), _memory()]


def _figures() -> Iterator[Figure]:
    small, bad = batch(2_000), bad_batch(2_000)
    for records in (small, bad):  # what is compiled once is compiled before the clock starts
        seconds(transform, records)
    share = ratio(lambda: seconds(floor, small * 4) / 4, lambda: seconds(transform, small))
    yield Figure("transformer, mixed batch of 2,000, speed over floor", f"{share:.2f} ×", "≥ 0.3 ×", share >= 0.3)
    yield _at_most("transformer, time per record at ten times the records", growth(small, batch(20_000)), 1.1)
    rejected = ratio(lambda: seconds(transform, bad), lambda: seconds(transform, small))
    yield _at_most("transformer, time per rejected record over a good one's", rejected, 2)
    rejected = ratio(lambda: seconds(transform, webhook(2_000, bad=True)), lambda: seconds(transform, webhook(2_000)))
    yield _at_most("transformer, time per rejected status over a good one's, 2,000 in a webhook", rejected, 2)
    yield _at_most(
        "transformer, time per rejected record at ten times the records", growth(bad, bad_batch(20_000)), 1.1
    )
    yield _at_most("transformer, time per status, 4,000 over 400 in a webhook", growth(webhook(400), webhook(4_000)))
    yield _at_most("transformer, time per byte, 1 MB over 100 kB", growth(documents(100_000), documents(1_000_000)))


@contextmanager
def _quiet() -> Iterator[None]:
    """As in a Lambda, log lines are formatted and written; here to nowhere."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        handler = logging.StreamHandler(nowhere)
        logging.getLogger().addHandler(handler)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(handler)


def _at_most(what: str, ratio: float, target: float = 1.5) -> Figure:
    """What grows linearly stays near 1, and below 1.5 where it leaves the caches; what does not would be near 10."""
    return Figure(what, f"{ratio:.2f} ×", f"≤ {target} ×", ratio <= target)


def _memory() -> Figure:
    """Peak resident memory of a process that takes the largest batch in and gives its answer, less a bare one's."""
    bare, whole = (_peak_mb(code) for code in ("", _LARGEST_BATCH))
    return Figure(
        "transformer, peak memory for a batch of 6 MB over a bare interpreter",
        f"{whole - bare:.0f} MB",
        "≤ 150 MB",
        whole - bare <= 150,
    )


_LARGEST_BATCH = """
import json, sys
from transformer.batch import Batch
event = json.load(sys.stdin)
json.dumps(Batch("", put_back=lambda *_: None).answer(event["records"]))
"""
_PEAK = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"


def _peak_mb(code: str) -> float:
    """Linux tells it in kB."""
    records = batch(6_000_000 // len(orjson.dumps(batch(10))) * 10)
    given = orjson.dumps({"records": records}).decode()
    command = [sys.executable, "-c", f"{code}\n{_PEAK}"]
    return int(subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout) / 1024
