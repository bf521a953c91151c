"""What was recorded in every situation, and what of it is committed."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from tests.infra.permissions.deployed import deployed
from tests.infra.permissions.recording import Call, Recorder
from tests.infra.permissions.rights import Right, Row, Table
from tests.infra.permissions.situations import Situation, every_situation

KEPT = Path(__file__).with_name("calls.json")

Shown = dict[str, dict[str, dict[str, list[str]]]]  # function → situation → operation → rights


class Recorded(NamedTuple):
    """The calls of one situation, each with what it needs by which row."""

    situation: Situation
    calls: list[tuple[Call, list[tuple[Row, Right]]]]

    def rights(self) -> set[Right]:
        return {right for _, needed in self.calls for _, right in needed}


def record() -> list[Recorded]:
    """Play every situation. Raises `MissingRowError` for a call that actions.toml does not know."""
    table = Table.read()
    return [_record(situation, table) for situation in every_situation()]


def _record(situation: Situation, table: Table) -> Recorded:
    recorder = Recorder(situation.fakes)
    with deployed(situation.function, recorder) as machine:
        situation.play(machine)
        return Recorded(situation, [(call, table.needed(call, machine.known)) for call in recorder.calls])


def shown(recorded: list[Recorded]) -> Shown:
    """For a person to read, in the order in which it happened."""
    found: Shown = {}
    for situation, calls in recorded:
        operations: dict[str, list[str]] = {}
        for call, needed in calls:
            rights = operations.setdefault(call.operation, [])
            rights += [text for text in dict.fromkeys(str(right) for _, right in needed) if text not in rights]
        found.setdefault(situation.function, {})[situation.name] = operations
    return found


def kept() -> Shown:
    """What is committed."""
    return msgspec.json.decode(KEPT.read_bytes(), type=Shown)


def keep(found: Mapping[str, object]) -> None:
    """Commit to this."""
    KEPT.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
