"""What several commands share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from infra.local.deployment import Deployment
from infra.local.stage import Stage
from orchestrator.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


class OutFile(click.Path):
    """A file to write. The folder that it goes to must be there: said before anything is asked."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        file = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not file.parent.is_dir():
            self.fail(f"there is no folder {file.parent}; make it first", param, ctx)
        return file


def write(out: Path, content: bytes) -> None:
    """The answer into its file. Raises `click.ClickException` for a disk that does not take it."""
    try:
        out.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error


def data_option(command: Command) -> Command:
    """`--data DIR` behind the command's name as well as before it."""
    option = click.option(
        "--data",
        "data_here",
        type=click.Path(file_okay=False, path_type=Path),
        help="The data folder (default: that of `parley --data`, or .parley).",
    )
    return option(command)


def format_option(*formats: str) -> Callable[[Command], Command]:
    """`--format`, the first being the default."""
    return click.option("--format", "format_", type=click.Choice(formats), default=formats[0], show_default=True)


def deployment(data_here: Path | None, mail: Path | None = None) -> Deployment:
    """Opens the deployment that the command line names, with the environment's settings."""
    return Deployment(data_folder(data_here), Settings.read(os.environ), mail=mail)


def data_folder(data_here: Path | None) -> Path:
    """The one that the command line names."""
    return data_here or click.get_current_context().find_object(Path) or Path(".parley")


def stage() -> Stage | None:
    """The deployment on AWS that `parley --stage` names; None without one: then it is about the data folder."""
    name = click.get_current_context().find_root().params.get("stage")
    return Stage(name) if name else None
