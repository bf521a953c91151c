"""Text in the form "flowed": a line that ends with a blank goes on in the next one.

Source: RFC 3676, sections 4.1 and 4.2 (soft and hard breaks, DelSp), 4.3 (the signature's line), 4.4 (the blank
stuffed before ">" and "From"), 4.5 (quoted lines flow among those of their own depth).
"""

_SIGNATURE = "-- "


def unflowed(text: str, *, delete_space: bool) -> str:
    """Paragraphs in one line each, quoted ones behind their ">" marks. `delete_space` is what DelSp=yes asks for."""
    paragraphs: list[tuple[int, list[str]]] = []
    flows = False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        unquoted = line.lstrip(">")
        depth, words = len(line) - len(unquoted), unquoted.removeprefix(" ")
        if not flows or words == _SIGNATURE or depth != paragraphs[-1][0]:
            paragraphs.append((depth, []))
        flows = words.endswith(" ") and words != _SIGNATURE
        paragraphs[-1][1].append(words[:-1] if flows and delete_space else words)
    return "\n".join(f"{'>' * depth}{' ' if depth else ''}{''.join(pieces)}" for depth, pieces in paragraphs)
