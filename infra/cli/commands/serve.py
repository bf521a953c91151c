"""`parley serve`"""

import errno
import logging
import os
import shutil
import socket
import sys
from pathlib import Path
from typing import NamedTuple

import click
import uvicorn

from infra.cli.ending import Ending, Interruptible
from infra.cli.options import data_folder, data_option
from infra.console import hosts
from infra.console.access import new_token
from infra.console.server import Server
from infra.local.deployment import Deployment, alone, settings_of
from infra.local.samples import load_samples
from infra.local.workers import Workers

_BEYOND = (
    "It can be reached from beyond this machine. Whoever has the token may use it, and the token travels as it is: "
    "put a proxy that speaks TLS before it."
)
GRACE_S = 1  # that a request has to end after Ctrl-C; a question to the lake is given up


def _names(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    for name in given:
        if not hosts.is_name(name):
            raise click.BadParameter(f"{name!r} is no name of a host: hub.example.com, without http:// and port")
    return given


@click.command(name="serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, envvar="PARLEY_PORT", show_default=True)
@click.option(
    "--host",
    default=hosts.LOOPBACK[0],
    envvar="PARLEY_HOST",
    metavar="ADDRESS",
    show_default=True,
    help="Where to listen; 0.0.0.0 for every address of the machine.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    envvar="PARLEY_NAMES",
    callback=_names,
    metavar="NAME",
    help="A name that people ask for it by, beside localhost and ADDRESS; may be repeated. Another one is refused.",
)
@click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True, help="How many answer at once.")
@data_option
def command(port: int, host: str, names: tuple[str, ...], workers: int, data_here: Path | None) -> None:
    """Run the hub on this machine: a page, a JSON API, workers and the lake's writer.

    Nobody beyond this machine reaches it, unless --host says so. Then whoever has the token may use it, and the token
    travels as it is: put a proxy that speaks TLS before it.

    Only one server runs on a data folder. Stop it with Ctrl-C, or kill it: what was acknowledged is not lost.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    data = data_folder(data_here)
    with alone(data) as is_alone:
        if not is_alone:
            raise click.ClickException(f"a server is running on {data} already; stop it, or choose another --data")
        _serve(data, Listening(host, port, names), workers)


class Listening(NamedTuple):
    """Where a server listens, port 0 being any that is free, and by which names people come."""

    host: str
    port: int
    names: tuple[str, ...]


def _serve(data: Path, where: Listening, count: int) -> None:
    settings = settings_of(os.environ)
    woken: list[Workers] = []
    with (
        _listener(where) as listener,
        Deployment(data, settings, on_wake=lambda: woken[0].wake() if woken else None) as deployment,
    ):
        deployment.queue.forget_leases()
        deployment.store.conversations.forget_claims()
        deployment.store.sends.forget_claims()
        loaded = load_samples(deployment)
        woken.append(Workers(deployment, count=count))
        address = hosts.shown(where.host, listener.getsockname()[1], where.names)
        token = new_token(data)
        click.echo(_welcome(address, token, data, loaded, len(deployment.documents.list())))
        if not hosts.is_loopback(where.host):
            click.echo(_BEYOND, err=True)
        application = Server(deployment, woken[0], token, hosts.accepted(where.host, where.names)).application()
        served = uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=GRACE_S)
        ending = Ending()
        try:
            Interruptible(served, ending).run(sockets=[listener])
        finally:
            if not woken[0].stop(0):  # a store in use cannot be closed
                ending.now()


def _listener(where: Listening) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise click.UsageError(f"--host {where.host}: no address of that name is known: {error.strerror}") from error
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise _not_taken(error, where) from error
    return listener


def _not_taken(error: OSError, where: Listening) -> Exception:
    if error.errno == errno.EADDRINUSE:
        return click.ClickException(f"port {where.port} is taken; choose another: make run PORT={where.port + 1}")
    if error.errno == errno.EADDRNOTAVAIL:
        return click.UsageError(f"--host {where.host} is no address of this machine")
    return error


def _program() -> str:
    """How to call `parley` from here: by its path while it is not on the PATH."""
    return "parley" if shutil.which("parley") else os.path.relpath(sys.argv[0])


def _welcome(address: str, token: str, data: Path, loaded: int, documents: int) -> str:
    parley = f"{_program()}{'' if data == Path('.parley') else f' --data {data}'}"
    about = f"{loaded} example documents loaded" if loaded else f"{documents} documents"
    return f"""
Parley is listening at {address}   (data in {data}, {about})

  open {address}/#token={token}
      write as a customer, watch the reply, the conversation and the rows
  {parley} chat
      the same in a terminal; --channel whatsapp or email too
  {parley} query delivery_by_turn
      which answers were delivered
  {parley} documents add FOLDER
      answer from your own texts

The address with its token is for you alone; the next start has another one. Ctrl-C stops it.
"""
