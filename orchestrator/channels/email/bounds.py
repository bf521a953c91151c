"""The standard library's modern mail policy, with bounds: a hostile mail costs a known amount of time and memory.

The library's parser descends one call per nested part and tries every open boundary on every line; its header parsers
are recursive and some are quadratic. So parts, multiparts and headers are counted while the mail is read, header values
are cut, and a header that cannot be parsed is given as the text it is.
Source: https://docs.python.org/3/library/email.policy.html
"""

from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesFeedParser
from email.policy import EmailPolicy, Policy
from typing import Any, cast

from orchestrator.channels.email.words import content_type, readable, transfer_encoding
from orchestrator.errors import EventError

MAX_BYTES = 40 * 1024 * 1024  # what SES receives: https://docs.aws.amazon.com/ses/latest/dg/quotas.html
MAX_PARTS = 500  # also the deepest descent, well below the interpreter's 1,000 calls
MAX_MULTIPARTS = 30  # nested ones cost every line a comparison each
MAX_LINES = 1_000_000  # 40 MB of base64 have 540,000
MAX_HEADERS = 5_000  # of all parts together
MAX_HEADER = 4_000  # characters of a value: 50 message ids, more than mail programs write into References
MAX_PARAMETERS = 30  # of a part's type or disposition: they are taken apart again and again
MAX_COMMENTS = 50  # "(" in a value: comments nest, and their parser with them

# What the library's header parsers are known to raise on malformed values, RecursionError among the runtime errors.
_HEADER_ERRORS = (MessageError, ValueError, LookupError, AttributeError, TypeError, AssertionError, RuntimeError)


def read_message(content: bytes) -> EmailMessage:
    """The mail as a tree of parts, nothing decoded yet. Raises `EventError` for a mail beyond the bounds above."""
    if len(content) > MAX_BYTES:
        raise EventError("content", f"is larger than {MAX_BYTES} bytes")
    if max(content.count(b"\n"), content.count(b"\r")) > MAX_LINES:
        raise EventError("content", f"has more than {MAX_LINES} lines")
    parser = BytesFeedParser(_counting_parts(count := _Count()), policy=_BoundedPolicy(count))
    parser.feed(content)
    return cast("EmailMessage", parser.close())


def scrubbed(text: str) -> str:
    """The text as valid Unicode: bytes that were kept as lone surrogates are read as UTF-8, others become U+FFFD."""
    try:
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "")


class _Count:
    """What one mail has used of its bounds."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def add(self, what: str, most: int) -> None:
        self._used[what] = self._used.get(what, 0) + 1
        if self._used[what] > most:
            raise EventError("content", f"has more than {most} {what}")


def _counting_parts(count: _Count) -> type[EmailMessage]:
    class MimePart(EmailMessage):
        def __init__(self, policy: Policy | None = None) -> None:
            count.add("parts", MAX_PARTS)
            super().__init__(policy)

        def get_boundary(self, failobj: Any = None) -> Any:
            """Asked for once for each multipart, before its parts are read."""
            count.add("multiparts", MAX_MULTIPARTS)
            return super().get_boundary(failobj)

    return MimePart


class _BoundedPolicy(EmailPolicy):
    _count: _Count

    def __init__(self, count: _Count) -> None:
        super().__init__(message_factory=EmailMessage)
        object.__setattr__(self, "_count", count)  # a policy refuses assignment

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        self._count.add("headers", MAX_HEADERS)
        name, value = super().header_source_parse(sourcelines)
        return name, value[:MAX_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """MIME's own headers stay text, which the parts' accessors read as well: they are asked for again and again."""
        if name.lower().startswith("content-"):
            value = ";".join(value.split(";", MAX_PARAMETERS)[:MAX_PARAMETERS])
        if name.lower() in _FORMS:
            return _FORMS[name.lower()](_unfolded(value))
        if name.lower().startswith("content-") or value.count("(") > MAX_COMMENTS:
            return _unfolded(value)
        try:
            return super().header_fetch_parse(name, value)
        except _HEADER_ERRORS:
            return _unfolded(value)


def _unfolded(value: str) -> str:
    return scrubbed(readable("".join(value.splitlines())))


_FORMS = {"content-type": content_type, "content-transfer-encoding": transfer_encoding}
