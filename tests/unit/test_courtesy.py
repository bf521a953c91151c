"""Messages that ask nothing: they get a word of courtesy, and nobody who asks something gets one in its place."""

from pathlib import Path

import pytest

from orchestrator.language.courtesy import Courtesy, courtesy_of
from orchestrator.model import Pass
from orchestrator.texts import Texts
from tests.kit import Machine, StubAnswerer, sms_event

SAID: dict[Courtesy, list[str]] = {
    "hello": ["hi", "Hello!", "hey there", "Good morning", "hola", "¡Buenos días!", "buenas tardes", "hola, qué tal?"],
    "thanks": [
        "thanks",
        "Thank you so much!",
        "ok thanks",
        "great, thx",
        "gracias",
        "Muchas gracias por todo",
        "vale",
        "ok",
    ],
    "goodbye": ["bye", "Thanks, bye!", "see you", "adiós", "Hasta luego, gracias", "good night"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_a_greeting_thanks_and_a_farewell_are_told_apart(kind: Courtesy, text: str) -> None:
    assert courtesy_of(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        *("", "?", "👍", "help", "and all that", "2", "hi 5"),
        *("hi, are you open today?", "thanks but where is my parcel", "hola, hacen envíos?", "ok 2", "good question"),
        "thanks " * 40,
    ],
)
def test_whatever_says_more_is_no_courtesy(text: str) -> None:
    assert courtesy_of(text) is None


@pytest.mark.parametrize(("text", "name", "language"), [("thanks!", "thanks", "en"), ("hola", "hello", "es")])
def test_where_everybody_passes_courtesy_is_returned(tmp_path: Path, text: str, name: Courtesy, language: str) -> None:
    machine = Machine(tmp_path, answerers=[StubAnswerer(lambda _: Pass("nothing asked"))])
    machine.deliver(sms_event(text))
    machine.drain()
    turn = machine.store.conversations.turn_of("sms", "m1")
    assert turn
    assert turn.answer
    assert (turn.answer.source, turn.answer.language) == ("courtesy", language)
    assert machine.provider.bodies == [Texts().get(name, turn.answer.language)]


def test_an_answerer_that_has_something_to_say_to_a_greeting_says_it(tmp_path: Path) -> None:
    machine = Machine(tmp_path, answerers=[StubAnswerer()])
    machine.deliver(sms_event("hello"))
    machine.drain()
    assert machine.provider.bodies == ["You said: hello"]


def test_what_the_person_may_have_meant_is_offered_in_place_of_the_hand_off(tmp_path: Path) -> None:
    machine = Machine(tmp_path, answerers=[StubAnswerer(lambda _: Pass("unsure", offers=("Care", "Shipping")))])
    machine.deliver(sms_event("how do I wash it"))
    machine.drain()
    (body,) = machine.provider.bodies
    assert body == 'I am not sure what you mean. Did you mean "Care" or "Shipping"? If not, please ask in other words.'
    turn = machine.store.conversations.turn_of("sms", "m1")
    assert turn
    assert turn.answer
    assert turn.answer.source == "handoff", "it is not answered, and listed so"
