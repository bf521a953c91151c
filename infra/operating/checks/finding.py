"""What a check says: how it stands, what was found, and what to do next."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "problem", "not applicable"]


@dataclass(frozen=True)
class Finding:
    """One line each; `next` is "" where nothing is to be done."""

    verdict: Verdict
    found: str
    next: str = ""


def ok(found: str, next_: str = "") -> Finding:
    """As it should be."""
    return Finding("ok", found, next_)


def warning(found: str, next_: str) -> Finding:
    """It works with a limit, or will stop working, or nobody could look."""
    return Finding("warning", found, next_)


def problem(found: str, next_: str) -> Finding:
    """It does not work."""
    return Finding("problem", found, next_)


def not_applicable(found: str, next_: str = "") -> Finding:
    """This account, or this stage, does not use it."""
    return Finding("not applicable", found, next_)
