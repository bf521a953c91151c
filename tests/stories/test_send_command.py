"""`parley send`: a plan from the command line, on simulated providers whose fates are chosen."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from infra.cli.main import parley

TO = ("--to", "sms:+12065550142", "--to", "email:ana@customer.example")


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(parley, ["--data", str(data), *words])


def told(data: Path, *words: str) -> Any:
    result = run(data, *words, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def request(folder: Path, **plan: object) -> str:
    """A file of a request with a plan of short waits."""
    file = folder / "request.json"
    content = {"to": list(TO[1::2]), "content": {"text": "Your lamp is ready."}, "plan": plan}
    file.write_bytes(msgspec.json.encode(content))
    return str(file)


def test_a_failure_sends_the_second_step_at_once(tmp_path: Path) -> None:
    fate = "sms=failed:TEXT_BLOCKED@100ms,email=delivered@100ms"
    send = told(tmp_path, "send", *TO, "--text", "Ready.", "--plan", "reminder", "--fate", fate, "--wait")
    assert send["status"] == "delivered"
    assert [(step["channel"], step["status"]) for step in send["steps"]] == [("sms", "failed"), ("email", "delivered")]
    assert send["steps"][0]["reason"].startswith("BLOCKED")
    shown = told(tmp_path, "sends", "show", send["send_id"])
    assert shown == send
    (listed,) = told(tmp_path, "sends", "list", "--to", "email:ana@customer.example")
    assert listed == send


@pytest.mark.slow
def test_silence_sends_the_second_step_after_the_wait(tmp_path: Path) -> None:
    steps = [{"to": "sms", "wait": 5}, {"to": "email", "wait": 5}]
    file = request(tmp_path, steps=steps)
    send = told(tmp_path, "send", "--content", file, "--fate", "sms=silent,email=delivered@100ms", "--wait")
    first, second = (step["at"] for step in send["steps"])
    assert [step["status"] for step in send["steps"]] == ["accepted", "delivered"]
    assert 5 <= (_moment(second) - _moment(first)).total_seconds() < 8


@pytest.mark.slow
def test_a_late_delivery_of_the_first_keeps_the_third_back(tmp_path: Path) -> None:
    steps = [{"to": "sms", "wait": 5}, {"to": "email", "wait": 5}, {"to": "sms", "again": True}]
    file = request(tmp_path, steps=steps)
    send = told(tmp_path, "send", "--content", file, "--fate", "sms=delivered@6s,email=silent", "--wait")
    assert [step["status"] for step in send["steps"]] == ["delivered", "accepted", "skipped"]


def test_a_dry_run_says_what_would_leave_and_keeps_nothing(tmp_path: Path) -> None:
    send = told(tmp_path, "send", *TO, "--text", "Your lamp’s ready 💡 " + "x" * 70, "--dry-run")
    sms, mail = send["steps"]
    assert (sms["encoding"], sms["parts"], sms["sender"]) == ("UNICODE", 2, "+12065550100")
    assert mail["sender"] == "help@parley.example"
    assert told(tmp_path, "sends", "list", "--to", "sms:+12065550142") == []


def test_what_everything_refuses_ends_with_exit_status_1(tmp_path: Path) -> None:
    result = run(tmp_path, "send", *TO, "--text", "x", "--fate", "sms=refused:BLOCKED,email=refused:X", "--wait")
    assert result.exit_code == 1
    assert "failed" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say to whom and what"),
        (("--to", "+12065550142", "--text", "x"), "not a channel and an address"),
        (("--to", "sms:+12065550142", "--text", "Hello {{name}}"), "variables has no name"),
        (("--to", "sms:+12065550142", "--text", "x", "--fate", "sms=lost"), "is no fate"),
        (("--to", "sms:+12065550142", "--text", "x", "--plan", "hurry"), "there is alert, code, reminder"),
        (("--to", "sms:+12065550142", "--text", "x", "--var", "name"), "is not NAME=VALUE"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    result = run(tmp_path, "send", *words)
    assert result.exit_code != 0
    assert said in result.output + str(result.exception)


def _moment(text: str) -> Any:
    from datetime import datetime  # noqa: PLC0415

    return datetime.fromisoformat(text)
