"""`parley conversations`"""

from datetime import datetime
from pathlib import Path

import click

from infra.cli.options import data_option, format_option, operated
from infra.cli.tables import document, lines, table
from orchestrator.model import Turn


class ListByDefault(click.Group):
    """`parley conversations` lists; its options are those of `list`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = [arg for arg in args if not arg.startswith("-")]
        asks_for_help = {"-h", "--help"} & set(args)
        if not asks_for_help and (not named or named[0] not in self.commands):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(name="conversations", cls=ListByDefault)
def command() -> None:
    """Read what was said. Without a subcommand: list."""


@command.command(name="list")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@format_option("table", "json")
@data_option
def list_(limit: int, format_: str, data_here: Path | None) -> None:
    """The latest conversations."""
    with operated(data_here) as opened:
        rows = [
            {
                "conversation": each.conversation_id,
                "channel": each.channel,
                "with": each.their_address,
                "turns": len(opened.store.conversations.turns(each.key)),
                "last": each.answered_at.isoformat(timespec="seconds") if each.answered_at else "answering",
            }
            for each in opened.latest(limit)
        ]
    table(rows, format_, empty="No conversation yet. Begin one: parley chat")


@command.command()
@click.argument("conversation")
@format_option("text", "json")
@data_option
def show(conversation: str, format_: str, data_here: Path | None) -> None:
    """The turns of a CONVERSATION: its id, or the id without its last number for all generations."""
    with operated(data_here) as opened:
        turns = opened.store.conversations.turns(conversation)
    if not turns:
        raise click.ClickException(f"no turn of {conversation}; `parley conversations` lists what there is")
    if format_ == "json":
        document(turns)
        return
    for turn in turns:
        click.echo(lines(_told(turn)))


def _told(turn: Turn) -> str:
    told = [f"{_at(message.occurred_at)}  {message.their_address}: {message.text}" for message in turn.messages]
    if turn.answer:
        told.append(
            f"{_at(turn.finished_at)}  ({turn.answer.source}, {turn.answer.latency_ms} ms): {turn.answer.text or '—'}"
        )
        if turn.answer.source in ("consent", "silence"):
            told.append(f"    because {turn.answer.reason}")
        told += [f"    source: {citation.title} {citation.uri}" for citation in turn.answer.citations]
    told += [f"    part {number}: {part.state} {part.error}".rstrip() for number, part in enumerate(turn.parts, 1)]
    return "\n".join(told) + "\n"


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "…"
