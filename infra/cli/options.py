"""What several commands share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from infra.operating.operated import NotHereError, Operated

if TYPE_CHECKING:  # what only some commands need takes time to import
    from collections.abc import Iterator

    from infra.local.deployment import Deployment
    from infra.operating.embedded import Embedded
    from infra.operating.stage import Stage

Command = TypeVar("Command", bound=Callable[..., Any])
_DURATION = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta | None:
    """90m, 2h or 3d: minutes, hours, days; None for any other text."""
    match = _DURATION.fullmatch(text)
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None


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
    with writing(out) as file:
        file.write(content)


@contextmanager
def writing(out: Path) -> Iterator[BinaryIO]:
    """The file, for an answer that comes in parts. Raises `click.ClickException` for a disk that does not take it."""
    try:
        with out.open("wb") as file:
            yield file
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
    """Opens the deployment that the command line names, with the environment's settings; makes its folder if need be.

    For commands that write into it, within a `with`.
    """
    from infra.local.deployment import Deployment, settings_of  # noqa: PLC0415

    return Deployment(data_folder(data_here), settings_of(os.environ), mail=mail)


@contextmanager
def to_read(data_here: Path | None) -> Iterator[Deployment]:
    """The deployment that the command line names, for commands that only read it.

    Raises `click.ClickException` where there is none: a folder is made by what writes into it, never by a look.
    """
    with _looked_into(existing_folder(data_here)) as opened:
        yield opened


@contextmanager
def to_try(data_here: Path | None) -> Iterator[Deployment]:
    """As `to_read`; where there is nothing yet, an empty deployment that leaves no trace.

    For commands that have something to say all the same. `tell_if_empty` says why it is so little.
    """
    data = data_folder(data_here)
    if not is_empty(data):
        with _looked_into(data) as opened:
            yield opened
        return
    with TemporaryDirectory() as nowhere, _looked_into(Path(nowhere)) as opened:
        yield opened


def existing_folder(data_here: Path | None) -> Path:
    """The data folder that the command line names. Raises `click.ClickException` where there is nothing in it."""
    data = data_folder(data_here)
    if is_empty(data):
        raise click.ClickException(_nothing_in(data))
    return data


def tell_if_empty(data_here: Path | None) -> None:
    """A note on stderr, where a command goes on without the data folder."""
    data = data_folder(data_here)
    if is_empty(data):
        click.echo(_nothing_in(data), err=True)


def is_empty(data: Path) -> bool:
    """Whether a data folder is still to be filled: it is not there, or nothing is in it. Raises `OSError`."""
    return not data.exists() or (data.is_dir() and not any(data.iterdir()))


@contextmanager
def _looked_into(data: Path) -> Iterator[Deployment]:
    from infra.local.deployment import Deployment, settings_of  # noqa: PLC0415

    opened = Deployment(data, settings_of(os.environ))
    try:
        yield opened
    finally:
        opened.release()


def _nothing_in(data: Path) -> str:
    return (
        f"there is nothing in {data} yet: begin with `parley serve`, `parley chat` or `parley ingest`, "
        "or name another folder with --data"
    )


def data_folder(data_here: Path | None) -> Path:
    """The one that the command line names."""
    return data_here or click.get_current_context().find_object(Path) or Path(".parley")


@contextmanager
def operated(
    data_here: Path | None, *, writes: bool = False, may_be_new: bool = False, mail: Path | None = None
) -> Iterator[Operated]:
    """The deployment that the command line names: the stage of `parley --stage`, or that of the data folder.

    Of the data folder: a command that only reads makes no folder, and leaves what waits for the lake where it is. Where
    there is nothing yet, `click.ClickException` is raised; with `may_be_new`, a command that writes makes the folder
    when it needs it, and one that reads is told of emptiness and says so on stderr.
    """
    data = data_folder(data_here)
    with ExitStack() as opened:
        if named := stage():
            from infra.operating.on_stage import OnStage  # noqa: PLC0415

            deployment: Operated = OnStage(named, data / "views")
        else:
            deployment = opened.enter_context(_of_folder(data_here, writes, may_be_new, mail))
        try:
            yield deployment
        except NotHereError as error:
            raise click.UsageError(str(error)) from error


def stage(named_here: str | None = None) -> Stage | None:
    """The stage that the command line names, or the one `named_here` behind the command; None without any."""
    name = named_here or click.get_current_context().find_root().params.get("stage")
    if not name:
        return None
    from infra.operating.stage import Stage  # noqa: PLC0415

    return Stage(name)


def without_stage(reason: str) -> None:
    """Raises `click.UsageError` where `parley --stage` names a deployment already."""
    if stage():
        raise click.UsageError(reason)


@contextmanager
def _of_folder(data_here: Path | None, writes: bool, may_be_new: bool, mail: Path | None) -> Iterator[Embedded]:
    """Opened when it is first needed, and closed again."""
    data = data_folder(data_here) if may_be_new else existing_folder(data_here)
    if may_be_new and not writes:
        tell_if_empty(data_here)
    with ExitStack() as opened:

        def open_() -> Deployment:
            if writes:
                return opened.enter_context(deployment(data))
            return opened.enter_context(to_try(data))

        from infra.operating.embedded import Embedded  # noqa: PLC0415

        embedded = Embedded(data, open_, mail)
        opened.callback(embedded.close)
        yield embedded
