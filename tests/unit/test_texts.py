"""The hub's own words: they fit one SMS, and the operator may replace them."""

from typing import get_args

import pytest

from orchestrator.channels.sms.gsm7 import encoding, septets
from orchestrator.errors import ConfigurationError
from orchestrator.model import Language
from orchestrator.texts import TextName, Texts

LANGUAGES: tuple[Language, ...] = get_args(Language)
NAMES: tuple[TextName, ...] = get_args(TextName)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_fixed_text_fits_one_sms(name: TextName, language: Language) -> None:
    text = Texts().get(name, language)
    assert encoding(text) == "GSM", text
    assert 0 < septets(text) <= 160


@pytest.mark.parametrize("name", NAMES)
def test_a_fixed_text_says_something_else_in_each_language(name: TextName) -> None:
    assert Texts().get(name, "en") != Texts().get(name, "es")


def test_an_override_replaces_one_text_and_leaves_the_others() -> None:
    texts = Texts.with_overrides('{"es": {"apology": "Perdón."}}')
    assert texts.get("apology", "es") == "Perdón."
    assert texts.get("apology", "en") == Texts().get("apology", "en")
    assert texts.get("greeting", "es") == Texts().get("greeting", "es")


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ('{"fr": {"apology": "Désolé."}}', "'fr'"),
        ('{"en": {"apologie": "Sorry."}}', "'apologie'"),
        ('{"en": {"apology": " "}}', "'apology' (en) is empty"),
        ('{"en": {"offer": "Pardon?"}}', "'offer' (en) has no {offers}"),
        ('{"en": {"apology": 1}}', "$[...][...]"),
        ('{"en": "Sorry."}', "$[...]"),
        ("Sorry.", "not JSON"),
    ],
)
def test_an_override_that_cannot_be_used_is_named(document: str, named: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        Texts.with_overrides(document)
    assert named in str(raised.value)


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as raised:
        Texts.with_overrides('{"fr": {}, "en": {"apologie": "Sorry.", "stop": ""}}')
    assert all(word in str(raised.value) for word in ("'fr'", "'apologie'", "'stop'"))
