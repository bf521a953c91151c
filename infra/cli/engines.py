"""`--engine` and what it needs, for the commands that ask the lake."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Literal

import click

from infra.cli.options import data_option, operated
from infra.operating.operated import AskedOf
from queries.asking import Engine
from queries.errors import QueryError


def engine_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives the command what opens its `engine`: the embedded lake's, or a deployment's on AWS."""

    @data_option
    @click.option(
        "--engine", "name", type=click.Choice(["duckdb", "athena"]), help="[default: duckdb; athena with --stage]"
    )
    @click.option("--workgroup", envvar="PARLEY_WORKGROUP", help="Of Athena.  [default: the stage's, or parley]")
    @click.option("--database", envvar="PARLEY_DATABASE", help="Of Glue.  [default: the stage's, or parley]")
    @click.option(
        "--reuse",
        type=click.IntRange(0, 10080),
        default=0,
        metavar="MINUTES",
        help="How old an answer Athena may give again, free of charge, to the very same statement.",
    )
    @wraps(command)
    def with_engine(
        name: Literal["duckdb", "athena"] | None,
        workgroup: str | None,
        database: str | None,
        reuse: int,
        data_here: Path | None,
        **others: Any,
    ) -> object:
        def engine() -> Engine:
            """Of the data folder: what waits to be written into its lake is written first."""
            asked_of = AskedOf(name or "", workgroup or "", database or "", reuse)
            try:
                with operated(data_here, writes=True, may_be_new=name == "athena") as opened:
                    return opened.engine(asked_of)
            except QueryError as error:
                raise click.ClickException(str(error)) from error

        return command(engine=engine, **others)

    return with_engine
