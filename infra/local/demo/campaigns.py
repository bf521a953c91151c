"""What organisations send of their own accord: newsletters, offers by text and picture, calls before a delivery."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from random import Random
from typing import Literal

from infra.local.demo.outcomes import TimedEvent, milliseconds, number_of
from infra.local.demo.outcomes_mail import mail_outcome
from infra.local.demo.outcomes_phone import call_outcome, text_outcome
from infra.local.demo.people import Person

_MONDAY, _TUESDAY, _THURSDAY, _FRIDAY = 0, 1, 3, 4
_LETTERS = {
    "welcome-back": ("Lamps for shorter evenings", "Lámparas para las tardes cortas"),
    "new-shades": ("Four new shades", "Cuatro pantallas nuevas"),
    "bulb-guide": ("Which bulb? A short guide", "¿Qué bombilla? Una guía breve"),
    "last-days": ("The last days of the sale", "Los últimos días de rebajas"),
}
_INTEREST = {"mail.example": 0.42, "inbox.example": 0.33, "post.example": 0.25}
_OFFER = {
    "en": "20% off shades until Sunday. Reply STOP to end.",
    "es": "20% en pantallas hasta el domingo. STOP para no recibir más.",
}


def day_events(chance: Random, day: datetime, people: Iterable[Person]) -> Iterator[TimedEvent]:
    """Everything the day's campaigns bring about; people in any order."""
    for person in people:
        if day.weekday() == _TUESDAY and person.channel == "email":
            yield from _newsletter(chance, day + timedelta(hours=15, seconds=chance.uniform(0, 1800)), person)
        elif day.weekday() == _THURSDAY and person.channel == "sms" and chance.random() < 0.4:
            yield from _offer(chance, day + timedelta(hours=17, seconds=chance.uniform(0, 900)), person, "TEXT")
        elif day.weekday() == _FRIDAY and person.channel == "sms" and chance.random() < 0.1:
            yield from _offer(chance, day + timedelta(hours=16, seconds=chance.uniform(0, 900)), person, "MEDIA")
        elif day.weekday() == _MONDAY and person.channel == "sms" and chance.random() < 0.08:
            at = day + timedelta(hours=13, seconds=chance.uniform(0, 14_400))
            yield from call_outcome(chance, person.organisation, person.address, _id(person, at), at)


def _newsletter(chance: Random, at: datetime, person: Person) -> Iterator[TimedEvent]:
    campaign = list(_LETTERS)[at.isocalendar().week % len(_LETTERS)]
    subject = _LETTERS[campaign][person.language == "es"]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = person.organisation.mail
    mail["To"] = person.address
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{_id(person, at)}@{person.organisation.mail.partition('@')[2]}>"
    mail.set_content(subject)
    tags = {"organizationId": person.organisation.name, "campaign": campaign}
    request = {
        "FromEmailAddress": person.organisation.mail,
        "Destination": {"ToAddresses": [person.address]},
        "Content": {"Raw": {"Data": mail.as_bytes()}},
        "EmailTags": [{"Name": name, "Value": value} for name, value in tags.items()],
        "ConfigurationSetName": "newsletters",
    }
    interest = _INTEREST.get(person.address.partition("@")[2], 0.15)
    return mail_outcome(chance, person.organisation, request, _id(person, at), at, interest=interest)


def _offer(chance: Random, at: datetime, person: Person, kind: Literal["TEXT", "MEDIA"]) -> Iterator[TimedEvent]:
    request = {
        "OriginationIdentity": person.organisation.number,
        "DestinationPhoneNumber": person.address,
        "MessageBody": _OFFER[person.language],
        "MessageType": "PROMOTIONAL",
        "Context": {"organizationId": person.organisation.name, "campaign": f"offer-{at:%V}"},
    }
    return text_outcome(chance, request, _id(person, at), person.country, at, kind)


def _id(person: Person, at: datetime) -> str:
    return f"{milliseconds(at):016x}{number_of(person.address):016x}"
