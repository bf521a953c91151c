"""The JSON API: what it accepts, what it refuses and why, and what every reply carries."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from infra.console import bodies
from infra.console.server import Server
from infra.local.deployment import Deployment
from infra.local.providers import customers
from infra.local.samples import load_samples
from infra.local.workers import Workers
from orchestrator.model import ChannelName
from orchestrator.settings import Settings
from tests.kit import sms_event

JSON = {"content-type": "application/json"}
TOKEN = "the token of this start"
ALLOWED = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings()
    with Deployment(tmp_path, settings) as deployment:
        load_samples(deployment)
        workers = Workers(deployment, count=2)
        application = Server(deployment, workers, TOKEN).application()
        with TestClient(application, base_url="http://localhost", headers=ALLOWED) as client:
            yield client


def eventually(client: TestClient, path: str, ready: Any) -> Any:
    """What a GET gives once it is `ready`."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = client.get(path).json()
        if ready(found):
            return found
        time.sleep(0.05)
    raise TimeoutError(f"{path}: {found}")


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "email"])
def test_words_of_a_customer_are_kept_and_answered_with_the_source(client: TestClient, channel: ChannelName) -> None:
    response = client.post("/api/messages", json={"text": "When are you open on Saturday?", "channel": channel})
    assert response.status_code == 202
    assert response.json()["message_id"]
    found = eventually(client, "/api/replies", lambda found: found["replies"])
    (sent,) = found["replies"]
    assert sent["channel"] == channel
    assert sent["destination"] == customers.A_CUSTOMER[channel]
    assert "Saturday" in sent["text"]
    assert "Opening hours" in sent["text"]
    assert client.get(f"/api/replies?after={found['position']}").json()["replies"] == []


def test_a_providers_event_is_received_in_its_own_shape(client: TestClient) -> None:
    response = client.post("/api/events", content=sms_event("When do you open?"), headers=JSON)
    assert response.status_code == 202
    (received,) = response.json()["received"]
    assert received["outcome"] == "turn"
    assert received["message_ids"] == ["m1"]


def test_a_conversation_is_told_with_its_answer_and_parts(client: TestClient) -> None:
    client.post("/api/messages", json={"text": "When are you open on Saturday?"})
    (summary,) = eventually(client, "/api/conversations", lambda found: found and not found[0]["unfinished"])
    told = client.get(f"/api/conversations/{summary['key']}").json()
    (turn,) = told["turns"]
    assert turn["answer"]["source"] == "documents"
    assert turn["answer"]["citations"]
    assert [part["state"] for part in turn["parts"]] == ["sent"]


def test_rows_are_there_within_moments_and_can_be_asked_for(client: TestClient) -> None:
    client.post("/api/messages", json={"text": "When are you open on Saturday?"})
    eventually(client, "/healthz", lambda found: found["rows"] >= 5)
    answer = client.post("/api/query", json={"sql": "SELECT delivery_status FROM delivery_by_turn"}).json()
    assert answer["rows"] == [["delivered"]]
    assert {entry["name"] for entry in client.get("/api/catalogue").json()["entries"]} >= {"delivery_by_turn"}


def test_health_counts(client: TestClient) -> None:
    assert client.get("/healthz").json() == {
        "status": "ok",
        "messages": 0,
        "waiting": 0,
        "unfinished": 0,
        "turns": 0,
        "wake_ups": 0,
        "dead": 0,
        "rows": 0,
    }


@pytest.mark.parametrize(
    ("path", "body", "status", "reason"),
    [
        ("/api/messages", b"{", 400, "the body is not what is expected here"),
        ("/api/messages", b'{"text": 7}', 400, "$.text"),
        ("/api/messages", b'{"text": "x", "colour": "red"}', 400, "colour"),
        ("/api/messages", b'{"text": "x", "channel": "fax"}', 400, "fax"),
        ("/api/messages", b'{"text": "x", "sender": "the bank"}', 400, "the bank is not a phone number"),
        (
            "/api/messages",
            b'{"text": "x", "channel": "email", "sender": "a@b.example\\r\\nBcc: c@d.example"}',
            400,
            "one line",
        ),
        ("/api/events", b"\xff", 400, "is not JSON"),
        ("/api/query", b'{"sql": "DROP TABLE events"}', 400, "Nothing was run"),
        ("/api/query", b'{"sql": "SELECT * FROM nowhere"}', 400, "nowhere"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    client: TestClient, path: str, body: bytes, status: int, reason: str
) -> None:
    response = client.post(path, content=body, headers=JSON)
    assert response.status_code == status
    assert reason in response.json()["error"]


def test_a_rejected_event_is_kept_all_the_same(client: TestClient) -> None:
    client.post("/api/events", content=b"no json", headers=JSON)
    eventually(client, "/healthz", lambda found: found["rows"] == 1)
    (row,) = client.post("/api/query", json={"sql": "SELECT reason FROM rejected"}).json()["rows"]
    assert "is not JSON" in row[0]


def test_another_site_cannot_write_here(client: TestClient) -> None:
    simple = client.post("/api/messages", content=b'{"text": "x"}', headers={"content-type": "text/plain"})
    assert simple.status_code == 415
    rebound = client.get("/healthz", headers={"host": "evil.example"})
    assert rebound.status_code == 400


def test_a_body_too_large_is_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_BODY", 100)
    response = client.post("/api/messages", content=b'{"text": "' + b"x" * 200 + b'"}', headers=JSON)
    assert response.status_code == 413


@pytest.mark.parametrize("path", ["/api/conversations/nobody", "/api/conversations/sms-" + "0" * 32, "/nowhere"])
def test_what_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["error"]


@pytest.mark.parametrize("path", ["/", "/static/app.js", "/healthz", "/nowhere", "/api/messages"])
def test_everything_carries_the_headers_of_caution(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "given",
    [None, b"", b"Bearer", b"Bearer ", b"Bearer another", b"Basic dTpw", f"bearer {TOKEN}".encode(), b"Bearer \xff"],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/channels"),
        ("GET", "/api/conversations"),
        ("GET", "/api/replies"),
        ("GET", "/api/catalogue"),
        ("POST", "/api/messages"),
        ("POST", "/api/events"),
        ("POST", "/api/query"),
        ("GET", "/static/../api/conversations"),
        ("GET", "//api/conversations"),
        ("GET", "/nowhere"),
    ],
)
def test_without_the_token_nothing_is_told_and_nothing_taken(
    client: TestClient, method: str, path: str, given: bytes | None
) -> None:
    client.headers.pop("authorization")
    headers = [(b"content-type", b"application/json"), *([] if given is None else [(b"authorization", given)])]
    response = client.request(method, path, content=b'{"text": "x", "sql": "SELECT 1"}', headers=headers)
    assert response.status_code == 401
    assert response.json().keys() == {"error"}
    client.headers.update(ALLOWED)
    assert client.get("/healthz").json()["messages"] == 0


def test_without_the_token_it_is_told_that_the_server_lives_and_no_more(client: TestClient) -> None:
    client.headers.pop("authorization")
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/").status_code == 200


def test_a_client_that_leaves_is_no_defect(client: TestClient) -> None:
    assert asyncio.run(answered(client, {"type": "http.disconnect"})) == 400


def test_a_body_that_never_ends_is_given_up(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "WITHIN_S", 0.1)
    assert asyncio.run(answered(client, None)) == 408


def test_only_so_many_bytes_of_bodies_are_held_at_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_AT_ONCE", 10)
    refused = client.post("/api/messages", content=b'{"text": "hello"}', headers=JSON)
    assert refused.status_code == 503
    monkeypatch.undo()
    monkeypatch.setattr(bodies, "MAX_AT_ONCE", 30)
    for _ in range(3):  # what was read before does not count
        assert client.post("/api/messages", content=b'{"text": "hello"}', headers=JSON).status_code == 202


async def answered(client: TestClient, then: Any) -> int:
    """The status for a message of which half a body comes, and `then`; None for nothing more."""
    told = iter([{"type": "http.request", "body": b'{"text": "', "more_body": True}])
    statuses = []

    async def receive() -> Any:
        message = next(told, then)
        return message or await asyncio.Event().wait()

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    headers = [
        (b"host", b"localhost"),
        (b"content-type", b"application/json"),
        (b"authorization", f"Bearer {TOKEN}".encode()),
    ]
    scope = {"type": "http", "method": "POST", "path": "/api/messages", "query_string": b"", "headers": headers}
    await client.app(scope, receive, send)  # raises what the server's log would show as a traceback
    return int(statuses[0])
