"""What is a STOP and what is a question: sixty messages in eight languages, thirty of each kind."""

import tomllib
from pathlib import Path

import pytest

from orchestrator.consent.words import consent_command

MESSAGES = tomllib.loads(Path(__file__).with_name("consent_messages.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", MESSAGES["stop"])
def test_a_message_that_means_nothing_else_opts_out(text: str) -> None:
    assert consent_command(text) == "stop"


@pytest.mark.parametrize("text", MESSAGES["question"])
def test_a_message_that_merely_has_the_word_is_a_question(text: str) -> None:
    assert consent_command(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "No thanks, stop",
        "Not interested. STOP",
        "Reply STOP to opt out",
        "STOP to end",
        "Quit texting me!",
        "Cease and desist.",
        "Please remove my email address from your mailing list",
        "please take my email off your list",
        "remove my email",
        "stop marketing",
        "Stop promotional messages",
        "stop msg",
        "no marketing",
        "Do not text",
        "STOP PUB",
        "Newsletter abbestellen",
    ],
)
def test_these_opt_out_too(text: str) -> None:
    assert consent_command(text) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "No",
        "not interested",
        "No thanks",
        "Please cancel my subscription to the magazine",
        "cancel my subscription",
        "Delete my email address",
        "Do not text my wife, text me",
        "How do I unsubscribe?",
        "Do you do marketing?",
        "Which bus stop is near the marketing office?",
        "wrong number",
    ],
)
def test_these_do_not(text: str) -> None:
    assert consent_command(text) is None


def test_there_are_thirty_of_each_kind() -> None:
    assert {kind: len(set(messages)) for kind, messages in MESSAGES.items()} == {"stop": 30, "question": 30}
