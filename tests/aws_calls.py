"""Counts the AWS calls of one turn, per handler: `python -m tests.aws_calls` writes them for the README's table."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from tests.deployed import DeployedMachine, aws_for
from tests.lines import LINES

KEPT = Path(__file__).with_suffix(".json")


def counted(path: Path, channel: str, event: bytes = b"") -> dict[str, dict[str, int]]:
    """Calls of one message that becomes one turn, besides asking and sending, by handler and operation.

    `event` is the message, where it is to be another than a person's who is proven.
    """
    machine = DeployedMachine(path, line=LINES[channel]())
    calls: dict[str, Counter[str]] = {"ingress": Counter(), "converse": Counter()}
    handler = "ingress"

    def count(service: str, client: Any) -> None:
        def seen(model: Any, **_: Any) -> None:
            calls[handler][f"{service} {model.name}"] += 1

        client.unwrapped.meta.events.register("before-call", seen)

    count("DynamoDB", machine.dynamodb)
    event = event or machine.line.event("When do you open?", "m1", machine.line.person(1), machine.clock.now)
    count("SQS", machine.sqs)
    machine.deliver(event)
    (key,) = machine.store.conversations.due(machine.clock.now.replace(year=2100), 1)
    calls["converse"].clear()
    handler = "converse"
    calls["ingress"] -= Counter({"DynamoDB Query": 1})  # the look-up of the key above
    machine.hub.converse(key)
    assert len(machine.line.replies) == 1
    return {name: dict(sorted(counter.items())) for name, counter in calls.items()}


def main() -> None:
    """Count for every channel, and keep."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch, aws_for(patch):
        found = {channel: counted(Path(folder), channel) for channel in sorted(LINES)}
    KEPT.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


if __name__ == "__main__":
    main()
