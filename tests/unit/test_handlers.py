"""What the Lambda entry points report to the queue, and what they count."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestrator import bootstrap, handlers
from orchestrator.errors import ConfigurationError, NotYetError, ThrottledError, UpstreamError
from orchestrator.model import Answer, Question
from tests.deployed import DeployedMachine
from tests.emitted import Emitted, emitted
from tests.kit import OURS, StubAnswerer, chosen, sms_event, sms_refusal


def record(body: bytes, message_id: str = "q1", receives: int = 1) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": str(receives)}
    return {"messageId": message_id, "receiptHandle": message_id, "body": body.decode(), "attributes": attributes}


def ingress(machine: DeployedMachine, *records: dict[str, Any]) -> list[str]:
    """The messages reported as failed."""
    with machine.serving():
        outcome = handlers.ingress({"Records": list(records)}, None)
    return [failure["itemIdentifier"] for failure in outcome["batchItemFailures"]]


def test_a_bad_event_does_not_fail_its_batch_and_is_kept(tmp_path: Path, aws: None) -> None:
    machine = DeployedMachine(tmp_path)
    assert ingress(machine, record(b"no json", "q1"), record(sms_event("hello"), "q2")) == []
    assert machine.counts()["messages"] == 1
    assert "rejected" in {kept.get("parley") for kept in machine.records}


def test_only_what_could_not_be_kept_is_reported_as_failed(
    tmp_path: Path, aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = DeployedMachine(tmp_path)
    commit = machine.store.conversations.commit

    def fail_for_the_second(key: str, contact_key: str, message: Any, records: Any) -> Any:
        if message.message_id == "m2":
            raise UpstreamError("throttled")
        return commit(key, contact_key, message, records)

    monkeypatch.setattr(machine.store.conversations, "commit", fail_for_the_second)
    events = [record(sms_event("x", f"m{number}"), f"q{number}") for number in (1, 2, 3)]
    assert ingress(machine, *events) == ["q2"]
    assert machine.counts()["messages"] == 2


def test_a_failed_wake_up_shows_again_within_a_minute(tmp_path: Path, aws: None) -> None:
    def fail(_: Question) -> Answer:
        raise UpstreamError("throttled")

    stub = StubAnswerer(fail)
    machine = DeployedMachine(tmp_path, answerers=[stub], settings=chosen(claim_s=600))
    machine.deliver(sms_event("hello"))
    machine.drain()
    assert not machine.work_one()
    machine.clock.advance(seconds=61)
    assert machine.work_one()
    assert len(stub.asked) == 2


def test_the_last_receive_ends_in_an_apology(tmp_path: Path, aws: None) -> None:
    def fail(_: Question) -> Answer:
        raise UpstreamError("throttled")

    machine = DeployedMachine(tmp_path, answerers=[StubAnswerer(fail)], settings=chosen(max_receives=2))
    machine.deliver(sms_event("hello"))
    machine.drain_patiently()
    (reply,) = machine.line.replies
    assert reply.text.startswith("Sorry")


def test_metrics_tell_what_happened_and_no_log_line_carries_words_or_numbers(
    tmp_path: Path, aws: None, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = DeployedMachine(tmp_path)
    machine.deliver(sms_event("My secret is hunter2"))
    machine.drain()
    printed = capsys.readouterr().out
    assert "hunter2" not in printed
    assert OURS.strip("+") not in printed
    assert "4255550101" not in printed
    metrics = [json.loads(line) for line in printed.splitlines() if '"_aws"' in line]
    counted = {name: value for line in metrics for name, value in line.items() if isinstance(value, list)}
    assert counted["Turn"] == counted["Answered_stub"] == counted["WakeUps"] == [1.0]


def told(printed: str, name: str, **dimensions: str) -> list[float]:
    """The values of a metric with these dimensions beside the service's."""
    wanted = tuple(sorted({"service": "parley", "stage": "local", **dimensions}.items()))
    return [each.value for each in emitted(printed) if each == Emitted("Parley", name, wanted, each.value)]


def test_every_metric_carries_the_stage(tmp_path: Path, aws: None, capsys: pytest.CaptureFixture[str]) -> None:
    machine = DeployedMachine(tmp_path, settings=chosen(stage="one"))
    other = DeployedMachine(tmp_path, settings=chosen(stage="two"))
    for each in (machine, other):
        each.deliver(sms_event("hello"))
        each.drain()
        with each.serving():
            handlers.sweep({}, None)
    stages = [dict(each.dimensions)["stage"] for each in emitted(capsys.readouterr().out)]
    assert stages.count("one") == stages.count("two") == len(stages) / 2 > 10


def test_a_refused_send_is_counted_by_channel_and_by_reason(
    tmp_path: Path, aws: None, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = DeployedMachine(tmp_path)
    machine.line.failures = [sms_refusal("ValidationException", "NOT_A_NUMBER")]
    for number in (1, 2):
        machine.deliver(sms_event("hello", f"m{number}"))
        machine.drain()
    printed = capsys.readouterr().out
    assert told(printed, "PartsFailed", channel="sms") == [1, 0]
    assert told(printed, "PartsFailed", channel="sms", reason="refused") == [1]


def test_who_opted_out_at_the_provider_is_no_failure_of_the_channel(
    tmp_path: Path, aws: None, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = DeployedMachine(tmp_path)
    machine.line.failures = [sms_refusal("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT")]
    machine.deliver(sms_event("hello"))
    machine.drain()
    printed = capsys.readouterr().out
    assert told(printed, "PartsFailed", channel="sms") == [0]
    assert told(printed, "PartsFailed", channel="sms", reason="opted_out") == [1]


def test_apologies_and_hand_offs_are_told_for_every_turn(
    tmp_path: Path, aws: None, capsys: pytest.CaptureFixture[str]
) -> None:
    def deny(_: Question) -> Answer:
        raise ConfigurationError("AccessDeniedException")

    for answerers in ([StubAnswerer(deny)], [StubAnswerer()], []):
        machine = DeployedMachine(tmp_path, answerers=answerers)
        machine.deliver(sms_event("When do you open?"))
        machine.drain()
    printed = capsys.readouterr().out
    assert told(printed, "Apologies") == [1, 0, 0]
    assert told(printed, "HandOffs") == [0, 0, 1]


def test_only_what_has_failed_is_counted_as_failed(
    tmp_path: Path, aws: None, capsys: pytest.CaptureFixture[str]
) -> None:
    errors = [ThrottledError("too much"), NotYetError("a moment", 1), None]

    def answer(question: Question) -> Answer:
        if error := errors.pop(0):
            raise error
        return Answer("yes", source="stub")

    machine = DeployedMachine(tmp_path, answerers=[StubAnswerer(answer)])
    machine.deliver(sms_event("hello"))
    machine.drain_patiently()
    printed = capsys.readouterr().out
    assert told(printed, "Failed") == [0, 1, 0, 0]  # received; then throttled, too early, and answered
    assert told(printed, "Throttled") == [1]


def test_every_minute_says_of_every_channel_whether_anything_came(
    tmp_path: Path, aws: None, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = DeployedMachine(tmp_path)
    machine.deliver(sms_event("hello"))
    with machine.serving():
        handlers.sweep({}, None)
    assert told(capsys.readouterr().out, "MessagesIn", channel="sms") == [1, 0]


def test_a_turn_that_the_sweep_ends_is_counted_like_any_other(
    tmp_path: Path, aws: None, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = DeployedMachine(tmp_path, answerers=[StubAnswerer(lambda _: 1 / 0)])  # type: ignore[arg-type,return-value]
    machine.deliver(sms_event("hello"))
    machine.drain()
    machine.clock.advance(hours=2)
    with machine.serving():
        handlers.sweep({}, None)
    assert told(capsys.readouterr().out, "Apologies") == [1]


def test_importing_the_handlers_reads_no_environment_and_opens_nothing() -> None:
    code = "import socket; socket.socket.connect = None; import orchestrator.handlers; print('quiet')"
    found = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "quiet"


def test_a_deployment_names_every_setting_that_is_missing() -> None:
    with pytest.raises(ConfigurationError) as raised:
        bootstrap.deployed(chosen(answerers=()), bootstrap.clients())
    for name in ("PARLEY_TABLE_NAME", "PARLEY_WAKE_UPS_URL", "PARLEY_CONVERSATION_KEY_SECRET"):
        assert name in str(raised.value)
