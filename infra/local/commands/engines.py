"""`--engine` and what it needs, for the commands that ask the lake."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError

from infra.local.commands.options import data_option, deployment
from queries.asking import Engine
from queries.engines.athena import AthenaEngine
from queries.engines.athena_errors import refused


def engine_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives the command an open `engine`: the embedded lake's, or a deployment's on AWS."""

    @data_option
    @click.option("--engine", "name", type=click.Choice(["duckdb", "athena"]), default="duckdb", show_default=True)
    @click.option("--workgroup", envvar="PARLEY_WORKGROUP", default="parley", show_default=True, help="Of Athena.")
    @click.option("--database", envvar="PARLEY_DATABASE", default="parley", show_default=True, help="Of Glue.")
    @click.option(
        "--reuse",
        type=click.IntRange(0, 10080),
        default=0,
        metavar="MINUTES",
        help="How old an answer Athena may give again, free of charge, to the very same statement.",
    )
    @functools.wraps(command)
    def with_engine(
        name: str, workgroup: str, database: str, reuse: int, data_here: Path | None, **others: Any
    ) -> object:
        engine = _athena(workgroup, database, reuse) if name == "athena" else _embedded(data_here)
        return command(engine=engine, **others)

    return with_engine


def _embedded(data_here: Path | None) -> Engine:
    """Of the data folder; what waits to be written into its lake is written first."""
    opened = deployment(data_here)
    engine = opened.engine()
    opened.close()
    return engine


def _athena(workgroup: str, database: str, reuse_minutes: int) -> Engine:
    try:
        client = boto3.client("athena")
    except BotoCoreError as error:
        raise click.ClickException(str(refused(error))) from error
    return AthenaEngine(client, workgroup=workgroup, database=database, reuse_minutes=reuse_minutes)
