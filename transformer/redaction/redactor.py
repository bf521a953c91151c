"""Rows without what is personal: the last thing that happens to them before they are written.

    row ─ its columns' privacy ▶ strings ─ patterns, Comprehend ▶ findings ─ [KIND], or a pseudonym ▶ row

Rejected rows keep their original, or they could not be replayed: docs/decisions/0009-redaction-and-erasure.md. A record
that takes more than its share of the time is rejected itself: docs/decisions/0032-work-is-bounded-by-what-is-read.md.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from transformer.redaction.comprehend import BY_COMPREHEND, BY_PATTERNS, Comprehend, Detected
from transformer.redaction.findings import replaced
from transformer.redaction.patterns import addresses, personal
from transformer.redaction.phones import region_of
from transformer.redaction.places import Place, Visit, visited, visited_fields
from transformer.redaction.pseudonyms import LONGEST_ADDRESS, Pseudonyms, canonical, is_address, is_named_mail
from transformer.results import Rejected, Row
from transformer.schema import TABLES, Column, Value, Values

Results: TypeAlias = list[Row | Rejected]
Made: TypeAlias = tuple[bytes, Results]  # a record and what it gave
_MAY_BE_ADDRESS = re.compile(r"@|[0-9]{2}")
MARK = "redaction"  # the tag that says who has read a row's words

# What a record may cost: a digit takes up to 28 µs, for it may begin a phone number of any country; a letter takes 1.
FREE = 50_000  # characters that are read without counting, as all of nearly every record
MOST_DIGITS = 50_000  # beyond them


class Redactor:
    """`keep` are our own public addresses, which are shown; `pseudonyms` stand for all others, where there are any."""

    def __init__(
        self, comprehend: Comprehend | None = None, pseudonyms: Pseudonyms | None = None, keep: Iterable[str] = ()
    ) -> None:
        self._comprehend = comprehend
        self._pseudonyms = pseudonyms
        self._keep = frozenset(map(canonical, keep))

    def __call__(self, batch: Iterable[Made], budget_s: float = 10) -> Iterator[Results]:
        """The results of each record. With Comprehend, the whole batch is read before the first comes back.

        A record with more digits than anybody writes is set aside: one rejected row, and none of the record's own.
        """
        detected: dict[str, Detected] = {}
        if self._comprehend:
            batch = list(batch)
            words = [text for _, results in batch for result in results for text in _words(result)]
            detected = self._comprehend.detect(words, budget_s)
        for record, results in batch:
            effort = _Effort()
            try:
                yield [self._redacted(result, detected, effort) for result in results]
            except _TooMuchError as error:
                yield [_set_aside(record, results, str(error))]

    def _redacted(self, result: Row | Rejected, detected: dict[str, Detected], effort: "_Effort") -> Row | Rejected:
        if isinstance(result, Rejected):
            return result
        visit = _Redaction(self, result, detected, effort)
        values = _rewritten(result, visit)
        if visit.read_by:
            values["tags"] = {**_tags(values), MARK: max(visit.read_by, key=lambda by: (by != BY_COMPREHEND, by))}
        return Row(result.table, values)

    def name(self, kind: str, words: str) -> str:
        """What stands in the place of a finding."""
        if canonical(words) in self._keep:
            return words
        return self._pseudonyms.of(words) if self._pseudonyms and kind in ("PHONE", "EMAIL") else f"[{kind}]"

    def address(self, address: str) -> str:
        """What stands in the place of a whole address in a column made for it: itself where there are no pseudonyms."""
        if not self._pseudonyms or _names_nobody(address) or canonical(address) in self._keep:
            return address
        return self._pseudonyms.of(address)

    def message_id(self, text: str) -> str:
        """A message's id without the number that some of them tell."""
        return self._pseudonyms.within(text) if self._pseudonyms else text

    @property
    def reads_language(self) -> bool:
        return self._comprehend is not None


class _TooMuchError(Exception):
    """A record that would take the time of its whole batch."""


class _Effort:
    """What reading one record has cost."""

    def __init__(self) -> None:
        self._characters = 0
        self._digits = 0

    def reads(self, text: str) -> None:
        """Raises `_TooMuchError` once there are too many digits."""
        self._characters += len(text)
        if self._characters > FREE:
            self._digits += sum(map(str.isdigit, text))
            if self._digits > MOST_DIGITS:
                raise _TooMuchError(f"more than {MOST_DIGITS:,} digits to look for numbers in")


class _Redaction:
    """One row's: what its strings become, and who has read its words."""

    def __init__(self, redactor: Redactor, row: Row, detected: dict[str, Detected], effort: _Effort) -> None:
        self._effort = effort
        self._redactor = redactor
        self._detected = detected
        addresses = [address for address in _addresses(row) if address and not _names_nobody(address)]
        self._own = frozenset(map(canonical, addresses))
        self._region = next(filter(None, map(region_of, addresses)), "")
        self._has_words = _has_words(row)
        self.read_by: set[str] = set()
        self._seen: dict[tuple[Place, str], str] = {}

    def __call__(self, place: Place, text: str) -> str:
        """What a string becomes; an event says the same thing many times."""
        seen = self._seen.get((place, text))
        if seen is None:
            seen = self._seen[place, text] = self._redacted(place, text) if text else ""
        return seen

    def _redacted(self, place: Place, text: str) -> str:
        self._effort.reads(text)
        if place == "id":
            text = self._redactor.message_id(text)
        if self._is_address(place, text):
            return self._redactor.name("EMAIL" if "@" in text else "PHONE", text)
        if place == "name" and self._redactor.reads_language:
            return "[NAME]"
        findings = addresses(text) if place == "id" else personal(text, self._region)
        if place == "words" and self._has_words:
            detected = self._detected.get(text, Detected([], BY_PATTERNS))
            self.read_by.add(detected.by)
            findings += detected.findings
        return replaced(text, findings, self._redactor.name) if findings else text

    def address(self, address: str) -> str:
        return self._redactor.address(address)

    def _is_address(self, place: Place, text: str) -> bool:
        """Whether all of a string is an address: one of the row's own, or one where its field says so."""
        if len(text) > LONGEST_ADDRESS or (place == "words" and " " in text):
            return False
        if not _MAY_BE_ADDRESS.search(text):
            return text in self._own
        if canonical(text) in self._own or (place == "address" and is_address(text)):
            return True
        return place != "id" and is_named_mail(text)


def _set_aside(record: bytes, results: Results, reason: str) -> Rejected:
    """Once for the whole record, which its first row speaks for."""
    row = next(result for result in results if isinstance(result, Row))
    received_at = row.values["received_at"]
    return Rejected(
        "redact",
        reason,
        record,
        received_at if isinstance(received_at, int) else 0,
        str(row.values.get("source", "")) if row.table == "events" else "",
        tenant=str(row.values["tenant"]),
    )


def _rewritten(row: Row, visit: _Redaction) -> Values:
    return {column.name: _cell(column, row.values[column.name], visit) for column in TABLES[row.table].columns}


def _cell(column: Column, value: Value, visit: _Redaction) -> Value:
    if not column.privacy or not value or isinstance(value, int):
        return value
    if column.privacy == "address":
        return [visit.address(each) for each in value] if isinstance(value, list) else visit.address(str(value))
    return _visited(column, value, visit)


def _visited(column: Column, value: Value, visit: Visit) -> Value:
    """A cell's strings visited, those inside its JSON too."""
    if isinstance(value, dict):
        return {name: str(each) for name, each in visited_fields(dict(value), visit).items()}
    if isinstance(value, list):
        return [str(visited(each, visit)) for each in value]
    if column.privacy == "text":
        return visit("words", str(value))
    return visit("id", str(value)) if column.privacy == "id" else str(visited(str(value), visit))


def _has_words(row: Row) -> bool:
    """Whether a person's words may be in it, or an answer's. Other rows repeat our own mails' subjects at most."""
    return row.values.get("direction") != "outbound" or row.table == "conversations"


def _words(result: Row | Rejected) -> list[str]:
    """What Comprehend should read of a row."""
    found: list[str] = []

    def collect(place: Place, text: str) -> str:
        if place == "words" and any(map(str.isalpha, text)):
            found.append(text)
        return text

    if isinstance(result, Row) and _has_words(result):
        for column in TABLES[result.table].columns:
            if column.privacy in ("text", "raw"):
                _visited(column, result.values[column.name], collect)
    return found


def _addresses(row: Row) -> Iterator[str]:
    for column in TABLES[row.table].columns:
        if column.privacy == "address":
            value = row.values[column.name]
            yield from value if isinstance(value, list) else [str(value)]


def _names_nobody(address: str) -> bool:
    """Whether it is an ARN of a whole domain, or of a number's."""
    return address.startswith("arn:") and "@" not in address


def _tags(values: Values) -> dict[str, str]:
    tags = values["tags"]
    return tags if isinstance(tags, dict) else {}
