"""`--engine` and what it needs, for the commands that ask the lake."""

from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError

from infra.cli.options import data_folder, data_option, deployment, existing_folder, stage
from infra.operating.stage import Stage
from infra.outputs import LakeOutputs
from queries.asking import Engine
from queries.compatibility.database import SampleDatabase
from queries.compatibility.views import ViewFolder
from queries.engines.athena import AthenaEngine
from queries.engines.athena_errors import refused


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
        name: str | None, workgroup: str | None, database: str | None, reuse: int, data_here: Path | None, **others: Any
    ) -> object:
        deployed = stage()
        if deployed and name == "duckdb":
            raise click.UsageError("--engine duckdb asks the data folder's lake, --stage a deployment's")
        if not deployed and name != "athena":
            return command(engine=partial(_embedded, data_here), **others)
        views = ViewFolder(data_folder(data_here) / "views")
        return command(engine=partial(_athena, deployed, workgroup, database, reuse, views), **others)

    return with_engine


def _embedded(data_here: Path | None) -> Engine:
    """Of the data folder; what waits to be written into its lake is written first."""
    with deployment(existing_folder(data_here)) as opened:
        return opened.engine(ViewFolder(opened.data / "views"))


def _athena(
    deployed: Stage | None, workgroup: str | None, database: str | None, reuse_minutes: int, views: ViewFolder
) -> Engine:
    if deployed and not (workgroup and database):
        lake = deployed.outputs(LakeOutputs)
        workgroup, database = workgroup or lake.workgroup_name, database or lake.database_name
    try:
        client = boto3.client("athena")
    except BotoCoreError as error:
        raise click.ClickException(str(refused(error))) from error
    sample = SampleDatabase(views.read())
    return AthenaEngine(
        client,
        workgroup=workgroup or "parley",
        database=database or "parley",
        reuse_minutes=reuse_minutes,
        sample=sample,
    )
