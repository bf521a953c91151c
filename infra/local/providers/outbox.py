"""Stands for the providers: takes what the channels send, as boto3's clients would, and reports its delivery.

Every request is checked against botocore's model first. What is sent is kept in SQLite; the provider's own delivery
events join the lake's journal in the same transaction, as a deployment's configuration sets put them on the stream.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec

from infra.local.providers import customers
from infra.local.providers import email as outbox_email
from infra.local.providers import whatsapp as outbox_whatsapp
from infra.local.providers.requests import check
from orchestrator.channels.email.mime import parse_mail
from orchestrator.channels.sms import gsm7
from orchestrator.stores.ports import Person
from orchestrator.stores.sqlite.database import Database
from orchestrator.stores.sqlite.forgetting import MESSAGES, TURNS, Forgotten, forget_in
from orchestrator.stores.sqlite.journal import Append

SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, sent_at REAL NOT NULL, destination TEXT NOT NULL,
    message_id TEXT NOT NULL, turn_id TEXT NOT NULL, text TEXT NOT NULL, request BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_of ON outbox (turn_id);
"""
THEIRS = {"outbox": f"turn_id IN {TURNS} OR message_id IN {MESSAGES}"}
COLUMNS = "channel, sent_at, destination, message_id, turn_id, text, request"
PRICE_PER_PART = 0.00581  # US dollars; the example in the documentation of delivery events


class Sent(msgspec.Struct, frozen=True):
    """One message that left for a person."""

    channel: str
    sent_at: float  # epoch seconds
    destination: str
    message_id: str
    turn_id: str
    text: str  # what the person reads
    request: dict[str, Any]


class Outbox:
    """The methods are those of boto3's clients; all of them may be given where a client is wanted."""

    tables = tuple(THEIRS)

    def __init__(self, database: Database, journal: Append, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock
        database.connection().executescript(SCHEMA)

    def send_text_message(self, **request: Any) -> dict[str, str]:
        """As SendTextMessage of `pinpoint-sms-voice-v2`; keeps the text and reports its delivery."""
        check("pinpoint-sms-voice-v2", "SendTextMessage", request)
        turn_id = request.get("Context", {}).get("turn_id", "")
        with self._database.transaction() as connection:
            message_id = self._keep(
                connection, "sms", request["DestinationPhoneNumber"], turn_id, request["MessageBody"], request
            )
            self._report(connection, map(msgspec.json.encode, text_events(request, message_id, self._clock())))
        return {"MessageId": message_id}

    def send_whatsapp_message(self, **request: Any) -> dict[str, str]:
        """As `socialmessaging`. A read receipt is taken and leaves no trace."""
        check("socialmessaging", "SendWhatsAppMessage", request)
        message = msgspec.json.decode(request["message"])
        if "type" not in message:
            return {}
        destination = message.get("to") or message.get("recipient", "")
        turn_id = message.get("biz_opaque_callback_data", "")
        with self._database.transaction() as connection:
            kept = {**request, "message": message}
            message_id = self._keep(connection, "whatsapp", destination, turn_id, message["text"]["body"], kept)
            events = outbox_whatsapp.delivery_events(request, message_id, self._clock())
            self._report(connection, [customers.notified(event, self._clock()) for event in events])
        return {"messageId": message_id}

    def send_email(self, **request: Any) -> dict[str, str]:
        """As SendEmail of `sesv2`; keeps the mail and reports what its address stands for."""
        check("sesv2", "SendEmail", request)
        (destination,) = request["Destination"]["ToAddresses"]
        mail = request["Content"]["Raw"]["Data"]
        turn_id = next((tag["Value"] for tag in request.get("EmailTags", ()) if tag["Name"] == "turn_id"), "")
        with self._database.transaction() as connection:
            message_id = self._keep(connection, "email", destination, turn_id, parse_mail(mail).text, request)
            follows = outbox_email.events_for(destination)
            events = outbox_email.delivery_events(request, message_id, self._clock(), follows)
            self._report(connection, map(msgspec.json.encode, events))
        return {"MessageId": message_id}

    def position(self) -> int:
        """The position of the last message sent, from 1; 0 before the first."""
        found: int = self._database.connection().execute("SELECT COALESCE(MAX(id), 0) FROM outbox").fetchone()[0]
        return found

    def sent(self, after: int = 0) -> list[Sent]:
        """Everything sent after a position, in order."""
        rows = self._database.connection().execute(
            f"SELECT {COLUMNS} FROM outbox WHERE id > ? ORDER BY id",  # noqa: S608 - a constant
            (after,),
        )
        return [
            Sent(channel, sent_at, destination, message_id, turn_id, text, msgspec.json.decode(request))
            for channel, sent_at, destination, message_id, turn_id, text, request in rows
        ]

    def learn(self, connection: sqlite3.Connection, person: Person) -> None:
        """What was sent to the person, and what answered them, wherever it went."""
        sent = connection.execute("SELECT destination, turn_id, message_id FROM outbox")
        for destination, turn_id, message_id in sent:
            if person.has(destination) or turn_id in person.ids.turns:
                person.learn(turn=turn_id, messages=[message_id])

    def forget(self, connection: sqlite3.Connection, person: Person) -> list[Forgotten]:
        return forget_in(connection, person, THEIRS)

    def _keep(
        self,
        connection: sqlite3.Connection,
        channel: str,
        destination: str,
        turn_id: str,
        text: str,
        request: dict[str, Any],
    ) -> str:
        message_id = hashlib.sha256(f"{channel}-{turn_id}-{self.position() + 1}".encode()).hexdigest()[:32]
        connection.execute(
            f"INSERT INTO outbox ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant
            (
                channel,
                self._clock().timestamp(),
                destination,
                message_id,
                turn_id,
                text,
                msgspec.json.encode(request),
            ),
        )
        return message_id

    def _report(self, connection: sqlite3.Connection, events: Iterable[bytes]) -> None:
        self._journal(connection, self._clock(), list(events))


def text_events(request: dict[str, Any], message_id: str, at: datetime) -> list[dict[str, Any]]:
    """TEXT_SENT and TEXT_DELIVERED for one send.

    Source: https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html
    """
    segments = gsm7.segments(request["MessageBody"])
    now_ms = int(at.timestamp() * 1000)
    event = {
        "eventVersion": "1.0",
        "originationPhoneNumber": request["OriginationIdentity"],
        "destinationPhoneNumber": request["DestinationPhoneNumber"],
        "isoCountryCode": "US",
        "messageId": message_id,
        "messageRequestTimestamp": now_ms,
        "messageEncoding": segments.encoding,
        "messageType": request.get("MessageType", "TRANSACTIONAL"),
        "context": request.get("Context", {}),
        "totalMessageParts": segments.parts,
        "totalMessagePrice": round(PRICE_PER_PART * segments.parts, 5),
        "totalCarrierFee": 0.0,
    }
    told = (
        ("TEXT_SENT", "SENT", "Message has been sent to the carrier", False, 0),
        ("TEXT_DELIVERED", "DELIVERED", "Message has been delivered to the phone", True, 1),
    )
    return [
        {
            **event,
            "eventType": event_type,
            "eventTimestamp": now_ms + later_ms,
            "isFinal": final,
            "messageStatus": status,
            "messageStatusDescription": description,
        }
        for event_type, status, description, final, later_ms in told
    ]
