"""The command line. Each command is a file in commands/, imported when it is run."""

import importlib
import keyword
import os
import sys
from pathlib import Path
from typing import Any

import click

from orchestrator.errors import ParleyError

COMMANDS = {
    "serve": "Run the hub on this machine: page, API, workers, lake.",
    "chat": "Write to the hub as a customer, in the terminal.",
    "send": "Tell a person something, by a plan: the next step where one fails.",
    "sends": "What was told whom: list, show, cancel.",
    "tokens": "The programs that may call the API: add, list, remove.",
    "fates": "Addresses that stand for a delivery, a bounce, a complaint.",
    "ingest": "Feed provider events from files, one outcome each.",
    "conversations": "Read what was said.",
    "quarantine": "Messages held back for their verdicts: list, release.",
    "documents": "The documents that questions are answered from.",
    "evaluate": "Judge answerers by questions whose answers are known.",
    "query": "Ask the lake, in Athena SQL.",
    "report": "Write a page about a period: charts and tables, to read or print.",
    "demo-data": "Fill a new folder with made-up customers, to try reports on.",
    "import": "Bring the lake of another program over.",
    "compact": "Merge the lake's small files: the same rows in fewer.",
    "rejected": "What could not become rows: list, show, replay.",
    "redrive": "Put a deployment's dead letters back, once their cause is mended.",
    "templates": "How events become rows: list, check before use, draft.",
    "erase": "Forget a person: everything kept of one address.",
    "doctor": "Check the settings, here or an account's; name every gap with its remedy.",
}

# What can be done to a deployment on AWS as well.
WITH_STAGE = (
    "conversations",
    "quarantine",
    "query",
    "report",
    "compact",
    "rejected",
    "redrive",
    "templates",
    "erase",
    "doctor",
)


class Commands(click.Group):
    """Finds commands by name without importing the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = cmd_name.replace("-", "_") + "_" * keyword.iskeyword(cmd_name)
        command: click.Command = importlib.import_module(f"infra.cli.commands.{module}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """What a command complains of may quote a customer: no control code of it comes to the terminal."""
        try:
            return super().invoke(ctx)
        except click.UsageError:  # quotes the command line, if anything
            raise
        except click.ClickException as error:
            raise click.ClickException(_harmless(error.message)) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".parley"),
    envvar="PARLEY_DATA",
    show_default=True,
    help="The folder that holds everything of an embedded deployment.",
)
@click.option("--stage", metavar="NAME", help="A deployment on AWS in its place, found by its stacks' outputs.")
@click.pass_context
def parley(ctx: click.Context, data: Path, stage: str | None) -> None:
    """Parley: customers write by SMS, WhatsApp or email; an AI answers; everything lands in a lake.

    \b
    Start here:
      parley serve                      then open http://127.0.0.1:8080
      parley chat                       write as a customer
      parley query delivery_by_turn     which answers were delivered

    Settings are environment variables named PARLEY_…; `parley doctor` lists and checks them.
    """
    if stage and ctx.invoked_subcommand not in WITH_STAGE:
        raise click.UsageError(f"--stage is for what works on a deployment: {', '.join(WITH_STAGE)}")
    ctx.obj = data


def main() -> None:
    """The `parley` program. An error of Parley's own is a message, not a traceback.

    What it writes, people's words for the most part, is for whoever runs it: files 0600, folders 0700.
    """
    os.umask(0o077)
    try:
        parley()
    except ParleyError as error:
        click.secho(f"Error: {_harmless(str(error))}", fg="red", err=True)
        sys.exit(1)


def _harmless(message: str) -> str:
    from infra.cli.tables import lines  # noqa: PLC0415  # only what a command needs is imported

    return lines(message)


if __name__ == "__main__":
    main()
