"""STOP, HELP, START: who answers them, and what they change."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.consent import words as commands
from orchestrator.consent.wordings import WORDS
from tests.kit import OURS, THEIRS, Machine, chosen, sms_event, sms_refusal

SELF = chosen(self_managed_opt_outs=True)


def said(machine: Machine, *texts: str) -> list[str]:
    """The replies to messages delivered one after the other."""
    for text in texts:
        machine.deliver(sms_event(text, f"m{machine.store.conversations.counts()['messages']}-{text}"))
        machine.drain()
    return machine.provider.bodies


@pytest.mark.parametrize(
    "text", ["STOP", "stop", " Stop. ", "S.T.O.P", "opt-out", "OPT OUT", "Unsubscribe!", "ＳＴＯＰ", "Baja"]
)
def test_a_message_that_is_an_opt_out_word_opts_out(text: str) -> None:
    assert commands.consent_command(text) == "stop"


@pytest.mark.parametrize(
    "text", ["don't stop", "stop by tomorrow?", "bus stop", "the end", "stopping", "", "?!", "stop 2"]
)
def test_a_sentence_with_an_opt_out_word_is_a_question(text: str) -> None:
    assert commands.consent_command(text) is None


@pytest.mark.parametrize("text", ["Start please", "UNSTOP", "Alta, por favor", "OPT-IN"])
def test_an_opt_in_may_be_polite(text: str) -> None:
    assert commands.consent_command(text) == "start"


@pytest.mark.parametrize("text", ["AIDE", "Hilfe!", "¿Ayuda?", "info", "Aiuto"])
def test_help_is_asked_for_by_one_word(text: str) -> None:
    assert commands.consent_command(text) == "help"


@pytest.mark.parametrize("text", ["Please help", "Can you help me?", "I need some info please"])
def test_a_call_for_help_in_a_sentence_is_a_question(text: str) -> None:
    assert commands.consent_command(text) is None


@pytest.mark.parametrize("text", ["ok cancel", "Yes, remove", "now end", "cancel my order please"])
def test_a_word_that_may_mean_an_order_stands_beside_thanks_only(text: str) -> None:
    assert commands.consent_command(text) is None
    assert commands.consent_command("Cancel, thanks") == "stop"


@given(
    st.text(max_size=600)
    | st.lists(st.sampled_from(["please", "stop", "i", "want", "to", "no", "more", "messages", "and"])).map(" ".join)
)
@settings(max_examples=300)
def test_whatever_is_written_is_judged_at_once(text: str) -> None:
    began = time.process_time()
    commands.consent_command(text)
    assert time.process_time() - began < 0.5


def test_every_word_of_the_table_is_understood_as_its_command() -> None:
    for row in WORDS:
        for word in row.words.split():
            assert commands.consent_command(word.replace("_", " ").upper()) == row.command, word


@pytest.mark.parametrize("text", ["STOP", "stop it please", "End", "help me", "HELP", "Start"])
def test_while_the_provider_manages_opt_outs_its_words_are_its_own(tmp_path: Path, text: str) -> None:
    machine = Machine(tmp_path)
    assert said(machine, text) == []
    assert "outcome" in {record.get("parley") for record in machine.records}


@pytest.mark.parametrize("text", ["stopping by later", "helpful people", "endless", "I need help"])
def test_words_that_merely_begin_alike_are_answered(tmp_path: Path, text: str) -> None:
    assert len(said(Machine(tmp_path), text)) == 1


@pytest.mark.parametrize("text", ["ARRÊT", "please stop texting me", "Baja"])
def test_what_the_provider_does_not_keep_is_kept_here_though_it_manages_opt_outs(tmp_path: Path, text: str) -> None:
    (reply,) = said(Machine(tmp_path), text, "are you there?")
    assert commands.provider_command(text) is None
    assert len(reply) > 0


def test_a_managed_stop_is_recorded_as_consent(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    said(machine, "STOP")
    (consent,) = [record for record in machine.records if record.get("parley") == "consent"]
    assert consent["consent"] == "opted_out"


def test_an_opted_out_number_gets_nothing_until_it_opts_in(tmp_path: Path) -> None:
    machine = Machine(tmp_path, settings=SELF)
    replies = said(machine, "hello", "STOP", "are you there?", "hello??", "START", "hello")
    assert [reply[:7] for reply in replies] == ["You sai", "You are", "You are", "You sai"]
    assert "unsubscribed" in replies[1]
    assert "subscribed again" in replies[2]
    changes = [record["consent"] for record in machine.records if record.get("parley") == "consent"]
    assert changes == ["opted_out", "opted_in"]


def test_help_is_answered_and_changes_nothing(tmp_path: Path) -> None:
    machine = Machine(tmp_path, settings=SELF)
    replies = said(machine, "HELP", "hello")
    assert "automatic assistant" in replies[0]
    assert replies[1] == "You said: hello"
    assert not [record for record in machine.records if record.get("parley") == "consent"]


def test_a_stop_behind_a_question_silences_the_question(tmp_path: Path) -> None:
    machine = Machine(tmp_path, settings=SELF)
    machine.deliver(sms_event("When do you open?", "m1"))
    machine.deliver(sms_event("STOP", "m2"))
    machine.drain()
    (reply,) = machine.provider.bodies
    assert "unsubscribed" in reply


def test_what_follows_a_start_is_answered_in_the_next_turn(tmp_path: Path) -> None:
    machine = Machine(tmp_path, settings=SELF)
    said(machine, "STOP")
    machine.deliver(sms_event("START", "m8"))
    machine.deliver(sms_event("When do you open?", "m9"))
    machine.drain()
    assert machine.provider.bodies[-1] == "You said: When do you open?"


def test_restart_is_not_start(tmp_path: Path) -> None:
    machine = Machine(tmp_path, settings=SELF)
    assert said(machine, "restart")[0].startswith("All right")


def test_a_stop_over_the_budget_is_obeyed_and_gets_no_budget_notice(tmp_path: Path) -> None:
    machine = Machine(tmp_path, settings=chosen(self_managed_opt_outs=True, turns_per_hour=1))
    replies = said(machine, "hello", "STOP", "START", "hello again")
    assert "unsubscribed" in replies[1]
    assert "subscribed again" in replies[2]
    assert [turn.answer.source for turn in machine.turns() if turn.answer] == ["stub", "consent", "consent", "budget"]
    changes = [record["consent"] for record in machine.records if record.get("parley") == "consent"]
    assert changes == ["opted_out", "opted_in"]


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("DESTINATION_PHONE_NUMBER_OPTED_OUT", "The number is not to be written to."),
        ("", 'Conflict Occurred - Reason= DESTINATION_PHONE_NUMBER_OPTED_OUT ResourceType="phone"'),
    ],
    ids=["in the member Reason alone", "in the message alone"],
)
def test_a_refusal_by_opt_out_is_consent_wherever_the_provider_says_so(
    tmp_path: Path, reason: str, message: str
) -> None:
    machine = Machine(tmp_path)
    machine.provider.failures = [sms_refusal("ConflictException", reason, message=message)]
    assert said(machine, "hello", "are you there?") == []
    (consent,) = [record for record in machine.records if record.get("parley") == "consent"]
    assert consent["consent"] == "opted_out"


def test_after_a_refusal_a_start_to_the_provider_ends_the_silence(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.provider.failures = [sms_refusal("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT")]
    assert said(machine, "hello", "are you there?") == []
    replies = said(machine, "START", "hello again")
    assert replies == ["You said: hello again"]


def test_a_stop_that_no_worker_could_finish_still_opts_out(tmp_path: Path) -> None:
    machine = Machine(tmp_path, settings=SELF)
    machine.deliver(sms_event("STOP", "m1"))
    snapshot = machine.store.conversations.load(machine.hub._keys.contact_of_addresses("sms", OURS, THEIRS))
    machine.hub._open(snapshot)  # and the worker is never heard of again
    machine.store.database.connection().execute("DELETE FROM wakeups")
    machine.clock.advance(hours=2)
    machine.hub.sweep()
    (reply,) = machine.provider.bodies
    assert "unsubscribed" in reply
    assert said(machine, "hello") == [reply]
