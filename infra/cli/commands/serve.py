"""`parley serve`"""

import errno
import logging
import os
import shutil
import socket
import sys
from pathlib import Path

import click
import uvicorn

from infra.cli.ending import Ending, Interruptible
from infra.cli.options import data_folder, data_option
from infra.console.access import new_token
from infra.console.server import Server
from infra.local.deployment import Deployment, alone, settings_of
from infra.local.samples import load_samples
from infra.local.workers import Workers

HOST = "127.0.0.1"
GRACE_S = 1  # that a request has to end after Ctrl-C; a question to the lake is given up


@click.command(name="serve")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, envvar="PARLEY_PORT", show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True, help="How many answer at once.")
@data_option
def command(port: int, workers: int, data_here: Path | None) -> None:
    """Run the hub on this machine: a page, a JSON API, workers and the lake's writer.

    Only one server runs on a data folder. Stop it with Ctrl-C, or kill it: what was acknowledged is not lost.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    data = data_folder(data_here)
    with alone(data) as is_alone:
        if not is_alone:
            raise click.ClickException(f"a server is running on {data} already; stop it, or choose another --data")
        _serve(data, port, workers)


def _serve(data: Path, port: int, count: int) -> None:
    settings = settings_of(os.environ)
    woken: list[Workers] = []
    with (
        _listener(port) as listener,
        Deployment(data, settings, on_wake=lambda: woken[0].wake() if woken else None) as deployment,
    ):
        deployment.queue.forget_leases()
        deployment.store.conversations.forget_claims()
        deployment.store.sends.forget_claims()
        loaded = load_samples(deployment)
        woken.append(Workers(deployment, count=count))
        address = f"http://{HOST}:{listener.getsockname()[1]}"
        token = new_token(data)
        click.echo(_welcome(address, token, data, loaded, len(deployment.documents.list())))
        application = Server(deployment, woken[0], token).application()
        served = uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=GRACE_S)
        ending = Ending()
        try:
            Interruptible(served, ending).run(sockets=[listener])
        finally:
            if not woken[0].stop(0):  # a store in use cannot be closed
                ending.now()


def _listener(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise click.ClickException(f"port {port} is taken; choose another: make run PORT={port + 1}") from error
    return listener


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
