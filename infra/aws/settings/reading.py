"""Values of the context → a settings class. Every fault is collected, with its field and what would be right.

A section is a class of its own and a mapping in the context. Text is taken for numbers, truth and lists (separated by
commas, or JSON) too, as `-c` knows nothing else.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from orchestrator.sections import Sections, changed, hints

_OPENED_BY: Mapping[Any, str] = {tuple: "[", dict: "{"}  # in JSON, which a list or a mapping can be given as

Section = TypeVar("Section", bound=msgspec.Struct)


def read(section: Section, values: Mapping[str, object], faults: list[str], path: str = "") -> Section:
    """The section with `values` in place of its own.

    What cannot be used is appended to `faults`, a line each, and left as it is.
    """
    known = _fields(type(section))
    unknown = [name for name in values if name not in known]
    faults += [f"{path}{name}: there is no such setting{_meant(name, known)}" for name in unknown]
    read_values: dict[str, object] = {}
    for name in (each for each in known if each in values):
        value, kind = values[name], _plain(known[name])
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            if isinstance(value, Mapping):
                read_values[name] = read(getattr(section, name), value, faults, f"{path}{name}.")
            else:
                faults.append(f"{path}{name}: is a section, with settings of its own: {', '.join(_fields(kind))}")
            continue
        try:
            read_values[name] = msgspec.convert(_split(value, kind), known[name], strict=False)
        except msgspec.DecodeError as error:
            faults.append(f"{path}{name}={value!r}: {error}. It means: {meaning(known[name])}{_remedy(known[name])}")
    if isinstance(section, Sections):
        return changed(section, **read_values)
    return msgspec.structs.replace(section, **read_values)


def _fields(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Annotations by name. The hub's settings are told by their names alone, whichever of its sections they are in."""
    return hints(kind) if issubclass(kind, Sections) else get_type_hints(kind, include_extras=True)


def meaning(hint: Any) -> str:
    """What a field's annotation says about it."""
    return next((each.description for each in get_args(hint)[1:] if isinstance(each, msgspec.Meta)), None) or ""


def _meant(name: str, hints: Mapping[str, object]) -> str:
    close = get_close_matches(name, hints, n=1)
    return f"; did you mean {close[0]}?" if close else f"; there is {', '.join(hints)}"


def _plain(hint: Any) -> Any:
    """A hint without its annotation."""
    return get_args(hint)[0] if hasattr(hint, "__metadata__") else hint


def _remedy(hint: Any) -> str:
    """What an annotation says to do instead of what is often given."""
    extras = (each.extra or {} for each in get_args(hint)[1:] if isinstance(each, msgspec.Meta))
    return "".join(f"; {extra['remedy']}" for extra in extras if "remedy" in extra)


def _split(value: object, kind: object) -> object:
    """Raises `msgspec.DecodeError` for what begins like JSON and is none."""
    if (
        isinstance(value, str)
        and get_origin(kind) in _OPENED_BY
        and value.lstrip().startswith(_OPENED_BY[get_origin(kind)])
    ):
        return msgspec.json.decode(value)
    if get_origin(kind) is tuple and isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    return value
