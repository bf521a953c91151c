"""The embedded deployment: the same hub and the same transformer, with SQLite, a folder and an outbox around them.

Everything lives in one data folder:

    parley.sqlite3      conversations, messages, turns, wake-ups, the outbox, the journal of what the lake still lacks
    documents.sqlite3   the documents that questions are answered from
    mail/               stands for the bucket to which SES writes received mails
    tokens.json         hashes of the tokens of programs that may call the API
    conversation.key    the secret that names conversations; losing it begins every conversation anew
    api.token           what a server that runs wants of its clients, new with every start
    lake/               Parquet, one folder an hour
    templates/          templates of your own, <name>.jinja, in place of the shipped ones
    views/              views of your own in the AWS sample's database, <name>.sql
"""

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from infra.local.providers import whatsapp as outbox_whatsapp
from infra.local.providers.customers import OUR_MAIL, OUR_NUMBER
from infra.local.providers.mail_folder import MailFolder
from infra.local.providers.outbox import Outbox
from infra.local.tokens import Tokens
from orchestrator import bootstrap
from orchestrator.answerers.answerer import Answerer
from orchestrator.answerers.bedrock.model import Model
from orchestrator.answerers.bedrock.settings import BedrockSettings
from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.answerers.documents.meaning import SentenceEncoder
from orchestrator.answerers.documents.nearest import Nearest
from orchestrator.answerers.documents.with_model import DocumentsModelAnswerer
from orchestrator.answerers.openai.client import OpenAiClient
from orchestrator.answerers.openai.settings import OpenAiSettings
from orchestrator.api.api import Api
from orchestrator.api.sends import SendOperations
from orchestrator.envelopes import opened as opened_events
from orchestrator.errors import ConfigurationError
from orchestrator.hub import Hub, Received
from orchestrator.keys import Keys
from orchestrator.model import Delivered, Record
from orchestrator.sections import changed, variable_of
from orchestrator.settings import RedactionSettings, Settings
from orchestrator.stores.sqlite.forgetting import Keeper
from orchestrator.stores.sqlite.store import SqliteStore
from orchestrator.stores.sqlite.wake_ups import SqliteWakeUps
from queries.compatibility.views import ViewFolder
from queries.engines.duckdb import DuckDbEngine
from transformer.lake import journal
from transformer.lake.lake import LakeWriter
from transformer.overrides import Overrides
from transformer.pipeline import transform
from transformer.redaction.configured import redactor
from transformer.redaction.redactor import Redactor
from transformer.results import Rejected, Row
from transformer.template_stores import FolderStore

PRIVATE = 0o700  # of the data folder: nobody else gets at anything in it


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def settings_of(environ: Mapping[str, str]) -> Settings:
    """The hub's settings on one machine, where no provider keeps a list of opt-outs (docs/decisions/0023)."""
    return Settings.read({variable_of("self_managed_opt_outs"): "true", **environ})


class Deployment:
    """All parts, opened on one data folder. Opening creates what is missing; nothing runs until a worker does.

    Who opens one ends it: by `close`, as leaving a `with` does, or by `release`, where nothing was written.
    """

    def __init__(
        self,
        data: Path,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = now,
        on_wake: Callable[[], None] = lambda: None,
        mail: Path | None = None,
    ) -> None:
        data.mkdir(PRIVATE, parents=True, exist_ok=True)
        self.data = data
        self.settings = settings
        self.clock = clock
        self.put: list[bytes] = []  # what this process has put into the journal, while `watching`
        self._watching = False
        with ExitStack() as opened:  # closed again when a setting turns out to be wrong
            self.store = SqliteStore(data / "parley.sqlite3", self._append, clock)
            opened.callback(self.store.database.close)
            self.journal = journal.SqliteJournal(self.store.database.connect)
            self.queue = SqliteWakeUps(self.store.database, clock, visibility_s=settings.turns.claim_s, on_wake=on_wake)
            self.outbox = Outbox(self.store.database, self._append, clock, self.queue.add, settings.simulated.fates)
            self.documents = DocumentIndex(
                data / "documents.sqlite3", SentenceEncoder() if settings.documents.meaning else None
            )
            self.templates = Overrides(FolderStore(data / "templates"))
            self.redactor = _redactor(settings.redaction)
            self.lake = LakeWriter(data / "lake", self.journal, self.transform, clock)
            self.keys = Keys(_secret(data / "conversation.key"))
            self.mail = MailFolder(mail or data / "mail")
            self.settings = settings = _with_addresses(settings)
            simulated = providers(self.outbox, self.mail, bootstrap.clients())
            self.hub = bootstrap.hub(
                settings,
                simulated,
                store=self.store,
                wake_ups=self.queue,
                keys=self.keys,
                clock=clock,
                asked=self.answerers(),
            )
            self.dispatcher = bootstrap.dispatcher(
                settings, simulated, store=self.store, wake_ups=self.queue, keys=self.keys, clock=clock
            )
            self.requests = bootstrap.requests(settings.sending, self.keys)
            sends = SendOperations(self.requests, self.dispatcher, self.store.sends, clock)
            self.api = Api(sends, Tokens(data).caller)
            opened.pop_all()

    @property
    def keepers(self) -> tuple[Keeper, ...]:
        """Whatever has tables in parley.sqlite3; together they own all of them."""
        return *self.store.keepers, self.queue, self.outbox, self.journal

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def receive(self, delivered: Delivered, hub: Hub | None = None) -> Received:
        """As a topic with two subscriptions: a hub's, and the stream's where the channel's events go there too.

        The hub is this deployment's, unless another one on the same store is given.
        """
        hub = hub or self.hub
        streamed = (each for each in hub.channels if each.name in self.settings.records.streamed_channels)
        if any(channel.recognises(delivered.event) for channel in streamed):
            self.store.journal.record([Record("events", delivered.original)])
        return hub.receive(delivered)

    def tell(self, event: bytes) -> None:
        """Hand what a provider tells of a send on to it."""
        for delivered in opened_events(event, self.clock()):
            for channel in self.hub.channels:
                for progress in channel.progress(delivered):
                    self.dispatcher.tell(progress)

    def transform(self, record: bytes, arrived_at: datetime) -> list[Row | Rejected]:
        """What the lake makes of a record, with the templates in use now; redacted where the settings say so."""
        made = transform(
            record, arrived_at, account_id=self.settings.records.account_id, templates=self.templates.current()
        )
        return next(self.redactor([(record, made)])) if self.redactor else made

    def close(self) -> None:
        """Bring what is recorded into the lake, and release everything."""
        try:
            self.lake.flush()
        finally:
            self.release()

    def release(self) -> None:
        """Let others write the lake, and close the database. What waits in the journal waits there."""
        try:
            self.lake.close()
        finally:
            self.store.database.close()

    def engine(self, views: ViewFolder | None = None) -> DuckDbEngine:
        """Asks the lake. With the folder of `views`, by these too, and makes them."""
        return DuckDbEngine(self.data / "lake", views=views)

    @contextmanager
    def watching(self) -> Iterator[list[bytes]]:
        """Collects the records that this process puts into the journal meanwhile."""
        self.put.clear()
        self._watching = True
        try:
            yield self.put
        finally:
            self._watching = False

    def _append(self, connection: sqlite3.Connection, at: datetime, records: Sequence[bytes]) -> None:
        journal.append(connection, ((at, record) for record in records))
        if self._watching:
            self.put.extend(records)

    def answerers(self, names: Sequence[str] = ()) -> list[Answerer]:
        """Those of the settings, or those named; any of AWS too, with the credentials of whoever runs this.

        With a model behind an API like OpenAI's, that one is asked wherever a model of Bedrock would be.
        Raises `ConfigurationError` for a name to which nothing answers, and where its settings are incomplete.
        """
        settings = changed(self.settings, answerers=tuple(names)) if names else self.settings
        client = self._clients(settings.openai)
        if settings.openai.openai_base_url:
            settings = changed(settings, model_id=settings.openai.openai_model)
        model = bootstrap.Lazy(client, "bedrock-runtime")
        own: dict[str, Callable[[], Answerer]] = {
            DocumentsAnswerer.name: lambda: DocumentsAnswerer(self.documents),
            DocumentsModelAnswerer.name: lambda: DocumentsModelAnswerer(
                Nearest(self.documents), model, settings.bedrock
            ),
        }
        return bootstrap.answerers(settings, client, own)

    def model(self, model_id: str) -> Model:
        """A model by its id, where those of the settings are, without a guardrail. Raises `ConfigurationError`."""
        clients = self._clients(msgspec.structs.replace(self.settings.openai, openai_model=model_id))
        return Model(bootstrap.Lazy(clients, "bedrock-runtime"), model_id, BedrockSettings())

    def _clients(self, openai: OpenAiSettings) -> bootstrap.Client:
        timeout_s = self.settings.answering.answer_timeout_s
        clients = bootstrap.clients(timeout_s)
        return _with_model(clients, openai, timeout_s) if openai.openai_base_url else clients


def _with_model(others: bootstrap.Client, settings: OpenAiSettings, timeout_s: float) -> bootstrap.Client:
    """Clients of which the one for Bedrock's models asks another. Raises `ConfigurationError`."""
    model = OpenAiClient(settings, timeout_s)
    return lambda service: model if service == "bedrock-runtime" else others(service)


def providers(sends: object, mail: MailFolder, others: bootstrap.Client) -> bootstrap.Client:
    """Clients that stand for the providers of messages and mail; `others` for what is not simulated."""
    simulated = {"pinpoint-sms-voice-v2": sends, "socialmessaging": sends, "sesv2": sends, "s3": mail}
    return lambda service: simulated[service] if service in simulated else others(service)


@contextmanager
def alone(data: Path, doing: str = "serve") -> Iterator[bool]:
    """Whether no other process is `doing` it on the data folder; while the context lasts, none can begin."""
    data.mkdir(PRIVATE, parents=True, exist_ok=True)
    with (data / f"{doing}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _with_addresses(settings: Settings) -> Settings:
    """Where the operator names no address, it is this machine's: what mail comes to, what sends leave from."""
    sending, missing = settings.sending, dict[str, object]()
    if not settings.email.email_addresses:
        missing["email_addresses"] = (OUR_MAIL,)
    if not sending.send_sms_from:
        missing["send_sms_from"] = OUR_NUMBER
    if not sending.send_whatsapp_from:
        missing["send_whatsapp_from"] = OUR_NUMBER
        if not settings.whatsapp.whatsapp_phone_number_id:
            missing["whatsapp_phone_number_id"] = outbox_whatsapp.phone_number_id(OUR_NUMBER)
    if not sending.send_email_from:
        missing["send_email_from"] = next(iter(settings.email.email_addresses), OUR_MAIL)
    return changed(settings, **missing)


def _redactor(settings: RedactionSettings) -> Redactor | None:
    try:
        return redactor(settings.redaction, settings.pseudonym_key, settings.redaction_keep)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def _secret(path: Path) -> bytes:
    """The conversation key: made once, readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text())
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return bytes.fromhex(path.read_text())
