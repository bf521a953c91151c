"""Ingestion jobs start on deployment and on upload; what cannot start now is tried again."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.aws.custom import ingestion
from infra.local.providers.requests import check, refusal

BASE, DOCUMENTS, WEB = "KNOWLEDGE1", "DOCUMENTS1", "WEBSOURCE1"
UPLOADS = {"Records": [{"messageId": "m-1"}, {"messageId": "m-2"}]}


class FakeBedrock:
    """Checks each request against Bedrock's model; a source in `busy` refuses with its code."""

    def __init__(self, **busy: str) -> None:
        self.busy = busy
        self.started: list[tuple[str, str]] = []

    def start_ingestion_job(self, **request: str) -> Mapping[str, Any]:
        check("bedrock-agent", "StartIngestionJob", request)
        source = request["dataSourceId"]
        if source in self.busy:
            raise refusal("StartIngestionJob", self.busy[source], "a job is running")
        self.started.append((request["knowledgeBaseId"], source))
        return {"ingestionJob": {"ingestionJobId": "JOB1234567"}}


@pytest.fixture
def bedrock(monkeypatch: pytest.MonkeyPatch) -> FakeBedrock:
    fake = FakeBedrock()
    monkeypatch.setattr(ingestion, "_client", lambda: fake)
    monkeypatch.setenv("KNOWLEDGE_BASE_ID", BASE)
    monkeypatch.setenv("DATA_SOURCE_ID", DOCUMENTS)
    return fake


def _deployment(request_type: str, **more: object) -> dict[str, object]:
    properties = {"ServiceToken": "arn", "KnowledgeBaseId": BASE, "DataSourceIds": [DOCUMENTS, WEB]}
    return {"RequestType": request_type, "ResourceProperties": properties, **more}


def test_a_deployment_starts_a_job_for_every_source(bedrock: FakeBedrock) -> None:
    answer = ingestion.handler(_deployment("Create"), None)
    assert bedrock.started == [(BASE, DOCUMENTS), (BASE, WEB)]
    assert answer["PhysicalResourceId"] == f"ingestion-{BASE}"


def test_a_source_that_is_busy_does_not_keep_the_others_waiting(bedrock: FakeBedrock) -> None:
    bedrock.busy = {DOCUMENTS: "ConflictException"}
    ingestion.handler(_deployment("Create"), None)
    assert bedrock.started == [(BASE, WEB)]


def test_uploads_that_came_together_share_a_job(bedrock: FakeBedrock) -> None:
    assert ingestion.on_upload(UPLOADS, None) == {"batchItemFailures": []}
    assert bedrock.started == [(BASE, DOCUMENTS)]


@pytest.mark.parametrize("code", ["ConflictException", "ServiceQuotaExceededException", "ThrottlingException"])
def test_uploads_during_a_job_come_again(bedrock: FakeBedrock, code: str) -> None:
    bedrock.busy = {DOCUMENTS: code}
    again = ingestion.on_upload(UPLOADS, None)
    assert again == {"batchItemFailures": [{"itemIdentifier": "m-1"}, {"itemIdentifier": "m-2"}]}


def test_what_waiting_does_not_help_is_an_error(bedrock: FakeBedrock) -> None:
    bedrock.busy = {DOCUMENTS: "ResourceNotFoundException"}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        ingestion.on_upload(UPLOADS, None)


def test_deleting_asks_for_nothing(bedrock: FakeBedrock) -> None:
    ingestion.handler(_deployment("Delete", PhysicalResourceId=f"ingestion-{BASE}"), None)
    assert bedrock.started == []
