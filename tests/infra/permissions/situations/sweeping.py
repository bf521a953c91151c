"""Sweep: what nobody finished."""

from tests.fakes.models import FakeModels
from tests.infra.permissions.deployed import SWEEP, Deployed
from tests.infra.permissions.situations.answering import MODEL, MODELS, THROTTLED
from tests.infra.permissions.situations.situation import Situation, person_writes, providers

SECOND_LOAD = 4  # of the sweeper's calls: after the secret, what is due, and the first load


def situations() -> list[Situation]:
    return [
        Situation(SWEEP, "a message was forgotten", _forgotten),
        _given_up("a turn by SMS is given up", "sms"),
        _given_up("a turn by WhatsApp is given up", "whatsapp"),
        _given_up("a turn by mail is given up", "email"),
        Situation(SWEEP, "another worker ends the turn first", _overtaken, providers()),
    ]


def _forgotten(deployed: Deployed) -> None:
    person_writes(deployed, "sms")
    deployed.sweep(minutes=2)


def _given_up(name: str, channel: str) -> Situation:
    def play(deployed: Deployed) -> None:
        _unfinished(deployed, channel)
        deployed.sweep(minutes=61)

    return Situation(SWEEP, name, play, providers())


def _unfinished(deployed: Deployed, channel: str) -> None:
    """A turn is open, and its worker, whose model was away, does not come back to it."""
    deployed.fakes[MODELS] = FakeModels(THROTTLED)
    deployed.set(answerers="language_model", model_id=MODEL)
    person_writes(deployed, channel)
    deployed.converse()


def _overtaken(deployed: Deployed) -> None:
    """Between the sweeper's look at a turn and its giving up, a worker ends it, and the person has written again."""
    _unfinished(deployed, "whatsapp")

    def act() -> None:
        deployed.converse()
        person_writes(deployed, "whatsapp", "Hello?", 2)

    deployed.during(SECOND_LOAD, act)
    deployed.sweep(minutes=61)
