"""The embedded deployment, operated: a data folder on this machine."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import cached_property
from pathlib import Path

from infra.local.deployment import Deployment, alone
from infra.local.ingest import Ingest, Ingested
from infra.operating.athena import athena
from infra.operating.erasure import erasing
from infra.operating.erasure.report import Report
from infra.operating.operated import ITS_OWN, AskedOf
from infra.operating.replay.originals import Original, of_lake
from infra.operating.replay.targets import EmbeddedTarget
from orchestrator.errors import ConfigurationError
from orchestrator.model import Conversation, Held
from orchestrator.stores.sqlite.store import SqliteStore
from queries.asking import Engine
from queries.compatibility.views import ViewFolder
from transformer.lake.folder import Folder
from transformer.overrides import Overrides
from transformer.template_stores import FolderStore


class Embedded:
    """Fills `Operated`. Calls `open_` when it is first asked for what only an open deployment has.

    Who gives `open_` closes what that has opened, and after it this. `mail` is where received mails lie, if elsewhere
    than in the data folder.
    """

    def __init__(self, data: Path, open_: Callable[[], Deployment], mail: Path | None = None) -> None:
        self._data = data
        self._open = open_
        self._mail = mail or data / "mail"
        self._held = ExitStack()

    def close(self) -> None:
        """Let a server run on the data folder again."""
        self._held.close()

    @cached_property
    def deployment(self) -> Deployment:
        return self._open()

    @property
    def store(self) -> SqliteStore:
        return self.deployment.store

    def latest(self, limit: int) -> list[Conversation]:
        return self.store.conversations.conversations(limit)

    def release(self, held: Held) -> Ingested:
        """It is answered at once."""
        return Ingest(self.deployment).released(held)

    def engine(self, asked_of: AskedOf = ITS_OWN) -> Engine:
        """Of the data folder, into whose lake everything that waits is written when it is closed."""
        views = self._data / "views"
        return athena(asked_of, views) if asked_of.engine == "athena" else self.deployment.engine(ViewFolder(views))

    def lake(self) -> Folder:
        return Folder(self._data / "lake", self.deployment.journal.batches)

    def templates(self) -> Overrides:
        return Overrides(FolderStore(self._data / "templates"))

    def rejected(self, since: datetime) -> Sequence[Original]:
        return of_lake(self.deployment.engine(), since, self.deployment.settings.account_id)

    def target(self) -> EmbeddedTarget:
        return EmbeddedTarget(self.deployment)

    def forget(self, address: str, *, dry_run: bool = False) -> Report:
        """From the first call on, no server can be started on the data folder."""
        self._stay_alone()
        return erasing.erase(self.deployment, address, self._mail, dry_run=dry_run)

    @cached_property
    def _alone(self) -> bool:
        return self._held.enter_context(alone(self._data))

    def _stay_alone(self) -> None:
        if not self._alone:
            raise ConfigurationError(f"a server is running on {self._data}: stop it first")
