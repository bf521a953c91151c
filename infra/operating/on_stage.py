"""A stage on AWS, operated from the laptop with the operator's own credentials and the deployed settings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.operating.athena import athena
from infra.operating.erasure import deployed
from infra.operating.erasure.report import Report
from infra.operating.operated import ITS_OWN, AskedOf, NotHereError
from infra.operating.redriving import DeadLetters, Queue, Way, from_table, needed, nowhere, to_queue, to_stream
from infra.operating.replay.originals import Original, of_files
from infra.operating.replay.targets import StreamTarget
from infra.operating.stage import Stage
from infra.outputs import HubOutputs, KnowledgeOutputs, LakeOutputs, SendingOutputs, SourcesOutputs
from orchestrator import bootstrap
from orchestrator.errors import ConfigurationError
from orchestrator.hub import Received
from orchestrator.model import Conversation, Held
from orchestrator.settings import Settings
from orchestrator.stores.dynamodb.store import DynamoStore
from queries.engines.athena import AthenaEngine
from transformer.lake.place import Busy, Place
from transformer.overrides import Overrides
from transformer.redaction.configured import pseudonyms
from transformer.template_stores import S3Store, s3_client

_OF_HUB = frozenset({"inbound", "wake-ups", "records", "sweep"})
_OF_SENDING = frozenset({"sends", "progress", "send-sweep"})


class OnStage:
    """Fills `Operated`. In `views` are views of the operator's own."""

    def __init__(self, stage: Stage, views: Path) -> None:
        self._stage = stage
        self._views = views

    @property
    def store(self) -> DynamoStore:
        table = self._stage.outputs(HubOutputs).conversations_table_name
        return DynamoStore(boto3.client("dynamodb"), table, bootstrap.now)

    def latest(self, limit: int) -> list[Conversation]:
        raise NotHereError(
            f"a deployment's table is found by ids only: ask its lake, parley --stage {self._stage.name} query"
            " conversation_log, then `conversations show ID`"
        )

    def release(self, held: Held) -> Received:
        """The deployed functions answer it: what is received is kept in their table, and wakes them by their queue."""
        settings = self._stage.settings()
        return bootstrap.deployed(settings, bootstrap.clients()).release(held)

    def engine(self, asked_of: AskedOf = ITS_OWN) -> AthenaEngine:
        if asked_of.engine == "duckdb":
            raise NotHereError("--engine duckdb asks the data folder's lake, --stage a deployment's")
        if not (asked_of.workgroup and asked_of.database):
            lake = self._stage.outputs(LakeOutputs)
            asked_of = asked_of._replace(
                workgroup=asked_of.workgroup or lake.workgroup_name, database=asked_of.database or lake.database_name
            )
        return athena(asked_of, self._views)

    def lake(self) -> Place:
        return bucket(self._stage.outputs(LakeOutputs).lake_uri)

    def templates(self) -> Overrides:
        name, _, prefix = self._stage.outputs(LakeOutputs).templates_uri.removeprefix("s3://").partition("/")
        return Overrides(S3Store(name, prefix, s3_client))

    def rejected(self, since: datetime) -> Sequence[Original]:
        """Those that Firehose could not deliver."""
        return of_files(self._stage.outputs(LakeOutputs).errors_uri, since)

    def target(self) -> StreamTarget:
        hub = self._stage.find(HubOutputs)
        inbound_queue = hub.inbound_queue_url if hub else ""
        return StreamTarget(boto3.client("firehose"), self._streams(), boto3.client("sqs"), inbound_queue)

    def dead_letters(self, queue: Queue) -> DeadLetters:
        sqs: Any = boto3.client("sqs")
        stack = self._of_hub if queue in _OF_HUB else self._of_sending if queue in _OF_SENDING else self._of_others
        url, way = stack(queue, sqs)
        return DeadLetters(sqs, needed(url, queue), way)

    def _of_hub(self, queue: Queue, sqs: Any) -> tuple[str, Way]:
        hub = self._stage.outputs(HubOutputs)
        match queue:
            case "inbound":
                return hub.inbound_dead_letters_url, to_queue(sqs, hub.inbound_queue_url, "the inbound queue")
            case "wake-ups":
                return hub.wake_ups_dead_letters_url, to_queue(sqs, hub.wake_ups_queue_url, "the wake-ups")
            case "records":
                table, dynamodb = hub.conversations_table_name, boto3.client("dynamodb")
                way = from_table(dynamodb, table, boto3.client("firehose"), self._streams())
                return hub.records_dead_letters_url, way
        return hub.sweep_dead_letters_url, nowhere("nobody: the next sweep has done its work")

    def _of_sending(self, queue: Queue, sqs: Any) -> tuple[str, Way]:
        sending = self._stage.outputs(SendingOutputs)
        match queue:
            case "sends":
                return sending.sends_dead_letters_url, to_queue(sqs, sending.sends_queue_url, "the sends")
            case "progress":
                return sending.progress_dead_letters_url, to_queue(sqs, sending.progress_queue_url, "their progress")
        return sending.send_sweep_dead_letters_url, nowhere("nobody: the next sweep has done its work")

    def _of_others(self, queue: Queue, sqs: Any) -> tuple[str, Way]:
        lake = self._stage.outputs(LakeOutputs)
        match queue:
            case "uploads":
                made = self._stage.outputs(KnowledgeOutputs)
                return made.uploads_dead_letters_url, to_queue(sqs, made.uploads_queue_url, "the uploads")
            case "sources":
                url = self._stage.outputs(SourcesOutputs).dead_letters_url
                return url, to_stream(boto3.client("firehose"), lake.events_stream_name)
        return lake.compaction_dead_letters_url, nowhere("nobody: the next night has done its work")

    def _streams(self) -> dict[str, str]:
        lake = self._stage.outputs(LakeOutputs)
        return {"events": lake.events_stream_name, "conversations": lake.conversations_stream_name}

    def forget(self, address: str, *, dry_run: bool = False) -> Report:
        return self._kept().forget(address, dry_run=dry_run)

    def _kept(self) -> "Kept":
        """Wherever a deployment keeps words and addresses."""
        lake, hub = self._stage.outputs(LakeOutputs), self._stage.find(HubOutputs)
        mails = [hub.mail_uri] if hub and hub.mail_uri else []
        uris = (lake.lake_uri, lake.errors_uri, lake.results_uri, *mails)
        return Kept(uris, hub.conversations_table_name if hub else "", self._stage.settings())


@dataclass(frozen=True)
class Kept:
    """Places on AWS where words and addresses are kept: s3://bucket/prefix each, and a table, "" for none."""

    uris: Sequence[str]
    table_name: str
    settings: Settings

    def forget(self, address: str, *, dry_run: bool = False) -> Report:
        """As `Operated.forget`, in these places."""
        ours = (*self.settings.email.email_addresses, *self.settings.redaction.redaction_keep)
        names = pseudonyms(self.settings.redaction.pseudonym_key)
        try:
            return deployed.erase(address, self.uris, self.table_name, ours=ours, pseudonyms=names, dry_run=dry_run)
        except (Busy, BotoCoreError, ClientError) as error:
            raise ConfigurationError(f"{error} ({type(error).__name__}); run it again to finish") from error


def bucket(uri: str) -> Place:
    """A lake in S3, at s3://bucket/prefix. Raises `ConfigurationError` where a program for it is missing."""
    if not is_uri(uri):
        raise ConfigurationError(f"{uri!r} is not s3://bucket/prefix")
    try:
        from transformer.lake.bucket import Bucket  # noqa: PLC0415 - awswrangler takes seconds, and may be missing
    except ImportError as error:
        raise ConfigurationError(f"{error}; a lake in S3 needs: pip install 'parley[local,aws]'") from error
    return Bucket(uri, boto3.Session(), lambda: datetime.now(UTC))


def is_uri(text: str) -> bool:
    """Whether it names a bucket, and perhaps a prefix: s3://bucket/prefix."""
    return re.fullmatch(r"s3://[^/]+(/.*)?", text) is not None
