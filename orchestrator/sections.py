"""Settings in sections: how they are declared, read, written, described.

A section is a small frozen struct beside the package that reads it. A setting has one name everywhere: it is the
section's field, `settings.<name>` in cdk.json, and in capitals behind `PARLEY_` its variable; no two sections share
one. Tuples are separated by commas. `Sections` puts sections together: what one function reads, or all of them.
"""

import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from orchestrator.errors import ConfigurationError

PREFIX = "PARLEY_"
FILE = f"{PREFIX}SETTINGS_FILE"  # JSON, values by their variables: of a function, what its environment has no room for

Settings = TypeVar("Settings", bound=msgspec.Struct)


class Sections(msgspec.Struct, frozen=True, kw_only=True):
    """Several sections, each a field."""


def about(text: str, *, long: bool = False, **bounds: Any) -> Meta:
    """What a setting means, and in which unit.

    One that is `long` takes sentences or lists, or is chosen seldom: no environment has room for many.
    """
    return Meta(description=text, extra={"long": long}, **bounds)


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The annotations of a section's settings, or of those of all sections, by name and in order."""
    found: dict[str, Any] = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        found |= hints(hint) if isinstance(hint, type) and issubclass(hint, msgspec.Struct) else {name: hint}
    return found


def part(kind: type[Settings], settings: Settings) -> Settings:
    """Of sections, those that `kind` has, which the settings' own class must be derived from."""
    return kind(**{name: getattr(settings, name) for name in kind.__struct_fields__})


def values(settings: msgspec.Struct) -> dict[str, object]:
    """Every setting by its name."""
    found: dict[str, object] = {}
    for name in settings.__struct_fields__:
        value = getattr(settings, name)
        found |= values(value) if isinstance(value, msgspec.Struct) else {name: value}
    return found


def changed(settings: Settings, **chosen: object) -> Settings:
    """With these in the place of its own, each by its name, whichever section has it.

    Raises `TypeError` for a name that is no setting's.
    """
    if unknown := chosen.keys() - values(settings).keys():
        raise TypeError(f"no setting is called {', '.join(sorted(unknown))}")
    return _changed(settings, chosen)


def _changed(settings: Settings, chosen: Mapping[str, object]) -> Settings:
    own = {name: getattr(settings, name) for name in settings.__struct_fields__}
    return msgspec.structs.replace(
        settings,
        **{
            name: _changed(value, chosen) if isinstance(value, msgspec.Struct) else chosen.get(name, value)
            for name, value in own.items()
        },
    )


def read(kind: type[Settings], environ: Mapping[str, str]) -> Settings:
    """What the variables say; a setting without one keeps its default.

    Raises `ConfigurationError` naming every setting that is wrong, not only the first.
    """
    found: dict[str, object] = {}
    wrong: list[str] = []
    for name, hint in hints(kind).items():
        variable = variable_of(name)
        if variable not in environ:
            continue
        try:
            found[name] = msgspec.convert(_split(environ[variable], hint), hint, strict=False)
        except msgspec.ValidationError as error:
            wrong.append(f"{variable}={environ[variable]!r}: {error}")
    if wrong:
        raise ConfigurationError("these settings cannot be used:\n" + "\n".join(f"  {line}" for line in wrong))
    return _changed(kind(), found)


def given(environ: Mapping[str, str]) -> Mapping[str, str]:
    """A function's variables, with those of the file that one of them may name.

    Raises `ConfigurationError` for a file that is not there, or is none of settings.
    """
    if FILE not in environ:
        return environ
    try:
        more = msgspec.json.decode(Path(environ[FILE]).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigurationError(f"{FILE}={environ[FILE]} cannot be read: {error}") from error
    return {**more, **environ}


def environment(settings: msgspec.Struct) -> dict[str, str]:
    """The inverse of `read`: a variable for each setting that differs from its default.

    Raises `ConfigurationError` for a list with an item that the variable could not hold.
    """
    defaults = values(type(settings)())
    return {
        variable_of(name): _written(name, value) for name, value in values(settings).items() if value != defaults[name]
    }


def long_variables(kind: type[msgspec.Struct]) -> frozenset[str]:
    """The variables of the settings that are long."""
    return frozenset(variable_of(name) for name, hint in hints(kind).items() if _meta(hint).extra == {"long": True})


def require(settings: msgspec.Struct, answerer: str, *names: str) -> None:
    """Raises `ConfigurationError` naming every one of these settings that is empty."""
    if missing := [variable_of(name) for name in names if not getattr(settings, name)]:
        raise ConfigurationError(f"{answerer} needs {' and '.join(missing)}")


class Described(msgspec.Struct, frozen=True):
    """A setting as documentation shows it."""

    variable: str
    default: str
    meaning: str


def described(kind: type[msgspec.Struct]) -> list[Described]:
    """Every setting, in the order of the sections."""
    defaults = values(kind())
    return [
        Described(variable_of(name), _shown(defaults[name]), _meta(hint).description or "")
        for name, hint in hints(kind).items()
    ]


def _meta(hint: Any) -> Meta:
    found: Meta = get_args(hint)[1]
    return found


def _written(name: str, value: object) -> str:
    items = value if isinstance(value, tuple) else ()
    if unfit := [item for item in items if not item or item != item.strip() or "," in item]:
        raise ConfigurationError(f"{variable_of(name)} is separated by commas and cannot have the item {unfit[0]!r}")
    return _shown(value)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _split(text: str, hint: Any) -> str | list[str]:
    """A comma-separated list where the setting is a tuple, the text itself elsewhere."""
    plain = get_args(hint)[0]
    if get_origin(plain) is tuple or isinstance(plain, types.GenericAlias):
        return [item.strip() for item in text.split(",") if item.strip()]
    return text
