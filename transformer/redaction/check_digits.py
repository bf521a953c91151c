"""Numbers that say themselves whether they are real."""

import re

CARD = range(13, 20)  # how many digits a card's number has
IBAN = range(15, 35)  # how many letters and digits an IBAN has
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def is_card(digits: str) -> bool:
    """Whether it is a payment card's number: 13 to 19 digits of a network that issues cards, the last one by Luhn.

    Source: ISO/IEC 7812-1; the first digits 3 to 6 are those of banks and of travel, 2221 to 2720 are Mastercard's.
    """
    issued = digits[:1] in "3456" or "2221" <= digits[:4] <= "2720"
    return len(digits) in CARD and issued and _luhn(digits) == 0


def is_iban(account: str) -> bool:
    """Whether the check digits of an IBAN, without blanks, are right. Source: ISO 13616, ISO 7064 MOD 97-10."""
    if not _IBAN.fullmatch(account):
        return False
    return int("".join(str(int(each, 36)) for each in account[4:] + account[:4])) % 97 == 1


def _luhn(digits: str) -> int:
    values = bytes(map(int, digits))
    return (sum(values[-1::-2]) + sum(values[-2::-2].translate(_DOUBLED))) % 10


_DOUBLED = bytes(sum(divmod(2 * value, 10)) for value in range(10)) + bytes(246)  # by a digit: the digits of its double
