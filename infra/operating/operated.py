"""A deployment that one operates: the embedded one (embedded.py), or a stage on AWS (on_stage.py).

Commands and pages know only this port. Which of the two it is, infra/cli/options.py decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from orchestrator.errors import ConfigurationError

if TYPE_CHECKING:  # a port needs nothing of what it speaks of
    from collections.abc import Sequence
    from datetime import datetime

    import msgspec

    from infra.operating.erasure.report import Report
    from infra.operating.redriving import DeadLetters, Queue
    from infra.operating.replay.originals import Original
    from infra.operating.replay.replaying import Target
    from orchestrator.model import Conversation, Held
    from orchestrator.stores.ports import Store
    from queries.asking import Engine
    from transformer.lake.place import Place
    from transformer.overrides import Overrides


class NotHereError(ConfigurationError):
    """This deployment cannot do that; the message says what leads to the same end."""


class AskedOf(NamedTuple):
    """Which engine answers, and what Athena needs to be told; "" for the deployment's own."""

    engine: Literal["duckdb", "athena", ""] = ""
    workgroup: str = ""
    database: str = ""
    reuse_minutes: int = 0  # how old an answer may be that Athena gives again, free of charge


ITS_OWN = AskedOf()


class Operated(Protocol):
    """Nothing is opened before it is asked for. Every method raises `ConfigurationError` where that cannot be."""

    @property
    def store(self) -> Store:
        """What was said, and what is held back."""
        ...

    def latest(self, limit: int) -> Sequence[Conversation]:
        """The latest conversations, the last one answered first. Raises `NotHereError`."""
        ...

    def release(self, held: Held) -> msgspec.Struct:
        """Let a held message through as if it had just come; what became of it."""
        ...

    def engine(self, asked_of: AskedOf = ...) -> Engine:
        """What asks the lake. Raises `NotHereError` for an engine that cannot, `QueryError` for one out of reach."""
        ...

    def lake(self) -> Place:
        """The lake's files, to be compacted once this deployment is closed: what waits goes in first."""
        ...

    def templates(self) -> Overrides:
        """Templates of the operator's own."""
        ...

    def rejected(self, since: datetime) -> Sequence[Original]:
        """What could not become a row since then, oldest first."""
        ...

    def target(self) -> Target:
        """Where originals are put back."""
        ...

    def dead_letters(self, queue: Queue) -> DeadLetters:
        """Work that failed for good, to be put back. Raises `NotHereError` where there is no such queue."""
        ...

    def forget(self, address: str, *, dry_run: bool = False) -> Report:
        """Remove everything of the person at `address`; `dry_run` counts it only. May be repeated at will."""
        ...
