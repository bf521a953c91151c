"""How many AWS calls a turn costs, per handler and operation: the README's table."""

from pathlib import Path

import msgspec
import pytest

from tests.aws_calls import KEPT, counted


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "email"])
def test_a_turn_costs_at_most_four_calls_besides_asking_and_sending(tmp_path: Path, aws: None, channel: str) -> None:
    calls = counted(tmp_path, channel)
    assert sum(calls["converse"].values()) <= 4
    assert calls == msgspec.json.decode(KEPT.read_bytes())[channel], "run `python -m tests.aws_calls`"
