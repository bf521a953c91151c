"""Whom to forget: one address in all its spellings, and the ids that lead to this person only."""

import base64
import binascii
import re
from collections.abc import Iterable

from orchestrator.keys import key_of
from orchestrator.model import Turn
from orchestrator.stores.ports import Ids
from transformer.json_text import JsonError, parse_json
from transformer.redaction.pseudonyms import Pseudonyms, canonical, is_address

ERASED = "[erased]"  # where somebody else's words name the person

_BASE64 = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}")
_LAYERS = 3  # of base64 within base64: a mail within a request within a rejected record


class Person:
    """Fills the stores' port. Raises `ValueError` for what is no address.

    `pseudonyms` are those that the lake was written with.
    """

    def __init__(self, address: str, pseudonyms: Pseudonyms | None = None) -> None:
        if not is_address(address):
            raise ValueError(f"{address!r} is neither a phone number nor a mail address")
        self.address = canonical(address)
        self.ids = Ids()
        self._pseudonyms = pseudonyms
        self._pseudonym = pseudonyms.of(address) if pseudonyms else ""
        forms = [_mail(self.address) if "@" in self.address else _number(self.address)]
        self._named = re.compile("|".join([*forms, *filter(None, [self._pseudonym])]), re.IGNORECASE)
        self._named_bytes = re.compile(self._named.pattern.encode(), re.IGNORECASE)

    def has(self, address: str | None) -> bool:
        """Whether an address is this person's."""
        return bool(address) and (address == self._pseudonym or canonical(address or "") == self.address)

    def named_in(self, content: bytes, layers: int = _LAYERS) -> bool:
        """Whether content of any kind has the address, in base64 too."""
        if self._named_bytes.search(content):
            return True
        return layers > 0 and any(self.named_in(inner, layers - 1) for inner in decoded(content))

    def tied_to(self, content: bytes, layers: int = _LAYERS) -> bool:
        """Whether content of any kind has one of the ids, in base64 too."""
        ids = (*self.ids.keys, *self.ids.turns, *self.ids.sends, *self.ids.messages)
        if any(each.encode() in content for each in ids):
            return True
        return layers > 0 and any(self.tied_to(inner, layers - 1) for inner in decoded(content))

    def forgotten(self, text: str) -> str:
        """Somebody else's text, without the address. JSON stays JSON, where the address was a number too."""
        erased = self._named.sub(ERASED, text)
        if erased != text and text[:1] in ("{", "[") and not _is_json(erased) and _is_json(text):
            return self._named.sub("0", text)
        return erased

    def forgotten_bytes(self, content: bytes) -> bytes:
        """The same of UTF-8; what is no UTF-8 stays as it is, byte for byte."""
        if not self.named_in(content, layers=0):
            return content
        return self.forgotten(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def learn(self, *, turn: str = "", send: str = "", conversation: str = "", messages: Iterable[str] = ()) -> None:
        """Take ids of a row, a turn or a send of this person."""
        if turn:
            self.ids.turns.add(turn)
        if send:
            self.ids.sends.add(send)
        if conversation:
            self.ids.keys.add(key_of(conversation))
        for message in filter(None, messages):
            self.ids.messages |= self._spellings(message)
        self.ids.messages -= self.ids.shared

    def learn_turn(self, turn: Turn) -> None:
        """Take every id of a turn of this person."""
        ids = [*(message.message_id for message in turn.messages), *(part.message_id for part in turn.parts)]
        self.learn(turn=turn.turn_id, conversation=turn.conversation_id, messages=ids)

    def learn_shared(self, message: str) -> None:
        """Take the id of a message that others got too, whatever other rows of it tell."""
        self.ids.shared |= self._spellings(message)
        self.ids.messages -= self.ids.shared

    def _spellings(self, message: str) -> set[str]:
        return {message, self._pseudonyms.within(message) if self._pseudonyms else message}


def decoded(content: bytes) -> Iterable[bytes]:
    """What stands in it in base64."""
    for match in _BASE64.finditer(content):
        run = match[0].rstrip(b"=")
        try:
            yield base64.b64decode(run[: len(run) - (len(run) % 4 == 1)] + b"==")
        except binascii.Error:
            continue


def _mail(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return rf"(?<![\w.+-]){re.escape(local)}(?:@|%40){re.escape(domain)}(?![\w-])"


def _number(digits: str) -> str:
    """The digits with what people put between them."""
    return r"(?<![0-9])\+?" + r"[ ().\-/]{0,3}".join(digits) + r"(?![0-9])"


def _is_json(text: str) -> bool:
    try:
        parse_json(text)
    except JsonError:
        return False
    return True
