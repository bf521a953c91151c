"""Ingress: events come in."""

from tests.infra.permissions.deployed import INGRESS, Deployed
from tests.infra.permissions.situations.situation import Situation
from tests.kit import sms_event
from tests.unit.email_kit import EVENTS

MAIL = EVENTS / "email_in_s3.json"
BUCKET, KEY = "mail-of-the-shop", "in/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"  # as that event has them


def situations() -> list[Situation]:
    return [
        Situation(INGRESS, "a message arrives", _arrives),
        Situation(INGRESS, "a message arrives twice", _arrives_twice),
        Situation(INGRESS, "a person opts in at the provider", lambda deployed: deployed.ingress(sms_event("START"))),
        Situation(INGRESS, "a mail lies in the bucket", _mail_arrives),
        Situation(INGRESS, "an event cannot be kept", lambda deployed: deployed.ingress(MAIL.read_bytes())),
    ]


def _arrives(deployed: Deployed) -> None:
    deployed.ingress(sms_event("When do you open?"))


def _arrives_twice(deployed: Deployed) -> None:
    _arrives(deployed)
    _arrives(deployed)


def _mail_arrives(deployed: Deployed) -> None:
    deployed.bucket(BUCKET, **{KEY: b"From: zoe@person.example\r\nTo: help@shop.example\r\n\r\nHello"})
    deployed.ingress(MAIL.read_bytes())
