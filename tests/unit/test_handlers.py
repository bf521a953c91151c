"""What the Lambda entry points report to the queue, and what they count."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestrator import bootstrap, handlers
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.model import Answer, Question
from tests.deployed import DeployedMachine
from tests.kit import OURS, StubAnswerer, chosen, sms_event


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


def test_importing_the_handlers_reads_no_environment_and_opens_nothing() -> None:
    code = "import socket; socket.socket.connect = None; import orchestrator.handlers; print('quiet')"
    found = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "quiet"


def test_a_deployment_names_every_setting_that_is_missing() -> None:
    with pytest.raises(ConfigurationError) as raised:
        bootstrap.deployed(chosen(answerers=()), bootstrap.clients())
    for name in ("PARLEY_TABLE_NAME", "PARLEY_WAKE_UPS_URL", "PARLEY_CONVERSATION_KEY_SECRET"):
        assert name in str(raised.value)
