"""`parley send`"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click
import msgspec

from infra.cli.options import data_option, deployment, format_option, without_stage
from infra.cli.sends import shown
from orchestrator.errors import EventError
from orchestrator.model import Purpose
from orchestrator.sending.requests import RequestedContent, SendRequest

if TYPE_CHECKING:
    from infra.local.deployment import Deployment
    from orchestrator.sends import Send

POLL_S = 0.05


@click.command(name="send")
@click.option(
    "--to", multiple=True, metavar="CHANNEL:ADDRESS", help="sms:+12065550142, whatsapp:+…, email:…; again for more."
)
@click.option("--text", help="What to say, in markdown, on every channel.")
@click.option("--subject", default="", help="The subject, where it goes by mail.")
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A value for {{NAME}} in the text.")
@click.option(
    "--content", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A whole request as JSON."
)
@click.option(
    "--plan", default="", help="The plan: code, reminder, alert, or one of yours. Default: one address after another."
)
@click.option("--purpose", type=click.Choice(get_args(Purpose)), default="transactional", show_default=True)
@click.option(
    "--at", "send_at", type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]), help="Not before, in UTC: 2026-12-24T18:00:00Z."
)
@click.option("--expires", type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]), help="Not after, in UTC.")
@click.option("--campaign", default="", help="What it belongs to, for reports.")
@click.option(
    "--key", "idempotency_key", default="", help="The same request with the same key is kept once, for a day."
)
@click.option(
    "--fate", default="", help="What the simulated providers do: sms=failed:TEXT_BLOCKED@1s,email=delivered@2s."
)
@click.option("--dry-run", is_flag=True, help="Say what would leave, and keep nothing.")
@click.option("--wait", is_flag=True, help="Wait until it is over, and do the work meanwhile.")
@format_option("table", "json")
@data_option
def command(  # noqa: PLR0913 - an option each
    *,
    to: tuple[str, ...],
    text: str | None,
    subject: str,
    variables: tuple[str, ...],
    file: Path | None,
    plan: str,
    purpose: Purpose,
    send_at: datetime | None,
    expires: datetime | None,
    campaign: str,
    idempotency_key: str,
    fate: str,
    dry_run: bool,
    wait: bool,
    format_: str,
    data_here: Path | None,
) -> None:
    """Tell one person something: by the first step of a plan, and by the next where that fails.

    \b
      parley send --to sms:+12065550142 --to email:ana@customer.example \\
          --text 'Your lamp is **ready**.' --plan reminder --wait

    A running server does the work; without one, --wait does. `parley sends` shows what became of it.
    """
    without_stage("parley send works on a data folder; a stage takes sends by its API")
    if file:
        request = _of_file(file)
    elif to and text:
        request = SendRequest(
            to=to,
            content=RequestedContent(text=text, subject=subject),
            plan=plan,
            purpose=purpose,
            variables=dict(map(_pair, variables)),
            send_at=send_at and send_at.replace(tzinfo=UTC),
            expires_at=expires and expires.replace(tzinfo=UTC),
            campaign=campaign,
            idempotency_key=idempotency_key,
        )
    else:
        raise click.UsageError("say to whom and what: --to and --text, or --content FILE")
    with deployment(data_here) as opened:
        try:
            accepted = opened.requests.accepted(request, caller="command line", now=opened.clock())
        except EventError as error:
            raise click.UsageError(str(error)) from error
        if dry_run:
            shown(opened.dispatcher.foreseen(accepted.send), format_)
            return
        if fate:
            opened.outbox.decide(accepted.send.send_id, fate)
        send_id = opened.dispatcher.accept(*accepted)
        found = _carried(opened, send_id) if wait else opened.store.sends.load(send_id)
        if found is None:
            raise click.ClickException(f"there is no send {send_id}")
        shown(found, format_)
        if found.is_over and found.status == "failed":
            sys.exit(1)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"--var {text!r} is not NAME=VALUE")
    return name, value


def _of_file(file: Path) -> SendRequest:
    try:
        return msgspec.json.decode(file.read_bytes(), type=SendRequest)
    except msgspec.DecodeError as error:
        raise click.UsageError(f"{file}: {error}") from error


def _carried(opened: Deployment, send_id: str) -> Send | None:
    """The send at its end. Works off what is due, beside a server or without one."""
    from infra.local.workers import work_off  # noqa: PLC0415

    with click.progressbar(length=1, label="On its way", file=sys.stderr, hidden=not sys.stderr.isatty()):
        while (found := opened.store.sends.load(send_id)) and not found.is_over:
            if wake_up := opened.queue.lease():
                work_off(opened, wake_up)
            else:
                opened.dispatcher.sweep()
                time.sleep(POLL_S)
        return found
