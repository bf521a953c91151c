"""What the logs of a run have said, and whether it names a customer."""

import base64
import binascii
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

_NUMBER = re.compile(r"1?(?:206|425)555\d{4}")  # of fiction: every phone number in the tests
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_OURS = frozenset({"2065550100", "12065550100"})
_OUR_MAIL = ("help@",)
_KNOWN = frozenset(vars(logging.makeLogRecord({})))  # what every record has; the rest was given as `extra`


class Said(logging.Handler):
    """Keeps everything that is logged at INFO or above, with what was given beside the message."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        more = {name: value for name, value in vars(record).items() if name not in _KNOWN}
        error = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.lines.append(f"{record.name} {record.getMessage()} {more} {error}")


@contextmanager
def listening() -> Iterator[Said]:
    """To every logger of this process, powertools' own included, which hands nothing on."""
    said = Said()
    loggers = [logging.getLogger(), logging.getLogger("parley")]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.addHandler(said)
        each.setLevel(min(each.level or logging.INFO, logging.INFO))
    try:
        yield said
    finally:
        for each, level in zip(loggers, levels, strict=True):
            each.removeHandler(said)
            each.setLevel(level)


def customers_in(line: str) -> set[str]:
    """Numbers and mail addresses that are not ours, in the clear or in base64."""
    texts = [line, *_decoded(line)]
    numbers = {found for text in texts for found in _NUMBER.findall(text)} - _OURS
    mails = {found for text in texts for found in _MAIL.findall(text) if not found.startswith(_OUR_MAIL)}
    return numbers | mails


def _decoded(line: str) -> Iterator[str]:
    for found in _BASE64.findall(line):
        try:
            yield base64.b64decode(found + "=" * (-len(found) % 4)).decode("latin-1")
        except binascii.Error:
            continue
