"""Phone numbers, by the library that knows every country's. Imported when there is a number to look at."""

import re
from collections.abc import Iterator
from functools import lru_cache

from transformer.redaction.findings import Finding

_MAY_BE_ONE = re.compile(r"\d(?:[^0-9A-Za-z]{0,4}\d){6}")  # in the digits of any script
_CHUNK = 10_000  # characters; the library looks at a text's tail again for each candidate
_OVERLAP = 40
_LEAST_DIGITS = 7
_INTERNATIONAL = re.compile(r"(?<![\w+])\+[0-9]{7,15}(?![0-9])")  # such a number is one, whatever the library knows


def phones(text: str, region: str) -> Iterator[Finding]:
    """Numbers with their country's prefix, and those of `region` ("" for none) as people there write them."""
    if not _MAY_BE_ONE.search(text):
        return
    yield from international(text)
    from phonenumbers import Leniency, PhoneNumberMatcher  # noqa: PLC0415

    for offset in range(0, len(text), _CHUNK):
        chunk = text[offset : offset + _CHUNK + _OVERLAP]
        for match in PhoneNumberMatcher(chunk, region or None, Leniency.VALID):
            yield Finding(offset + match.start, offset + match.end, "PHONE")


def international(text: str) -> Iterator[Finding]:
    """The numbers in E.164 form, with their `+`, that a text holds."""
    return (Finding(*number.span(), "PHONE") for number in _INTERNATIONAL.finditer(text))


def digits_of(address: str) -> frozenset[str]:
    """The digits that people dial a number in E.164 form with: from anywhere, from abroad, within its country.

    Forms of fewer than 7 digits are left out: they are numbers of many things.
    """
    from phonenumbers import (  # noqa: PLC0415
        NumberParseException,
        PhoneMetadata,
        PhoneNumberFormat,
        format_number,
        national_significant_number,
        parse,
        region_code_for_number,
    )

    digits = address.removeprefix("+")
    forms = {digits, f"00{digits}", f"011{digits}"}
    try:
        number = parse(address)
    except NumberParseException:
        return frozenset(forms)
    metadata = PhoneMetadata.metadata_for_region(region_code_for_number(number) or "", None)
    national = national_significant_number(number)
    prefixes = {"", "0", (metadata.national_prefix if metadata else None) or ""}
    within = {f"{prefix}{national}" for prefix in prefixes}
    within.add(re.sub(r"[^0-9]", "", format_number(number, PhoneNumberFormat.NATIONAL)))
    with_both = {f"{start}{number.country_code}{form}" for start in ("", "00", "011") for form in within}
    return frozenset(form for form in forms | within | with_both if len(form) >= _LEAST_DIGITS)


@lru_cache(4096)
def region_of(address: str) -> str:
    """The country, two letters, of a number in E.164 form; "" for anything else."""
    if not _INTERNATIONAL.fullmatch(address):
        return ""
    from phonenumbers import NumberParseException, parse, region_code_for_number  # noqa: PLC0415

    try:
        return region_code_for_number(parse(address)) or ""
    except NumberParseException:
        return ""
