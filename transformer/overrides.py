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
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol, TypeAlias

from transformer.compiler import compile_expression
from transformer.explain import paths
from transformer.json_text import Json, to_json_text
from transformer.render import Template, TemplateError, compile_template, size
from transformer.sandbox import NAMES, Names
from transformer.sources import Templates, shipped_templates

ENDING = ".jinja"
LARGEST = 1_000_000  # characters of a cell: more than any event has
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
    name: str  # the template; "" where the fault is of no single template
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
        content = self._store.get(name)
        try:
            template = compile_override(name, content)
        except TemplateError as error:
            return replace(good, etag=entry.etag, trouble=str(error))
        return Override(entry.etag, template, made_from(content.decode()))


def compile_override(name: str, content: bytes) -> Template:
    """In place of the shipped template of this name. Raises `TemplateError` whatever is wrong with it.

    It is tried on an event that has everything it reads, with much in each field.
    """
    try:
        template = compile_template(name, content.decode(), shipped_templates()[name].table, LARGEST)
        _try(template)
    except (TemplateError, MemoryError):
        raise
    except Exception as error:  # a text nobody promised: decoding, parsing and compiling it may raise anything
        raise TemplateError(f"{name}{ENDING}:1 {type(error).__name__}: {error}") from error
    return template


def _try(template: Template) -> None:
    """Column by column: what a made-up event lacks is no fault, what becomes too large of it is one."""
    names: Names = {name: {} for name in NAMES}
    for column in template.columns:
        for path in paths(column.expression):
            _fill(names, path)
    for column in template.columns:
        try:
            made = size(compile_expression(column.expression)(names))
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001, S112  # as a text where a time belongs: data that nobody promised
            continue
        if made > LARGEST:
            reason = f"makes {made:,} characters of an event of {len(to_json_text(names['event'])):,}"
            raise TemplateError(f"{template.name}{ENDING}:{column.line} {column.name} {reason}")


def _fill(place: Json, path: Sequence[str | int]) -> None:
    """Put much where a path leads to, unless something is there."""
    for key, following in pairwise([*path, None]):
        if not isinstance(place, dict) or not isinstance(key, str):
            return
        place = place.setdefault(key, dict(_MUCH) if following is None else {})


_MUCH = {"text": '"\\' * 5_000}  # twice as long in JSON, and again in JSON of JSON


def made_from(text: str) -> str:
    """The shipped version that an override's first line names; "" where it names none."""
    match = _MADE_FROM.match(text)
    return match[1] if match else ""


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
