"""What can be recognised by its form: mail addresses, phone numbers, cards, IBANs, one-time codes.

Every expression is bounded, so that no text takes more than time in proportion to its length.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from transformer.redaction.check_digits import CARD, IBAN, is_card, is_iban
from transformer.redaction.findings import Finding
from transformer.redaction.phones import international, phones

_MAIL = re.compile(r"[\w.!#$%'*+=^`{|}~-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DIGIT_GROUPS = re.compile(r"[0-9]+(?:[ .\u00a0\u2010-\u2015-][0-9]+)*")
_ACCOUNT_GROUPS = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{0,30}(?:[ \u00a0-][A-Za-z0-9]{1,30}){0,12}"
)
_GROUP = re.compile(r"[A-Za-z0-9]+")
_CODE_WORD = re.compile(
    r"(?<!zip )(?<!area )(?<!postal )(?<!country )(?<!error )(?<!promo )(?<!discount )"
    r"\b(?:codes?|otp|pin|passcode|password|token|verification|c[oó]digos?|claves?|contraseñas?|verificaci[oó]n)\b"
    r"(?! postal)",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![\w$€£.,/-])(?:[A-Z]{1,3}-)?(?:[0-9]{3,4}[ -][0-9]{3,4}|[0-9]{4,8}|[A-Z0-9]{5,8})(?![\w%])")
_NEAR = 60  # characters between a one-time code and the word that gives it away
_MAY_HAVE_SOMETHING = re.compile(r"@|%40|\d(?:[^0-9]{0,4}\d){2}|[0-9][A-Z]|[A-Z][0-9]")


def personal(text: str, region: str) -> list[Finding]:
    """Everything found. `region` is the country, two letters, whose numbers may stand without a prefix; "" for none."""
    if not _MAY_HAVE_SOMETHING.search(text):
        return []
    found = list(_mails(text)) if "@" in text or "%40" in text else []
    found += [*_checked(text, _DIGIT_GROUPS, "CARD", CARD, is_card), *_codes(text), *phones(text, region)]
    return [*found, *_checked(text, _ACCOUNT_GROUPS, "IBAN", IBAN, is_iban)]


def addresses(text: str) -> list[Finding]:
    """What can be nothing else, even in a message's id: mail addresses, and numbers with `+`.

    A Message-ID of a mail has the form of an address, and brackets: <4711@mail.example>
    """
    mails = () if text.startswith("<") or "@" not in text else _mails(text)
    return [*mails, *(international(text) if "+" in text else ())]


def _mails(text: str) -> Iterator[Finding]:
    return (Finding(*match.span(), "EMAIL") for match in _MAIL.finditer(text))


def _checked(
    text: str, groups: re.Pattern[str], kind: str, lengths: range, is_one: Callable[[str], bool]
) -> Iterator[Finding]:
    """Runs of whole groups whose check digits are right, the longest first: a date may stand before, a code behind.

    What stands between the groups is taken out once; only runs of as many characters as `lengths` names are looked at.
    """
    for match in groups.finditer(text):
        if match.end() - match.start() < lengths[0]:
            continue
        pieces = [piece.span() for piece in _GROUP.finditer(text, *match.span())]
        bare = "".join(text[start:end] for start, end in pieces).upper()
        bounds = [0, *accumulate(end - start for start, end in pieces)]  # where in `bare` each group begins and ends
        done = 0
        for first, (start, _) in enumerate(pieces):
            ends = () if start < done else _ends(bounds, first, lengths)
            last = next((end for end in ends if is_one(bare[bounds[first] : bounds[end]])), 0)
            if last:
                done = pieces[last - 1][1]
                yield Finding(start, done, kind)


def _ends(bounds: Sequence[int], first: int, lengths: range) -> Iterable[int]:
    """Where a run that begins with the group `first` may end, the longest run first."""
    shortest = bisect_left(bounds, bounds[first] + lengths[0])
    beyond = bisect_right(bounds, bounds[first] + lengths[-1])
    return range(beyond - 1, shortest - 1, -1)


def _codes(text: str) -> Iterator[Finding]:
    """Codes near a word that says that they are ones."""
    for word in _CODE_WORD.finditer(text):
        for start, end in ((word.end(), word.end() + _NEAR), (max(0, word.start() - _NEAR), word.start())):
            for match in _CODE.finditer(text, start, end):
                if any(character.isdigit() for character in match[0]):
                    yield Finding(*match.span(), "CODE")
