"""A mail that fails its verdicts is held, shown to an operator, and answered when released."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.deployment import Deployment
from infra.local.providers import email as outbox_email
from orchestrator.settings import Settings
from tests.kit import NOON, notification
from tests.stories.test_ingest import ingest, rows, run

pytestmark = pytest.mark.slow

MAIL = (
    b"From: Zoe <zoe@person.example>\r\nTo: help@parley.example\r\nSubject: Hello\r\n"
    b"Message-ID: <m1@person.example>\r\n\r\nWhen do you open?\r\n"
)


def announced(**receipt: Any) -> bytes:
    event = outbox_email.inbound_event(MAIL, NOON)
    event["receipt"].update(receipt)
    return notification(event)


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        ({"virusVerdict": {"status": "FAIL"}}, "virus"),
        ({"spamVerdict": {"status": "FAIL"}}, "spam"),
        ({"dmarcVerdict": {"status": "FAIL"}, "dmarcPolicy": "reject"}, "DMARC"),
    ],
)
def test_a_mail_that_fails_is_held_and_answered_only_when_released(
    tmp_path: Path, verdict: dict[str, Any], reason: str
) -> None:
    (line,) = ingest(tmp_path, input_=announced(**verdict))
    assert line["outcome"] == "quarantined"
    assert reason in line["reason"]
    assert line["replies"] == []
    (held,) = json.loads(run(tmp_path, "quarantine", "list", "--format", "json").stdout)
    assert held["from"] == "zoe@person.example"
    released = json.loads(run(tmp_path, "quarantine", "release", held["message"]).stdout)
    assert released["outcome"] == "turn"
    assert len(released["replies"]) == 1
    assert json.loads(run(tmp_path, "quarantine", "list", "--format", "json").stdout or "[]") == []
    statuses = rows(tmp_path, "SELECT status FROM events WHERE direction = 'inbound' ORDER BY status")
    assert {"quarantined", "received"} <= {row["status"] for row in statuses}


@pytest.mark.parametrize(
    ("label", "status"), [("+bounce", "failed"), ("+complaint", "complained"), ("+open", "read"), ("", "delivered")]
)
def test_bounces_complaints_and_opens_can_be_simulated_by_who_writes(tmp_path: Path, label: str, status: str) -> None:
    mail = MAIL.replace(b"zoe@", f"zoe{label}@".encode())
    ingest(tmp_path, input_=notification(outbox_email.inbound_event(mail, NOON)))
    (row,) = rows(tmp_path, "SELECT delivery_status FROM delivery_by_turn")
    assert row["delivery_status"] == status


def test_what_is_not_held_cannot_be_released(tmp_path: Path) -> None:
    Deployment(tmp_path, Settings()).close()
    result = run(tmp_path, "quarantine", "release", "nothing")
    assert result.exit_code == 1
    assert "quarantine list" in result.stderr
