"""Another name for an address: the same address always has the same one, and only the key's owner can tell whose.

An address is compared without its disguises: a number with or without `+`, a mail address in any case, with a name, or
as the identity of an ARN.
"""

import hashlib
import hmac
import re

LONGEST_ADDRESS = 400  # characters, with a display name

_MAIL = re.compile(r"(?:[^<>]{0,200}<|arn:[^/]{0,200}/)?([^\s<>\"',;:]{1,64}@[^\s<>\"',;:]{1,255})>?\s*")
_NAMED_MAIL = re.compile(r"[^<>]*<[^<>@\s]+@[^<>\s]+>\s*")
_NUMBER = re.compile(r"\+?[0-9][0-9 ().-]{5,20}")
_WHATSAPP_ID = re.compile(r"wamid\.[A-Za-z0-9+/=_-]+")  # base64, and the person's number is in it


def canonical(address: str) -> str:
    """What two spellings of an address have in common: digits of a number, a mail address in lower case."""
    mail = _MAIL.fullmatch(address)
    if mail:
        return mail[1].lower()
    return re.sub(r"[^0-9]", "", address) if _NUMBER.fullmatch(address.strip()) else address.strip()


def is_address(text: str) -> bool:
    """Whether it may be one, where one is expected."""
    form = canonical(text)
    return "@" in form or (form.isdigit() and 7 <= len(form) <= 15)


def is_named_mail(text: str) -> bool:
    """Whether it is a mail address with the name of its owner: Zoe <zoe@person.example>"""
    return bool(_NAMED_MAIL.fullmatch(text))


class Pseudonyms:
    """Names by HMAC-SHA-256; `key` is a secret of at least 16 bytes that has to outlive deployments."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("a pseudonym key has at least 16 bytes")
        self._key = key

    def of(self, address: str) -> str:
        """`anon-` and 24 hex; "" for ""."""
        return f"anon-{self._hash(canonical(address))}" if address else ""

    def within(self, message_id: str) -> str:
        """A message's id; WhatsApp's, which tell the person's number, under another name."""
        return _WHATSAPP_ID.sub(lambda match: f"wamid.{self._hash(match[0])}", message_id)

    def _hash(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:24]
