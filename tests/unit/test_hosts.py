"""A server answers by the names that it is known by, and by no other, wherever it listens."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from infra.cli.commands.serve import Listening, _listener
from infra.cli.main import parley
from infra.console import hosts
from infra.console.server import Server
from infra.local.deployment import Deployment
from infra.local.workers import Workers
from orchestrator.settings import Settings

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is tested


@pytest.mark.parametrize(
    ("host", "names", "asked", "status"),
    [
        ("127.0.0.1", (), "localhost:8080", 200),
        ("127.0.0.1", (), "hub.example.com", 400),
        (EVERYWHERE, (), "localhost:8080", 200),  # a container's port, published on the machine
        (EVERYWHERE, (), EVERYWHERE, 400),
        (EVERYWHERE, (), "evil.example", 400),
        (EVERYWHERE, ("Hub.example.com",), "hub.example.com", 200),
        (EVERYWHERE, ("hub.example.com",), "evil.hub.example.com", 400),
        ("192.0.2.7", (), "192.0.2.7:8080", 200),
        ("::1", (), "[::1]:8080", 200),
        ("::", (), "[::]:8080", 400),
    ],
)
def test_a_request_names_a_host_that_the_operator_knows(
    tmp_path: Path, host: str, names: tuple[str, ...], asked: str, status: int
) -> None:
    with Deployment(tmp_path, Settings()) as deployment:
        server = Server(deployment, Workers(deployment, count=1), "token", hosts.accepted(host, names))
        assert TestClient(server.application()).get("/healthz", headers={"host": asked}).status_code == status


@pytest.mark.parametrize(
    ("host", "names", "address"),
    [
        ("127.0.0.1", (), "http://127.0.0.1:80"),
        (EVERYWHERE, (), "http://127.0.0.1:80"),
        (EVERYWHERE, ("hub.example.com", "other"), "http://hub.example.com:80"),
        ("::1", (), "http://[::1]:80"),
    ],
)
def test_the_address_that_is_shown_can_be_opened(host: str, names: tuple[str, ...], address: str) -> None:
    assert hosts.shown(host, 80, names) == address


@pytest.mark.parametrize(
    ("host", "is_ours"), [("localhost", True), ("127.8.8.8", True), (EVERYWHERE, False), ("hub", False)]
)
def test_only_the_loopback_is_out_of_others_reach(host: str, is_ours: bool) -> None:
    assert hosts.is_loopback(host) == is_ours


def test_a_host_that_is_none_of_ours_is_refused_with_a_remedy(tmp_path: Path) -> None:
    result = CliRunner().invoke(parley, ["--data", str(tmp_path / "data"), "serve", "--host", "192.0.2.7"])
    assert (result.exit_code, "192.0.2.7 is no address of this machine" in result.stderr) == (2, True)


def test_every_address_of_the_machine_is_listened_on_when_asked_for() -> None:
    with _listener(Listening(EVERYWHERE, 0, ())) as listener:
        assert listener.getsockname()[0] == EVERYWHERE
        listener.listen()
        taken = Listening(EVERYWHERE, listener.getsockname()[1], ())
        with pytest.raises(click.ClickException, match="is taken"):
            _listener(taken)


@pytest.mark.parametrize("name", ["*", "*.example.com", "http://hub", "hub:80", "hub example", ""])
def test_no_name_stands_for_every_name(tmp_path: Path, name: str) -> None:
    result = CliRunner().invoke(parley, ["--data", str(tmp_path / "data"), "serve", "--name", name])
    assert (result.exit_code, "is no name of a host" in result.stderr) == (2, True)
