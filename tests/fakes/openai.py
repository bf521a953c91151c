"""A server like OpenAI's: checks every request, keeps it, and answers or fails as the test has scripted."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL, KEY = "llama3.2", "sk-test-0123456789"


@dataclass
class Reply:
    """What the server sends: a status, a body as it stands, and what goes wrong besides."""

    body: Any
    status: int = 200
    wait_s: float = 0
    cut_at: int | None = None  # bytes after which the connection ends
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class FakeServer:
    """`script` holds what the next calls get; then it repeats what it is asked."""

    url: str
    script: list[Reply] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # what a real server would refuse


def completion(text: str | None, finish: str | None = "stop", **message: Any) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
        ],
        "usage": {"prompt_tokens": 310, "completion_tokens": 12, "total_tokens": 322},
    }


def problem(code: str, message: str = "", status: int = 400) -> Reply:
    return Reply({"error": {"message": message, "type": "invalid_request_error", "code": code}}, status)


def faults(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> Iterator[str]:
    """Rules of the API's reference."""
    if (handler.command, handler.path) != ("POST", "/v1/chat/completions"):
        yield f"{handler.command} {handler.path}"
    if handler.headers["Authorization"] != f"Bearer {KEY}":
        yield "the key"
    if handler.headers["Content-Type"] != "application/json":
        yield "the content type"
    if not set(body) <= {"model", "messages", "max_tokens", "max_completion_tokens"} or body.get("model") != MODEL:
        yield f"the members {sorted(body)}"
    roles = [message["role"] for message in body["messages"]]
    if roles[0] != "system" or roles[-1] != "user" or not set(roles) <= {"system", "user", "assistant"}:
        yield f"the roles {roles}"
    if not all(isinstance(message["content"], str) and message["content"].strip() for message in body["messages"]):
        yield "a message without words"
    limits = [body[name] for name in ("max_tokens", "max_completion_tokens") if name in body]
    if len(limits) != 1 or not isinstance(limits[0], int) or limits[0] < 1:
        yield f"the limit {limits}"


@contextmanager
def serving() -> Iterator[FakeServer]:
    """On a free port of the loopback."""
    fake = FakeServer("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.wrong += faults(self, body)
            fake.requests.append(body)
            asked = body["messages"][-1]["content"]
            reply = fake.script.pop(0) if fake.script else Reply(completion(f"You asked: {asked}"))
            time.sleep(reply.wait_s)
            content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(content)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content[: reply.cut_at])

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
