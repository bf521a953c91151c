"""The programs that may call the API of one machine: `tokens.json` in the data folder, read anew when it has changed.

    [{"name": "shop", "sha256": "…", "scopes": ["send", "read"], "tenant": "default", "created_at": "…"}]

Of a token only its hash is kept. The file is for its owner alone.
"""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec

from orchestrator.api.callers import Caller, TokenEntry, caller_of
from orchestrator.errors import ConfigurationError

FILE = "tokens.json"


class Tokens:
    """The entries of a data folder. Where there is no file, nobody may call."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE
        self._read: tuple[int, Sequence[TokenEntry]] = (0, ())

    def entries(self) -> Sequence[TokenEntry]:
        """Every token's, in the order in which they were added. Raises `ConfigurationError` for a broken file."""
        try:
            changed = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return ()
        if changed != self._read[0]:
            self._read = (changed, self._decoded())
        return self._read[1]

    def caller(self, token: str) -> Caller | None:
        """Whose token it is; None for one that is not known."""
        return caller_of(token, self.entries())

    def add(self, entry: TokenEntry) -> None:
        """Keep a token's entry. Raises `ConfigurationError` where the name is taken."""
        kept = self.entries()
        if any(each.name == entry.name for each in kept):
            raise ConfigurationError(f"there is a token {entry.name} already: remove it, or choose another name")
        self._write([*kept, entry])

    def remove(self, name: str) -> bool:
        """Whether there was one of this name."""
        kept = self.entries()
        self._write([each for each in kept if each.name != name])
        return any(each.name == name for each in kept)

    def _decoded(self) -> Sequence[TokenEntry]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=tuple[TokenEntry, ...])
        except msgspec.DecodeError as error:
            raise ConfigurationError(f"{self._path} cannot be read: {error}") from error

    def _write(self, entries: Sequence[TokenEntry]) -> None:
        """Whole or not at all."""
        unfinished = self._path.with_name(f"{FILE}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(entries), indent=2) + b"\n")
        unfinished.replace(self._path)
