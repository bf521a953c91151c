"""JSON that drives no terminal: part of it are customers' words."""

import re

# DEL and the second set of control codes; marks of direction; line ends that only Unicode knows.
_ACTING = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def harmless_json(encoded: bytes) -> bytes:
    """The same JSON, with what could drive a terminal or turn its text around as escapes, as msgspec has the rest."""
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded.decode()).encode()
