"""docs/sending.md does what it says: its curl and its Python talk to a real server, and the send arrives."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from infra.cli.main import parley
from tests.stories.test_kill import server

DOCS = (Path(__file__).parents[2] / "docs" / "sending.md").read_text()
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a server, and a token that may send and read."""
    data = tmp_path_factory.mktemp("data") / "data"
    words = ["--data", str(data), "tokens", "add", "shop", "--scope", "send", "--scope", "read"]
    token = CliRunner().invoke(parley, words, catch_exceptions=False).output.strip()
    with server(data) as (_, address):
        yield address, token


def client() -> Any:
    """The function `call` of the document."""
    (source,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    names: dict[str, Any] = {}
    exec(source, names)  # noqa: S102 - our own document
    return names["call"]


def finished(call: Any, base: str, token: str, send_id: str) -> Any:
    for _ in range(200):
        send = call(base, token, f"sends/{send_id}")
        if send["finished_at"]:
            return send
        time.sleep(0.1)
    raise TimeoutError(send_id)


def test_the_python_of_the_document_sends_and_learns_what_became_of_it(served: tuple[str, str]) -> None:
    call, (base, token) = client(), served
    body = {"to": ["sms:+12065550142"], "content": {"text": "Ready."}, "idempotency_key": "order-1"}
    sent = call(base, token, "sends", body)
    assert call(base, token, "sends", body) == sent
    send = finished(call, base, token, sent["send_id"])
    assert (send["status"], send["steps"][0]["channel"]) == ("delivered", "sms")
    (found,) = call(base, token, "sends?idempotency_key=order-1")["sends"]
    assert found["send_id"] == sent["send_id"]


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl on this machine")
def test_the_curl_of_the_document_sends(served: tuple[str, str]) -> None:
    base, token = served
    (command,) = re.findall(r"\$ (curl .*?)\n```", DOCS, re.DOTALL)
    run = command.replace("http://127.0.0.1:8080", base)
    environ = {"TOKEN": token, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["bash", "-c", run], check=True, env=environ, capture_output=True)
    assert re.fullmatch(r"[0-9a-f]{32}", json.loads(done.stdout)["send_id"])


def test_openapi_is_there_for_everybody_and_nothing_else_is(served: tuple[str, str]) -> None:
    import httpx2 as httpx  # noqa: PLC0415

    base, token = served
    assert httpx.get(f"{base}/v1/openapi.json").json()["openapi"] == "3.1.0"
    assert httpx.get(f"{base}/v1/sends").status_code == 401
    assert httpx.get(f"{base}/api/conversations", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    big = httpx.post(f"{base}/v1/sends", content=b" " * 200_000, headers={"Authorization": f"Bearer {token}"})
    assert big.status_code == 413
