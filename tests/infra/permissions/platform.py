"""platform.toml: what AWS does in the name of our roles."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

TABLE = Path(__file__).with_name("platform.toml")


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What Lambda does for a function in a case."""

    where: str
    actions: tuple[str, ...]
    reason: str
    source: str


class KeyUse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What actions need of the key that encrypts what they touch."""

    actions: tuple[str, ...]
    needs: tuple[str, ...]
    reason: str
    source: str


class Allowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Actions on resources, or on the model that a setting names.

    In a resource `{each}` and `{Each}` stand for the role's own, `{lake}` for the lake's bucket, `{key}` for the
    deployment's key. `key`: only where it has one.
    """

    actions: tuple[str, ...]
    reason: str
    on: tuple[str, ...] = ()
    model: str = ""
    when: str = ""
    key: bool = False


class ServiceRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A role that a service takes on. `each` makes several of one row.

    `trusted_when` is the condition of its trust policy; "" where the service's own guide gives none.
    """

    name: str
    service: str
    reason: str
    source: str
    allowed: tuple[Allowed, ...]
    each: tuple[str, ...] = ("",)
    trusted_when: str = ""


class Platform(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table."""

    function: tuple[Case, ...]
    key: tuple[KeyUse, ...]
    role: tuple[ServiceRole, ...] = ()

    def case(self, where: str) -> tuple[str, ...]:
        """The actions of a case of functions."""
        (found,) = [case.actions for case in self.function if case.where == where]
        return found


@cache
def platform() -> Platform:
    """The committed one."""
    return msgspec.convert(tomllib.loads(TABLE.read_text()), Platform)
