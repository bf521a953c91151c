"""Athena as an operator asks it: with their own credentials, and views of their own."""

from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError

from infra.operating.operated import AskedOf
from queries.compatibility.database import SampleDatabase
from queries.compatibility.views import ViewFolder
from queries.engines.athena import AthenaEngine
from queries.engines.athena_errors import refused


def athena(asked_of: AskedOf, views: Path) -> AthenaEngine:
    """Asks the workgroup and database named, or `parley`. Raises `QueryError` where nobody can be asked."""
    try:
        client = boto3.client("athena")
    except BotoCoreError as error:
        raise refused(error) from error
    return AthenaEngine(
        client,
        workgroup=asked_of.workgroup or "parley",
        database=asked_of.database or "parley",
        reuse_minutes=asked_of.reuse_minutes,
        sample=SampleDatabase(ViewFolder(views).read()),
    )
