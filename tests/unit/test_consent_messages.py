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


def test_there_are_thirty_of_each_kind() -> None:
    assert {kind: len(set(messages)) for kind, messages in MESSAGES.items()} == {"stop": 30, "question": 30}
