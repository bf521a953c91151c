"""Which addresses an answer keeps that goes to whom a forger may have chosen: ours only.

An answer may repeat what it was asked, and a mail of ours vouches for what it links to. Mail programs make links of
bare names too ("evil.example"), so whatever looks like one is left out, at the price of a file's name now and then.
"""

import re
from collections.abc import Collection

_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\(\s{0,5}<?([^()<>\s]{1,2000})>?[^()]{0,300}\)")
_REST = r"[^\s<>()\[\]\"']{0,2000}"
_NAME = r"(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,15}"
_ADDRESS = re.compile(
    rf"(?:[a-z][a-z0-9+.-]{{1,15}}:/|www\.){_REST}|(?<![\w.+-])[\w.+-]{{1,64}}@{_NAME}|(?<![\w@.-]){_NAME}(?:[/:?#]{_REST})?",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]{1,15}:)?/{0,9}(?:[^/@\s]{0,200}@)?([^/:?#\s]{1,255})", re.IGNORECASE)
LEFT_OUT = "[…]"


def only_ours(markdown: str, domains: Collection[str]) -> str:
    """The text without addresses outside these domains and what is below them, of the web and of mail."""
    kept = _LINK.sub(lambda found: found[0] if _is_ours(found[2], domains) else found[1], markdown)
    return _ADDRESS.sub(lambda found: found[0] if _is_ours(found[0], domains) else LEFT_OUT, kept)


def domain_of(address: str) -> str:
    """The host of a web address, or the domain of a mail address; "" for neither."""
    found = _HOST.match(address)
    return found[1].lower().rstrip(".,;:!") if found else ""


def _is_ours(address: str, domains: Collection[str]) -> bool:
    host = domain_of(address)
    return any(host == domain or host.endswith(f".{domain}") for domain in domains if domain)
