"""The hub of a stage, driven from the laptop with the operator's own credentials and the deployed settings."""

import boto3

from infra.operating.stage import Stage
from infra.outputs import HubOutputs
from orchestrator import bootstrap
from orchestrator.hub import Hub
from orchestrator.stores.dynamodb.store import DynamoStore


def store(stage: Stage) -> DynamoStore:
    """Its conversations."""
    table = stage.outputs(HubOutputs).conversations_table_name
    return DynamoStore(boto3.client("dynamodb"), table, bootstrap.now)


def hub(stage: Stage) -> Hub:
    """What it receives, it keeps in its table and wakes through its queue: the deployed functions do the rest."""
    settings = stage.settings()
    return bootstrap.deployed(settings, bootstrap.clients(settings))
