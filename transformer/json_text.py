"""JSON in and out: orjson's speed, the standard library's patience.

orjson refuses what providers do send now and then: half a surrogate pair in a subject line, several documents in a row.
Those take the slow way, and come out as if orjson had read them: U+FFFD stands where half a surrogate pair stood, so
every text that leaves this file is valid UTF-8.
"""

import json
from typing import TypeAlias, cast

import orjson

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
JsonObject: TypeAlias = dict[str, Json]


class JsonError(ValueError):
    """Text that is no JSON. `before` are the documents that precede it, `rest` is everything from there on."""

    def __init__(self, reason: str, rest: bytes, before: list[Json]) -> None:
        super().__init__(reason)
        self.rest = rest
        self.before = before


def parse_json(text: str | bytes) -> Json:
    """The one document of a text. Raises `JsonError` where there is none, or more."""
    try:
        document: Json = orjson.loads(text)
    except ValueError:
        documents = _parse_slowly(text)
    else:
        return document
    if len(documents) != 1:
        raise JsonError(f"{len(documents)} documents instead of one", b"", documents)
    return documents[0]


def parse_documents(text: bytes) -> list[Json]:
    """Every document of a text that holds any number of them, with or without blanks between. Raises `JsonError`."""
    try:
        return [orjson.loads(text)]
    except ValueError:
        return _parse_slowly(text)


def _parse_slowly(text: str | bytes) -> list[Json]:
    documents: list[Json] = []
    characters = text if isinstance(text, str) else _decode(text)
    position = _skip_blanks(characters, 0)
    while position < len(characters):
        try:
            document, end = _DECODER.raw_decode(characters, position)
            documents.append(_as_orjson_reads(document))
        except (ValueError, RecursionError) as error:
            rest = characters[position:].encode("utf-8", "surrogatepass")
            reason = f"no JSON at character {position}: {_reason(error)}"
            raise JsonError(reason, rest, documents) from error
        position = _skip_blanks(characters, end)
    return documents


def _decode(text: bytes) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise JsonError(f"not UTF-8 at byte {error.start}", text, []) from error


def _reason(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def _skip_blanks(text: str, position: int) -> int:
    match = json.decoder.WHITESPACE.match(text, position)  # type: ignore[attr-defined]  # absent from typeshed
    return cast("int", match.end())


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def _as_orjson_reads(document: Json) -> Json:
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    return cast("Json", orjson.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")))


def to_json_bytes(value: Json, *, sort_keys: bool = False) -> bytes:
    """Compact JSON. Raises `JsonError` for what is nested deeper than Python can follow."""
    try:
        return orjson.dumps(value, None, orjson.OPT_SORT_KEYS if sort_keys else None)
    except orjson.JSONEncodeError:  # nested more than 254 deep
        try:
            return json.dumps(value, separators=(",", ":"), sort_keys=sort_keys, ensure_ascii=False).encode()
        except RecursionError as error:
            raise JsonError("nested too deeply", b"", []) from error


def to_json_text(value: Json) -> str:
    """Compact JSON as text. Raises `JsonError` for what is nested deeper than Python can follow."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return to_json_bytes(value).decode()
