"""An address as other people write it: found in their words, whatever they put between its characters.

    +14255550101   001 425 555 0101   (425) 555-0101   425‑555‑0101   ４２５ ５５５ ０１０１   tel:+1-425-555-0101
    +442079460018  020 7946 0018   +44 (0)20 7946 0018   0044 20 7946 0018

The forms of a number are those that the redactor's library knows for its country. A number that stands behind another
country's prefix is another number.
"""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from transformer.redaction.phones import digits_of

# Blanks, brackets, points, slashes, dashes of every length and marks that nobody sees; as JSON writes them, too.
_BETWEEN = (
    r"(?:[ \t().\-/\u00a0\u00ad\u2000-\u2015\u202a-\u202f\u2043\u2060-\u2069\u2212\u3000\ufe58\ufe63\ufeff\uff08\uff09"
    r"\uff0d-\uff0f]|\\u(?:00a0|00ad|20[01][0-9a-f]|202f)|%20|=\r?\n){0,3}"
)
_OTHER_COUNTRY = re.compile(r"[+\uff0b]\d{1,3}[ ().\-\u00a0\u2010-\u2015]{0,3}$")
_LONGEST_PREFIX = 8  # characters of one


class Spelling(NamedTuple):
    """`pattern` finds what may be the address; of a number, not all that it finds is."""

    pattern: re.Pattern[str]
    is_number: bool

    def in_text(self, text: str) -> bool:
        return any(self._is_it(found) for found in self.pattern.finditer(text))

    def replaced(self, text: str, instead: str) -> str:
        return self.pattern.sub(lambda found: instead if self._is_it(found) else found[0], text)

    def _is_it(self, found: re.Match[str]) -> bool:
        """Whether it is no other country's number that ends in the same digits."""
        if not self.is_number or found[0][0] in "+\uff0b":
            return True
        start = found.start()
        return not _OTHER_COUNTRY.search(found.string[max(0, start - _LONGEST_PREFIX) : start])


def spelling_of(address: str) -> Spelling:
    """`address` is canonical: the digits of a number with its country's, or a mail address in lower case."""
    pattern = _mail(address) if "@" in address else _number(address)
    return Spelling(re.compile(pattern, re.IGNORECASE), "@" not in address)


def _mail(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return rf"(?<![\w.+-]){_wide(local)}(?:[@\uff20\ufe6b]|%40|\\u0040){_wide(domain)}(?![\w-])"


def _wide(text: str) -> str:
    """Each character as it is or in its full width."""
    return "".join(f"[{re.escape(each)}{chr(ord(each) + 0xFEE0)}]" if "!" <= each <= "~" else each for each in text)


def _number(digits: str) -> str:
    """Every way of the country, the longest first, so that no prefix of it stays behind."""
    forms = sorted(digits_of(f"+{digits}"), key=len, reverse=True)
    written = "|".join(_BETWEEN.join(_scripts()[int(digit)] for digit in form) for form in forms)
    return rf"(?<!\d)[+\uff0b]?[(\uff08]?(?:{written})(?!\d)"


@cache
def _scripts() -> tuple[str, ...]:
    """For each digit what writes it, in every script."""
    written: list[list[str]] = [[] for _ in range(10)]
    for character in map(chr, range(0x1FBFA)):
        if unicodedata.category(character) == "Nd":
            written[unicodedata.digit(character)].append(character)
    return tuple(f"[{''.join(each)}]" for each in written)
