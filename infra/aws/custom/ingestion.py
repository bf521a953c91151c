"""Starts ingestion jobs: what a knowledge base answers from is brought up to what lies in its sources.

    handler     custom resource: when a data source is made or changed
    on_upload   SQS, fed by the bucket's events: one job for all documents that came or went meanwhile

A data source has one job at a time; while one runs another is refused. An upload's message then stays in the queue and
comes again, so that what came during the first job gets the next.
Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_StartIngestionJob.html
"""

import functools
import logging
import os
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.exceptions import ClientError

from infra.aws.custom.resource import Event, Made, Properties, answer

_LOGGER = logging.getLogger(__name__)
# Running, or five in the account run already (the quota): both pass.
_LATER = frozenset({"ConflictException", "ServiceQuotaExceededException", "ThrottlingException"})


class Sources(Properties, frozen=True):
    """The data sources of one knowledge base."""

    knowledge_base_id: str
    data_source_ids: tuple[str, ...]


class Ingestion:
    """A job for each data source. One that cannot start now has a job running, or gets one with the next upload."""

    def __init__(self, client: Any) -> None:
        """`client` is botocore's of `bedrock-agent`."""
        self._client = client

    def create(self, wanted: Sources) -> Made:
        for source in wanted.data_source_ids:
            start(self._client, wanted.knowledge_base_id, source)
        return Made(f"ingestion-{wanted.knowledge_base_id}")

    def update(self, _id: str, wanted: Sources, _before: Sources) -> Made:
        return self.create(wanted)

    def delete(self, id_: str, before: Sources) -> None:
        """What was ingested goes with the data source."""


def handler(event: Event, _context: object) -> dict[str, object]:
    """CloudFormation's request, by way of CDK's provider framework."""
    return answer(event, Sources, Ingestion(_client()))


def on_upload(event: Mapping[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Start one job for the whole batch; all of it comes again when the job cannot start now."""
    started = start(_client(), os.environ["KNOWLEDGE_BASE_ID"], os.environ["DATA_SOURCE_ID"])
    failed = [] if started else event["Records"]
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}


def start(client: Any, knowledge_base_id: str, data_source_id: str) -> bool:
    """Whether a job was started. Raises botocore's `ClientError` for what waiting does not help."""
    try:
        job = client.start_ingestion_job(knowledgeBaseId=knowledge_base_id, dataSourceId=data_source_id)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _LATER:
            raise
        _LOGGER.info("data source %s: later, for %s", data_source_id, error)
        return False
    _LOGGER.info("data source %s: job %s", data_source_id, job["ingestionJob"]["ingestionJobId"])
    return True


@functools.cache
def _client() -> Any:
    return botocore.session.get_session().create_client("bedrock-agent")
