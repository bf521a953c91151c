"""Stands for the providers: takes what the channels send, as boto3's clients would, and reports its delivery.

Every request is checked against botocore's model first. What is sent is kept in SQLite. Of an answer, the provider's
delivery events join the lake's journal in the same transaction, as a deployment's configuration sets put them on the
stream. Of a step of a send, each waits as a report until its fate says so (fates.py): a wake-up is kept with it, and
who works it off brings it to the lake and to the send.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from infra.local.providers import customers
from infra.local.providers import email as outbox_email
from infra.local.providers import whatsapp as outbox_whatsapp
from infra.local.providers.fates import Fate, Outcome, fate_of, fates_of
from infra.local.providers.requests import check, refusal
from orchestrator.channels.email.mime import parse_mail
from orchestrator.channels.sms import gsm7
from orchestrator.keys import ref_in, ref_of_tags, send_of
from orchestrator.model import ChannelName, WakeUp
from orchestrator.stores.ports import Person
from orchestrator.stores.sqlite.database import Database
from orchestrator.stores.sqlite.forgetting import MESSAGES, SENDS, TURNS, Forgotten, forget_in
from orchestrator.stores.sqlite.journal import Append

SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, sent_at REAL NOT NULL, destination TEXT NOT NULL,
    message_id TEXT NOT NULL, turn_id TEXT NOT NULL, text TEXT NOT NULL, request BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_of ON outbox (turn_id);
CREATE TABLE IF NOT EXISTS fates (send_id TEXT PRIMARY KEY, fates TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reports (id TEXT PRIMARY KEY, send_id TEXT NOT NULL, event BLOB NOT NULL) WITHOUT ROWID;
"""
THEIRS = {
    "outbox": f"turn_id IN {TURNS} OR message_id IN {MESSAGES}",
    "fates": f"send_id IN {SENDS}",
    "reports": f"send_id IN {SENDS}",
}
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

    def __init__(
        self,
        database: Database,
        journal: Append,
        clock: Callable[[], datetime],
        wake: Callable[[sqlite3.Connection, WakeUp], None],
        fates: str = "",
    ) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock
        self._wake = wake
        self._fates = fates_of(fates)
        database.connection().executescript(SCHEMA)

    def send_text_message(self, **request: Any) -> dict[str, str]:
        """As SendTextMessage of `pinpoint-sms-voice-v2`; keeps the text and reports its delivery."""
        check("pinpoint-sms-voice-v2", "SendTextMessage", request)
        ref = ref_of_tags(request.get("Context", {}))
        fate = self._fate(ref, "sms", request["DestinationPhoneNumber"])
        if fate and fate.outcome == "refused":
            raise refusal("SendTextMessage", fate.code, "the simulated provider refuses it", Reason=fate.code)
        with self._database.transaction() as connection:
            message_id = self._keep(
                connection, "sms", request["DestinationPhoneNumber"], ref, request["MessageBody"], request
            )
            now = self._clock()
            if fate:
                self._report_later(connection, ref, told_of_text(request, message_id, now, fate))
            else:
                self._report(connection, map(msgspec.json.encode, text_events(request, message_id, now)))
        return {"MessageId": message_id}

    def send_whatsapp_message(self, **request: Any) -> dict[str, str]:
        """As `socialmessaging`. A read receipt is taken and leaves no trace."""
        check("socialmessaging", "SendWhatsAppMessage", request)
        message = msgspec.json.decode(request["message"])
        if "type" not in message:
            return {}
        destination = message.get("to") or message.get("recipient", "")
        ref = ref_in(message.get("biz_opaque_callback_data", ""))
        fate = self._fate(ref, "whatsapp", destination)
        if fate and fate.outcome == "refused":
            raise refusal("SendWhatsAppMessage", fate.code, "the simulated provider refuses it")
        with self._database.transaction() as connection:
            kept = {**request, "message": message}
            message_id = self._keep(connection, "whatsapp", destination, ref, message["text"]["body"], kept)
            now = self._clock()
            if fate:
                self._report_later(connection, ref, outbox_whatsapp.told(request, message_id, now, fate))
            else:
                events = outbox_whatsapp.delivery_events(request, message_id, now)
                self._report(connection, [customers.notified(event, now) for event in events])
        return {"messageId": message_id}

    def send_email(self, **request: Any) -> dict[str, str]:
        """As SendEmail of `sesv2`; keeps the mail and reports what its address stands for."""
        check("sesv2", "SendEmail", request)
        (destination,) = request["Destination"]["ToAddresses"]
        mail = request["Content"]["Raw"]["Data"]
        ref = ref_of_tags({tag["Name"]: tag["Value"] for tag in request.get("EmailTags", ())})
        fate = self._fate(ref, "email", destination)
        if fate and fate.outcome == "refused":
            raise refusal("SendEmail", fate.code, "the simulated provider refuses it")
        with self._database.transaction() as connection:
            message_id = self._keep(connection, "email", destination, ref, parse_mail(mail).text, request)
            now = self._clock()
            if fate:
                self._report_later(connection, ref, outbox_email.told(request, message_id, now, fate))
            else:
                follows = outbox_email.events_for(destination)
                events = outbox_email.delivery_events(request, message_id, now, follows)
                self._report(connection, map(msgspec.json.encode, events))
        return {"MessageId": message_id}

    def decide(self, send_id: str, fates: str) -> None:
        """Choose what becomes of a send's messages. Raises `ConfigurationError` for what names no fates."""
        fates_of(fates)
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO fates VALUES (?, ?)", (send_id, fates))

    def take_report(self, report_id: str, handle: Callable[[bytes], None]) -> None:
        """Bring a report that has waited to the lake, and to `handle`; nothing for one that is through."""
        found = self._database.connection().execute("SELECT event FROM reports WHERE id = ?", (report_id,)).fetchone()
        if found is None:
            return
        handle(found[0])
        with self._database.transaction() as connection:
            if connection.execute("DELETE FROM reports WHERE id = ?", (report_id,)).rowcount:
                self._report(connection, [found[0]])

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

    def _fate(self, ref: str, channel: ChannelName, address: str) -> Fate | None:
        """What becomes of a message of a send; None for an answer's."""
        sent = send_of(ref)
        if sent is None:
            return None
        query = "SELECT fates FROM fates WHERE send_id = ?"
        row = self._database.connection().execute(query, (sent.send_id,)).fetchone()
        chosen = {**self._fates, **(fates_of(row[0]) if row else {})}
        return chosen.get(channel) or fate_of(address)

    def _report_later(
        self, connection: sqlite3.Connection, ref: str, told: Iterable[tuple[float, dict[str, Any]]]
    ) -> None:
        now, sent = self._clock(), send_of(ref)
        for number, (after_s, event) in enumerate(told):
            body = msgspec.json.encode(event)
            report_id = f"{ref}-{hashlib.sha256(body).hexdigest()[:16]}-{number}"
            connection.execute("INSERT INTO reports VALUES (?, ?, ?)", (report_id, sent.send_id if sent else "", body))
            self._wake(connection, WakeUp("report", report_id, report_id, now + timedelta(seconds=after_s)))

    def _report(self, connection: sqlite3.Connection, events: Iterable[bytes]) -> None:
        self._journal(connection, self._clock(), list(events))


def text_events(request: dict[str, Any], message_id: str, at: datetime) -> list[dict[str, Any]]:
    """TEXT_SENT and TEXT_DELIVERED for one send.

    Source: https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html
    """
    told = (
        ("TEXT_SENT", "Message has been sent to the carrier", False, 0.0),
        ("TEXT_DELIVERED", "Message has been delivered to the phone", True, 0.001),
    )
    return [_text_event(request, message_id, at, *each) for each in told]


_TEXTS: Mapping[Outcome, tuple[str, str, bool]] = {
    "accepted": ("TEXT_QUEUED", "Message is queued", False),
    "sent": ("TEXT_SENT", "Message has been sent to the carrier", False),
    "delivered": ("TEXT_DELIVERED", "Message has been delivered to the phone", True),
    "read": ("TEXT_DELIVERED", "Message has been delivered to the phone", True),  # a text does not tell that it is read
    "complained": ("TEXT_DELIVERED", "Message has been delivered to the phone", True),
}


def told_of_text(
    request: dict[str, Any], message_id: str, at: datetime, fate: Fate
) -> list[tuple[float, dict[str, Any]]]:
    """What is told of a text of this fate, and after how many seconds."""
    if fate.outcome == "silent":
        return []
    event_type, description, final = _TEXTS.get(
        fate.outcome, (fate.code or "TEXT_UNREACHABLE", "The simulated carrier did not deliver it", True)
    )
    return [(fate.after_s, _text_event(request, message_id, at, event_type, description, final, fate.after_s))]


def _text_event(
    request: dict[str, Any],
    message_id: str,
    at: datetime,
    event_type: str,
    description: str,
    final: bool,
    after_s: float,
) -> dict[str, Any]:
    segments = gsm7.segments(request["MessageBody"])
    now_ms = int(at.timestamp() * 1000)
    return {
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
        "eventType": event_type,
        "eventTimestamp": now_ms + round(after_s * 1000),
        "isFinal": final,
        "messageStatus": event_type.removeprefix("TEXT_"),
        "messageStatusDescription": description,
    }
