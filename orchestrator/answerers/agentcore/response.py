"""The words in what an agent of one's own says back: by media type plain text, JSON, or a stream of events.

Agents made with the bedrock-agentcore SDK answer in JSON, be it a bare string, or stream JSON events, the last of which
tells of a failure: {"error": "…", "error_type": "ValueError", "message": "An error occurred during streaming"}. What it
cannot encode it sends as {"error": "Serialization failed", "original_type": "…"}, which is no failure.
Source: https://github.com/aws/bedrock-agentcore-sdk-python/blob/main/src/bedrock_agentcore/runtime/app.py
"""

import re
from collections.abc import Iterator
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from orchestrator.decoding import decoded
from orchestrator.errors import ConfigurationError, EventError, UpstreamError
from orchestrator.sections import variable_of

_VARIABLE = variable_of("agentcore_response_path")
_LINE = re.compile(r"\r\n|\n|\r")
_END = "[DONE]"  # how streams of OpenAI's kind end


class ResponseReader:
    """Finds the words at a JMESPath: a string, or a list of them, which are joined."""

    def __init__(self, path: str) -> None:
        """`path` "" stands for the whole value. Raises `ConfigurationError`."""
        try:
            self._path = jmespath.compile(path or "@")
        except JMESPathError as error:
            raise ConfigurationError(f"{_VARIABLE}={path!r} is not a JMESPath: {error}") from error
        self._whole = not path

    def words(self, media_type: str, body: bytes) -> str:
        """Raises `UpstreamError`, `ConfigurationError`, and `EventError` for what should be JSON and is not."""
        text = body.decode("utf-8", "replace")
        kind = media_type.partition(";")[0].strip().lower()
        if kind == "text/event-stream":
            return "".join(self._of_event(data) for data in _events(text))
        if kind == "application/json" or kind.endswith("+json"):
            return self._at_path(decoded(text, "response"))
        return text

    def _of_event(self, data: str) -> str:
        try:
            value = decoded(data)
        except EventError:  # plain text, each event a piece of the answer
            return data if self._whole and data != _END else ""
        bare = self._whole and isinstance(value, int | float)  # plain text again, a piece of it being a number
        return data if bare else self._at_path(value)

    def _at_path(self, value: Any) -> str:
        _refuse_error(value)
        try:
            found = self._path.search(value)
        except JMESPathError as error:
            raise ConfigurationError(f"{_VARIABLE} does not fit the response") from error
        words = found if isinstance(found, list) else [found]
        if not all(word is None or isinstance(word, str) for word in words):
            raise ConfigurationError(f"{_VARIABLE} must lead to the words of the response; it leads to {_kind(found)}")
        return "".join(word for word in words if word)


def _events(text: str) -> Iterator[str]:
    """The data of each event. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html"""
    lines: list[str] = []
    for line in (*_LINE.split(text), ""):
        if line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif not line and lines:
            yield "\n".join(lines)
            lines = []


def _refuse_error(value: Any) -> None:
    match value:
        case {"original_type": _}:
            return
        case {"error": str(error)} if error:  # its words may be the person's, and belong into no log
            raise UpstreamError(f"InvokeAgentRuntime: the agent failed: {value.get('error_type', 'no type told')}")


def _kind(value: Any) -> str:
    return f"an object of {', '.join(value)}" if isinstance(value, dict) else f"a {type(value).__name__}"
