"""Defects: what a port raises and does not promise, or what we get wrong ourselves.

Nothing here, nor in any other log, quotes a person: errors are told by what `ParleyError.logged` says, ids by `hashed`.

Where the hub calls what others may have written (channels, answerers) and its own rules, whatever is raised becomes a
`DefectError`, so that a turn goes on as after any other failure: tried again, then apologised for. Each is logged with
its traceback; `watched` hands them to whoever counts.
"""

import hashlib
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from orchestrator.errors import DefectError, ParleyError

log = logging.getLogger(__name__)

_met: ContextVar[list[DefectError] | None] = ContextVar("defects met", default=None)


@contextmanager
def translated(doing: str, *promised: type[ParleyError]) -> Iterator[None]:
    """Around a call: all but the errors promised comes out as `DefectError`, which says what was being done.

    Without any named, every error of ours is.
    """
    expected = promised or (ParleyError,)
    try:
        yield
    except expected:
        raise
    except Exception as error:
        raise _noted(doing, error) from error


@contextmanager
def watched() -> Iterator[list[DefectError]]:
    """The defects that this thread meets meanwhile, those too that an apology has ended."""
    met: list[DefectError] = []
    token = _met.set(met)
    try:
        yield met
    finally:
        _met.reset(token)


def hashed(message_id: str) -> str:
    """A provider's id as it stands in logs: 12 hex, the same for the same id.

    WhatsApp's ids have the customer's number in them, in base64.
    """
    return hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _noted(doing: str, error: Exception) -> DefectError:
    """Log where it is, count it, and make an error of ours of it. Its text, which may be a person's, is not told."""
    defect = DefectError(doing, type(error).__name__)
    log.error("%s\n%s", defect, "".join(traceback.format_tb(error.__traceback__)))
    met = _met.get()
    if met is not None:
        met.append(defect)
    return defect
