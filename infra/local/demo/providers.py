"""Stand for the providers: take what the channels send, as boto3's clients would, and decide what becomes of it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from random import Random
from typing import Any

import msgspec

from infra.local.demo.inbound import notified
from infra.local.demo.outcomes import TimedEvent
from infra.local.demo.outcomes_mail import mail_outcome
from infra.local.demo.outcomes_phone import text_outcome
from infra.local.demo.outcomes_whatsapp import whatsapp_outcome
from infra.local.demo.people import Organisation, Person
from infra.local.demo.stream import Stream
from infra.local.providers.requests import refusal


class Providers:
    """The providers of one organisation. `opted_out` are the numbers whose STOP the SMS provider keeps."""

    def __init__(
        self,
        organisation: Organisation,
        people: Mapping[str, Person],
        stream: Stream,
        chance: Random,
        clock: Callable[[], datetime],
    ) -> None:
        self.opted_out: set[str] = set()
        self._organisation = organisation
        self._people = people
        self._stream = stream
        self._chance = chance
        self._clock = clock

    def send_text_message(self, **request: Any) -> dict[str, str]:
        """As `pinpoint-sms-voice-v2`; it refuses to write to a number that has sent it STOP."""
        number = request["DestinationPhoneNumber"]
        if number in self.opted_out:
            reason = "DESTINATION_PHONE_NUMBER_OPTED_OUT"
            raise refusal("SendTextMessage", "ConflictException", "The number is opted out", Reason=reason)
        message_id = self._new_id()
        self.report(text_outcome(self._chance, request, message_id, self._people[number].country, self._clock()))
        return {"MessageId": message_id}

    def send_whatsapp_message(self, **request: Any) -> dict[str, str]:
        """As SendWhatsAppMessage of `socialmessaging`; a read receipt leaves no trace."""
        message = msgspec.json.decode(request["message"])
        if "type" not in message:
            return {}
        message_id = f"wamid.{self._new_id()}"
        happened = whatsapp_outcome(self._chance, self._organisation, request, message_id, self._clock())
        for at, event in happened:
            self._stream.put(at, notified(event, event["messageId"], at))
        return {"messageId": message_id}

    def send_email(self, **request: Any) -> dict[str, str]:
        """As `sesv2`'s SendEmail; seven of ten delivered answers are opened."""
        message_id = self._new_id()
        self.report(mail_outcome(self._chance, self._organisation, request, message_id, self._clock(), interest=0.7))
        return {"MessageId": message_id}

    def report(self, happened: Iterable[TimedEvent]) -> None:
        """Events of configuration sets, which reach the stream as they are."""
        for at, event in happened:
            self._stream.put(at, msgspec.json.encode(event))

    def _new_id(self) -> str:
        return f"{self._chance.getrandbits(128):032x}"
