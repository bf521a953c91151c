"""A model behind an API like OpenAI's, in the shape of Bedrock's Converse: whoever asks the one can ask the other.

    POST {base}/chat/completions   {"model", "messages": [{"role", "content"}], "max_tokens"}
    ◀ {"choices": [{"message": {"content"}, "finish_reason"}], "usage": {"prompt_tokens", "completion_tokens"}}

Newer models of OpenAI want `max_completion_tokens` in the place of `max_tokens`, which most others know alone: who
refuses the one is asked with the other from then on. What a model thinks aloud in <think> is no answer.
Sources: https://platform.openai.com/docs/api-reference/chat/create, https://platform.openai.com/docs/guides/error-codes,
https://docs.ollama.com/api/openai-compatibility, https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
"""

import http.client
import ipaddress
import re
import socket
import stat
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from orchestrator.answerers.openai.settings import OpenAiSettings
from orchestrator.decoding import convert, decoded
from orchestrator.errors import ConfigurationError, EventError, ThrottledError, UpstreamError
from orchestrator.sections import require

MOST_BYTES = 1_000_000  # of a response
_REDIRECTED = 300  # the lowest status without an answer
_THINKING = re.compile(r"^\s*<think>.*?(</think>|\Z)", re.DOTALL)  # without an end where the model was cut short
_STOPS: Mapping[str | None, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "content_filter": "content_filtered",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
}
_TOO_LONG = re.compile(r"context[ _]length|context window|maximum context|prompt is too long", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,100}")  # what is otherwise may quote the customer
_KEY = re.compile(r"[!-~]*")  # what a header can carry
_WANTS_THE_OTHER = re.compile(r"max_completion_tokens", re.IGNORECASE)


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


class _RefusedError(Exception):
    """The server answered with an error status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class _AsAnswered(urllib.request.HTTPErrorProcessor):
    """A status is for us to judge, and no redirect is followed: key and words go where the operator said."""

    def http_response(
        self, request: urllib.request.Request, response: http.client.HTTPResponse
    ) -> http.client.HTTPResponse:
        return response

    https_response = http_response


class OpenAiClient:
    """Fills the model's client: `converse` as boto3's `bedrock-runtime` has it, as far as a conversation needs it."""

    def __init__(self, settings: OpenAiSettings, timeout_s: float) -> None:
        """Raises `ConfigurationError` for settings without a model, of no use, or with a key that others can read."""
        require(settings, "a model like OpenAI's", "openai_base_url", "openai_model")
        self._url = f"{settings.openai_base_url.rstrip('/')}/chat/completions"
        self._model = settings.openai_model
        self._key = _key_of(settings)
        self._timeout_s = timeout_s
        self._limit = "max_tokens"
        self._opener = urllib.request.build_opener(_AsAnswered, *_proxies(self._url))

    def converse(self, **request: Any) -> Mapping[str, Any]:
        """Raises `UpstreamError` and `ConfigurationError`, whose messages have nothing of the conversation."""
        try:
            return self._converse(request)
        except _RefusedError as error:
            if error.status == 400 and self._limit == "max_tokens" and _WANTS_THE_OTHER.search(str(error)):
                self._limit = "max_completion_tokens"
                return self.converse(**request)
            if error.status in (400, 413) and _TOO_LONG.search(f"{error.code} {error}"):
                return _response("", "model_context_window_exceeded", _Usage())
            raise _owned(error) from None  # its words may quote the customer

    def _converse(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        body = {
            "model": self._model,
            "messages": list(_messages(request)),
            self._limit: request["inferenceConfig"]["maxTokens"],
        }
        try:
            completion = convert(decoded(self._post(msgspec.json.encode(body)), "the response"), _Completion)
            choice = completion.choices[0]
        except (EventError, IndexError) as error:
            raise UpstreamError("the model's response is not as documented", code="chat/completions") from error
        if choice.message.refusal:
            return _response("", "content_filtered", completion.usage)
        text = _THINKING.sub("", choice.message.content or "").strip()
        return _response(text, _STOPS.get(choice.finish_reason, "end_turn"), completion.usage)

    def _post(self, body: bytes) -> bytes:
        _check_way(self._url)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        asked = urllib.request.Request(self._url, body, headers, method="POST")  # noqa: S310 - http or https, by the setting's pattern
        deadline = time.monotonic() + self._timeout_s
        try:
            with self._opener.open(asked, timeout=self._timeout_s) as response:
                status, content = response.status, _read(response, deadline)
        except (TimeoutError, OSError, http.client.HTTPException) as error:
            raise UpstreamError(
                f"the model cannot be reached: {type(error).__name__}", code=type(error).__name__
            ) from error
        if status >= _REDIRECTED:
            raise _refusal(status, content)
        return content


def _messages(request: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    """As the API takes them: texts only, each message's blocks one below the other."""
    for block in request["system"]:
        yield {"role": "system", "content": block["text"]}
    for message in request["messages"]:
        texts = [_text(block) for block in message["content"]]
        yield {"role": message["role"], "content": "\n\n".join(texts)}


def _text(block: Mapping[str, Any]) -> str:
    """A guardrail is Bedrock's: here what it would look at is a text like others."""
    return str(block["guardContent"]["text"]["text"] if "guardContent" in block else block["text"])


def _response(text: str, stop_reason: str, usage: _Usage | None) -> Mapping[str, Any]:
    used = usage or _Usage()
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}] if text else []}},
        "stopReason": stop_reason,
        "usage": {"inputTokens": used.prompt_tokens or 0, "outputTokens": used.completion_tokens or 0},
    }


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    """The whole of it, bounded in size and in time: a server that sends a byte now and then holds up nobody."""
    content = bytearray()
    while chunk := response.read1(65_536):
        content += chunk
        if len(content) > MOST_BYTES:
            raise UpstreamError(f"the model's response has more than {MOST_BYTES} bytes", code="chat/completions")
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(content)


def _refusal(status: int, content: bytes) -> _RefusedError:
    """What the server says is wrong, in one of the two shapes that servers use."""
    try:
        told = decoded(content, "the error")
    except EventError:
        return _RefusedError(status, "", "")
    error = told.get("error", told) if isinstance(told, dict) else told
    if not isinstance(error, dict):
        return _RefusedError(status, "", str(error)[:500])
    code, message = str(error.get("code") or error.get("type") or ""), str(error.get("message", ""))
    return _RefusedError(status, code if _CODE.fullmatch(code) else "", message[:500])


def _owned(error: _RefusedError) -> UpstreamError | ConfigurationError:
    """Who acts. The server's own words may quote the customer: only its code is told."""
    said = f"the model's server answered {error.status} {error.code}".rstrip()
    if error.status == 429:
        return ThrottledError(said, code=str(error.status))
    if error.status >= 500 or error.status in (408, 409, 425):
        return UpstreamError(said, code=str(error.status))
    if error.status in (401, 403):
        return ConfigurationError(f"{said}: look at PARLEY_OPENAI_KEY", code=str(error.status))
    if error.status == 404:
        return ConfigurationError(
            f"{said}: look at PARLEY_OPENAI_BASE_URL and PARLEY_OPENAI_MODEL", code=str(error.status)
        )
    return ConfigurationError(said, code=str(error.status))


def _check_way(url: str) -> None:
    """What is not encrypted may go to this machine, or to a private network."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UpstreamError(f"{parts.hostname} cannot be found", code="getaddrinfo") from error
    addresses = [ipaddress.ip_address(each[4][0]) for each in found]
    if not all(each.is_private or each.is_loopback for each in addresses):
        raise ConfigurationError(
            f"PARLEY_OPENAI_BASE_URL leads to {parts.hostname} without encryption: give it with https://"
        )


def _proxies(url: str) -> list[urllib.request.BaseHandler]:
    """Without encryption nothing goes through a proxy of the environment: it would see the key."""
    try:
        parts = urlsplit(url)
        if parts.hostname and (parts.port is None or parts.port):
            return [urllib.request.ProxyHandler({})] if parts.scheme == "http" else []
    except ValueError as error:  # a port that is no number, or too large; an address that is none
        raise ConfigurationError(f"PARLEY_OPENAI_BASE_URL: {error}") from error
    raise ConfigurationError("PARLEY_OPENAI_BASE_URL names no server")


def _key_of(settings: OpenAiSettings) -> str:
    key = _read_key(settings)
    if not _KEY.fullmatch(key):
        raise ConfigurationError("the key to PARLEY_OPENAI_BASE_URL is not one line of letters, digits and signs")
    return key


def _read_key(settings: OpenAiSettings) -> str:
    if not settings.openai_key_file:
        return settings.openai_key
    path = Path(settings.openai_key_file)
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ConfigurationError(f"PARLEY_OPENAI_KEY_FILE: others can read {path}; chmod 600 {path}")
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError as error:
        raise ConfigurationError(f"PARLEY_OPENAI_KEY_FILE: {path} cannot be read: {error.strerror}") from error
