"""How fast the transformer is, as ratios within one run: `make bench`.

`floor` is what no transformer can avoid: base64-decode, `orjson.loads`, `orjson.dumps` and base64-encode of the same
records. The batch is 40 % SES, 30 % SMS and 30 % WhatsApp events; SES and SMS put them on Firehose themselves, SNS
delivers the others. What is compared takes turns and runs about as long; of each the least disturbed round counts. The
limit of a response is lifted, so that every record is transformed.
"""

import base64
import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import orjson

from tests.bench.figure import Figure
from transformer.batch import Batch, InputRecord

_ROUNDS = 9


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


def batch(size: int) -> list[InputRecord]:
    """A Firehose batch of mixed events."""
    kinds = [ses_event] * 4 + [sms_event] * 3 + [whatsapp_event] * 3
    return [record(number, orjson.dumps(kinds[number % 10](number))) for number in range(size)]


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


def webhook(statuses: int) -> list[InputRecord]:
    """One record: a webhook of so many statuses."""
    event = whatsapp_event(7)
    entry = json.loads(json.loads(event["Message"])["whatsAppWebhookEntry"])
    value = entry["changes"][0]["value"]
    value["statuses"] = [{**value["statuses"][0], "id": f"wamid.{number:020x}"} for number in range(statuses)]
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


def growth(small: list[InputRecord], large: list[InputRecord], times: int) -> float:
    """The time for `large`, which is `times` as much, over that of `small` as often."""
    rounds = [(sum(seconds(transform, small) for _ in range(times)), seconds(transform, large)) for _ in range(_ROUNDS)]
    return min(larges for _, larges in rounds) / min(smalls for smalls, _ in rounds)


def figures() -> list[Figure]:
    """Shares of the floor, how the time grows, and the memory of the largest batch."""
    small, large = batch(2_000), batch(20_000)
    seconds(transform, small)  # templates are compiled once, before the clock starts
    rounds = [(seconds(floor, small * 4) / 4, seconds(transform, small)) for _ in range(_ROUNDS)]
    share = min(floors for floors, _ in rounds) / min(transforms for _, transforms in rounds)
    return [
        Figure("transformer, mixed batch of 2,000, speed over floor", f"{share:.2f} ×", "≥ 0.25 ×", share >= 0.25),
        _at_most("transformer, time per record at ten times the records", growth(small, large, 10), 1.1),
        _at_most("transformer, time per status, 4,000 over 400 in a webhook", growth(webhook(400), webhook(4_000), 10)),
        _at_most("transformer, time per byte, 1 MB over 100 kB", growth(documents(100_000), documents(1_000_000), 10)),
        _memory(),
    ]


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
