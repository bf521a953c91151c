"""How many AWS calls a turn costs, per handler and operation: the README's table."""

from pathlib import Path

import msgspec
import pytest

from infra.local.providers.email import inbound_event
from tests.aws_calls import KEPT, counted
from tests.kit import notification
from tests.unit.email_kit import NOON, OURS, written


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "email"])
def test_a_turn_costs_at_most_four_calls_besides_asking_and_sending(tmp_path: Path, aws: None, channel: str) -> None:
    calls = counted(tmp_path, channel)
    assert sum(calls["converse"].values()) <= 4
    assert calls == msgspec.json.decode(KEPT.read_bytes())[channel], "run `python -m tests.aws_calls`"


@pytest.mark.parametrize("headers", [(), ("Reply-To: bob@other.example",)])
def test_a_sender_whom_nobody_vouches_for_costs_no_call_more(
    tmp_path: Path, aws: None, headers: tuple[str, ...]
) -> None:
    event = notification(inbound_event(written("When do you open?", *headers), NOON, OURS))
    assert counted(tmp_path, "email", event) == msgspec.json.decode(KEPT.read_bytes())["email"]
