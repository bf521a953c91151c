"""`parley ingest`"""

import sys
from pathlib import Path

import click
import msgspec

from infra.local.commands.options import data_option, deployment
from infra.local.ingest import Ingest, documents, read

UNREADABLE = 2


@click.command(name="ingest")
@click.argument("paths", nargs=-1, metavar="[PATH… | -]")
@data_option
def command(paths: tuple[str, ...], data_here: Path | None) -> None:
    """Feed provider events through the path the Lambdas run; print one JSON line per event.

    Each PATH is a JSON document or JSON lines; `-` (or nothing) is standard input. What AWS delivers is recognised by
    its shape: bare, in an SNS notification, in the Records of SNS and SQS triggers, envelope inside envelope.

    A bad event never stops the others. Exit status 0, or 2 where a path cannot be read.
    """
    ingest = Ingest(opened := deployment(data_here))
    status = 0
    for path in paths or ("-",):
        try:
            content = sys.stdin.buffer.read() if path == "-" else read(path)
        except OSError as error:
            click.echo(f"Error: {path} cannot be read: {error.strerror}", err=True)
            status = UNREADABLE
            continue
        for document in documents(path, content):
            for ingested in ingest.document(document):
                click.echo(msgspec.json.encode(ingested))
    opened.lake.flush()
    sys.exit(status)
