"""Templates that analysts own: files in a bucket or a folder that replace shipped templates, without a deployment.

The store holds overrides only, `<name>.jinja` each, so that no deployment can overwrite an analyst's edit. A changed
one is in use after the next look, at most one interval later. One that cannot be used never takes effect: the last good
version stays, else the shipped one. So it is while the store cannot be reached. docs/decisions/0011.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Protocol, TypeAlias

from transformer.render import Template, compile_template
from transformer.sources import Templates, shipped_templates

ENDING = ".jinja"
INTERVAL_S = 30.0  # "in use within a minute", with room for a batch under way
MAX_BYTES = 256 * 1024  # the shipped ones have 2,000

# `# made from 0123456789ab` as the first line: the shipped version that an override started as.
_MADE_FROM = re.compile(r"#\s*made from ([0-9a-f]{12})\b")


class UnreachableError(Exception):
    """The store of overrides did not answer. It is asked again after the interval."""


class Entry(NamedTuple):
    """What a store tells of a file without sending it. `etag` changes whenever the text does."""

    etag: str
    size: int  # bytes


class Store(Protocol):
    """Where overrides are kept. Both raise `UnreachableError`."""

    def list(self) -> Mapping[str, Entry]:
        """Every override, by the template's name."""
        ...

    def get(self, name: str) -> bytes: ...


class Fault(NamedTuple):
    """Why an override is not what its author means it to be. `kind` is the name of a metric, too."""

    kind: Literal["TemplateBroken", "TemplateOutdated", "TemplatesUnreachable"]
    name: str  # the template; "" where it is none's
    reason: str  # for a broken one `file:line field: what is wrong`


Report: TypeAlias = Callable[[Sequence[Fault]], None]

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Override:
    """What is known of one override. `template` is its last good version; None where it never had one."""

    etag: str
    template: Template | None = None
    made_from: str = ""  # the shipped version; "" where the override does not say
    trouble: str = ""  # why the text of this etag is not in use; "" where it is


class Overrides:
    """The templates to use now. `report` gets what is wrong at each look, while it is wrong; `clock` gives seconds.

    What is newly wrong is logged once. Safe to share between threads: a look replaces what is known as a whole.
    """

    def __init__(
        self,
        store: Store,
        report: Report = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        interval_s: float = INTERVAL_S,
    ) -> None:
        self._store = store
        self._report = report
        self._clock = clock
        self._interval_s = interval_s
        self._looked_at: float | None = None
        self._logged: list[Fault] = []
        self._known: Mapping[str, Override] = {}
        self._current = shipped_templates()

    def current(self) -> Templates:
        """Every template by name; looks into the store when the last look is older than the interval."""
        if self._looked_at is None or self._clock() - self._looked_at >= self._interval_s:
            self._looked_at = self._clock()
            faults = self.look()
            self._log(faults)
            self._report(faults)
        return self._current

    def look(self) -> list[Fault]:
        """Take what has changed in the store into use, now; what is wrong with what is there."""
        known = dict(self._known)
        faults: list[Fault] = []
        try:
            entries = self._store.list()
            known = {name: override for name, override in known.items() if name in entries}
            for name, entry in sorted(entries.items()):
                if name not in known or known[name].etag != entry.etag:
                    known[name] = self._read(name, entry, known.get(name))
        except UnreachableError as error:
            faults.append(Fault("TemplatesUnreachable", "", str(error)))
        self._known = known
        good = {name: override.template for name, override in known.items() if override.template}
        self._current = {**shipped_templates(), **good}
        return [*faults, *_faults(known)]

    @property
    def known(self) -> Mapping[str, Override]:
        """Every override of the last look, by name."""
        return self._known

    def _log(self, faults: list[Fault]) -> None:
        for fault in faults:
            if fault not in self._logged:
                _LOGGER.warning(json.dumps({"message": fault.kind, "template": fault.name, "reason": fault.reason}))
        self._logged = faults

    def _read(self, name: str, entry: Entry, before: Override | None) -> Override:
        good = before or Override("")
        if name not in shipped_templates():
            return Override(entry.etag, trouble=f"{name}{ENDING}:1 no shipped template has this name")
        if entry.size > MAX_BYTES:
            return replace(good, etag=entry.etag, trouble=f"{name}{ENDING}:1 has more than {MAX_BYTES:,} bytes")
        try:
            text = self._store.get(name).decode()
            template = compile_template(name, text, shipped_templates()[name].table)
        except (UnreachableError, MemoryError):  # no fault of the text's
            raise
        except Exception as error:  # noqa: BLE001  # a text nobody promised: parsing and compiling it may raise anything
            return replace(good, etag=entry.etag, trouble=_named(name, error))
        return Override(entry.etag, template, made_from(text))


def made_from(text: str) -> str:
    """The shipped version that an override's first line names; "" where it names none."""
    match = _MADE_FROM.match(text)
    return match[1] if match else ""


def _named(name: str, error: Exception) -> str:
    """Most errors name file and line; a nesting too deep and bytes that are no text do not."""
    reason = str(error)
    return reason if reason.startswith(f"{name}{ENDING}:") else f"{name}{ENDING}:1 {type(error).__name__}: {reason}"


def _faults(known: Mapping[str, Override]) -> Iterator[Fault]:
    for name, override in sorted(known.items()):
        if override.trouble:
            stays = "the last good version" if override.template else "the shipped version"
            yield Fault("TemplateBroken", name, f"{override.trouble} ({stays} stays in use)")
        shipped = shipped_templates().get(name)
        if shipped and override.made_from not in ("", shipped.version):
            reason = (
                f"{name}{ENDING}:1 was made from {override.made_from}; the shipped version is now {shipped.version}"
            )
            yield Fault("TemplateOutdated", name, reason)
