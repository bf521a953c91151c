"""Who may call: a name, a tenant and scopes, known by a token of which only a hash is kept.

    parley_<43 characters of base64: 32 random bytes>

A token is as random as a key, so that a plain SHA-256 of it tells nothing: there are no weak ones to try.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from orchestrator.tenants import DEFAULT

Scope = Literal["send", "verify", "campaign", "approve", "operate", "read"]
PREFIX = "parley_"
CallerName = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Caller(msgspec.Struct, frozen=True):
    """A program that calls, as it was recognised."""

    name: str
    scopes: frozenset[Scope]
    tenant: str = DEFAULT


class TokenEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token as it is kept."""

    name: CallerName
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    scopes: tuple[Scope, ...]
    tenant: str = DEFAULT
    created_at: datetime | None = None


def new_token(name: str, scopes: Iterable[Scope], at: datetime, tenant: str = DEFAULT) -> tuple[str, TokenEntry]:
    """A new token, to be shown once, and the entry that is kept of it."""
    token = PREFIX + secrets.token_urlsafe(32)
    return token, TokenEntry(name, hash_of(token), tuple(scopes), tenant, at)


def hash_of(token: str) -> str:
    """64 hex."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def caller_of(token: str, entries: Iterable[TokenEntry]) -> Caller | None:
    """Whose token it is; None for one that is not known. Every entry is compared, whichever it is."""
    given, found = hash_of(token), None
    for entry in entries:
        if hmac.compare_digest(given, entry.sha256):
            found = Caller(entry.name, frozenset(entry.scopes), entry.tenant)
    return found


def bearer(headers: Mapping[str, str]) -> str:
    """The token of `Authorization: Bearer …`, by lower-case names of headers; "" without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
