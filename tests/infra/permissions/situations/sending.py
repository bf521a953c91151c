"""Converse: answers go out. Nobody is asked, so the person is handed over."""

from tests.infra.permissions.deployed import CONVERSE, Deployed
from tests.infra.permissions.situations.situation import Situation, person_writes, providers


def situations() -> list[Situation]:
    return [
        _answer("an answer goes out by SMS", "sms"),
        _answer("an answer goes out by WhatsApp", "whatsapp"),
        _answer("an answer goes out by mail", "email"),
        Situation(CONVERSE, "a provider is away", _away, providers()),
    ]


def _answer(name: str, channel: str) -> Situation:
    def play(deployed: Deployed) -> None:
        person_writes(deployed, channel)
        deployed.converse()

    return Situation(CONVERSE, name, play, providers())


def _away(deployed: Deployed) -> None:
    sms = deployed.fakes["pinpoint-sms-voice-v2"]
    sms.failures.append(sms.throttled())
    person_writes(deployed, "sms")
    deployed.converse()
