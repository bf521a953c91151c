"""`parley ingest`"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from infra.cli.options import data_option, deployment
from infra.cli.tables import document
from infra.local.ingest import Document, Ingest, documents, mail
from orchestrator.model import Verdict

UNREADABLE = 2
MAILS = frozenset({".eml", ".mail", ".email"})
DOCUMENTS = frozenset({".md", ".markdown", ".html", ".htm", ".pdf", ".docx"})  # never an event, whatever is in them


@click.command(name="ingest")
@click.argument("paths", nargs=-1, metavar="[PATH… | -]")
@click.option(
    "--mail-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of mails: where SES's notifications find theirs by key; without a PATH, all of them are fed.",
)
@click.option(
    "--verdict",
    type=click.Choice(["pass", "gray", "fail", "unknown"]),
    default="unknown",
    show_default=True,
    help="What SES's DMARC check is to have said of mails from files; `fail` with a domain that asks for nothing.",
)
@data_option
def command(paths: tuple[str, ...], mail_dir: Path | None, verdict: Verdict, data_here: Path | None) -> None:
    """Feed provider events through the path the Lambdas run; print one JSON line per event.

    Each PATH is a JSON document, JSON lines or a mail (.eml); a folder stands for the files in it that are no
    documents (.md, .html, …); `-` (or nothing) is standard input. What AWS delivers is recognised by its shape: bare,
    in an SNS notification, in the Records of SNS and SQS triggers, envelope inside envelope.

    A bad event never stops the others. Exit status 0, or 2 where a path cannot be read.
    """
    _refuse_documents(paths)
    status = 0
    with deployment(data_here, mail_dir) as opened:
        ingest = Ingest(opened)
        for path in _files(paths or ((str(mail_dir),) if mail_dir else ("-",))):
            try:
                content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
            except OSError as error:
                click.echo(f"Error: {path} cannot be read: {error.strerror}", err=True)
                status = UNREADABLE
                continue
            for given in _documents(path, content, mail_dir, ingest, verdict):
                for ingested in ingest.document(given):
                    document(ingested)
    sys.exit(status)


def _refuse_documents(paths: tuple[str, ...]) -> None:
    """Raises `click.UsageError` for what somebody wants to have answers from, before it fills the rejected rows."""
    for path in paths:
        if Path(path).suffix.lower() in DOCUMENTS and Path(path).is_file():
            raise click.UsageError(
                f"{path} is a document, not an event of a provider: `parley documents add {path}` has questions "
                "answered from it; `parley ingest tests/events/sms_question.json` shows what an event is"
            )


def _files(paths: tuple[str, ...]) -> Iterator[str]:
    """The paths, each folder replaced by the files below it."""
    for path in paths:
        if path != "-" and Path(path).is_dir():
            found = (each for each in sorted(Path(path).rglob("*")) if each.is_file())
            yield from (str(each) for each in found if each.suffix.lower() not in DOCUMENTS)
        else:
            yield path


def _documents(
    path: str, content: bytes, mail_dir: Path | None, ingest: Ingest, verdict: Verdict
) -> Iterator[Document]:
    """A file below the folder of mails is a mail, whatever its name; elsewhere its ending says so."""
    is_mail = Path(path).suffix.lower() in MAILS or (mail_dir is not None and Path(path).is_relative_to(mail_dir))
    if is_mail:
        yield mail(path, content, ingest.now(), verdict)
    else:
        yield from documents(path, content)
