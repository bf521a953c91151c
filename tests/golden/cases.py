"""The golden cases: read, run, and written anew."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from transformer.pipeline import transform

FOLDER = Path(__file__).parent
ARRIVAL = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
ACCOUNT = "111122223333"


@dataclass(frozen=True)
class Case:
    name: str

    @property
    def folder(self) -> Path:
        return FOLDER / self.name

    @property
    def record(self) -> bytes:
        return next(self.folder.glob("input.*")).read_bytes()

    @property
    def expected(self) -> list[dict[str, Any]]:
        return list(orjson.loads((self.folder / "expected.json").read_bytes()))

    @property
    def about(self) -> dict[str, str]:
        return dict(orjson.loads((self.folder / "case.json").read_bytes()))

    def actual(self) -> list[dict[str, Any]]:
        results = transform(self.record, ARRIVAL, account_id=ACCOUNT)
        return [
            {
                "table": result.table,
                **{name: value for name, value in result.values.items() if name != "template_version"},
            }
            for result in results
        ]


def all_cases() -> list[Case]:
    return [Case(folder.name) for folder in sorted(FOLDER.iterdir()) if (folder / "case.json").exists()]
