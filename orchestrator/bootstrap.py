"""Settings → Hub. The only place where channels, answerers and AWS clients are made, here and on AWS.

They are botocore's own, which boto3's are: boto3 itself adds resources and S3 transfers, and a third to a cold start.
A client is made when it is first needed: a function that answers from one knowledge base pays for no other service.
"""

import functools
import importlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import botocore.session
from botocore.config import Config

from orchestrator.answerers.answerer import Answerer
from orchestrator.aws_errors import Operation, translated
from orchestrator.channels.channel import Channel
from orchestrator.channels.email.channel import EmailChannel
from orchestrator.channels.sms.channel import SmsChannel
from orchestrator.channels.whatsapp.channel import WhatsAppChannel
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.hub import Hub
from orchestrator.keys import Keys
from orchestrator.model import ChannelName
from orchestrator.records import Records
from orchestrator.sections import require
from orchestrator.sending.dispatcher import Dispatcher
from orchestrator.sending.gate import Gate
from orchestrator.sending.named import plans_of
from orchestrator.sending.requests import Requests
from orchestrator.sending_settings import SendingSettings
from orchestrator.settings import Answering, Receiving, Sending, Settings
from orchestrator.stores.dynamodb.store import DynamoStore
from orchestrator.stores.ports import Store, WakeUps
from orchestrator.stores.sqs import SqsSends, SqsWakeUps

CONNECT_TIMEOUT_S = 3
READ_TIMEOUT_S = 10
ATTEMPTS = 3  # in all; after that the queue tries again

_GET_SECRET = Operation(
    "secretsmanager",
    "GetSecretValue",
    {
        "DecryptionFailure": ConfigurationError,
        "InternalServiceError": UpstreamError,
        "InvalidParameterException": ConfigurationError,
        "InvalidRequestException": ConfigurationError,  # the secret is scheduled for deletion
    },
)

Client: TypeAlias = Callable[[str], Any]  # from a service's name, as boto3 has it, to a client of it
Clock: TypeAlias = Callable[[], datetime]


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def clients(answer_timeout_s: float = READ_TIMEOUT_S) -> Client:
    """Clients by service name, each made once, with timeouts that fit into a worker's claim.

    `answer_timeout_s` is for those that answer: who asks nobody leaves it out.
    """

    session = botocore.session.get_session()

    @functools.cache
    def client(service: str) -> Any:
        attempts = 1 if service in SLOW else ATTEMPTS
        config = Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=answer_timeout_s if service in SLOW else READ_TIMEOUT_S,
            retries={"mode": "standard", "total_max_attempts": attempts},
        )
        return session.create_client(service, config=config)

    return client


# Answers: asked for once within a receive, for one may take as long as the worker has.
SLOW = frozenset({"bedrock-agentcore", "bedrock-agent-runtime", "bedrock-runtime", "qbusiness"})


def deployed(settings: Receiving, client: Client, asked: Sequence[Answerer] = (), clock: Clock = now) -> Hub:
    """The hub of a deployment on AWS. Raises `ConfigurationError` naming what is missing."""
    made = settings.deployed
    require(made, "a deployment", "table_name", "wake_ups_url", "conversation_key_secret")
    return hub(
        settings,
        client,
        asked=asked,
        store=DynamoStore(client("dynamodb"), made.table_name, clock),
        wake_ups=SqsWakeUps(client("sqs"), made.wake_ups_url),
        keys=Keys(_secret(client("secretsmanager"), made.conversation_key_secret)),
        clock=clock,
    )


def hub(
    settings: Receiving,
    client: Client,
    *,
    asked: Sequence[Answerer],
    store: Store,
    wake_ups: WakeUps,
    keys: Keys,
    clock: Clock,
) -> Hub:
    """A hub on any store and queue, which asks these answerers.

    Its channels call what `client` gives: on one machine, what stands for the providers.
    """
    return Hub(
        channels=channels(settings, client),
        answerers=asked,
        store=store,
        wake_ups=wake_ups,
        keys=keys,
        settings=settings,
        clock=clock,
    )


def sending(settings: Sending, client: Client, clock: Clock = now) -> Dispatcher:
    """What carries the sends of a deployment on AWS. Raises `ConfigurationError` naming what is missing."""
    made = settings.deployed
    require(made, "a deployment that sends", "table_name", "sends_url", "conversation_key_secret")
    return dispatcher(
        settings,
        client,
        store=DynamoStore(client("dynamodb"), made.table_name, clock),
        wake_ups=SqsSends(client("sqs"), made.sends_url, clock),
        keys=Keys(_secret(client("secretsmanager"), made.conversation_key_secret)),
        clock=clock,
    )


def dispatcher(
    settings: Sending | Settings,
    client: Client,
    *,
    store: Store,
    wake_ups: WakeUps,
    keys: Keys,
    clock: Clock,
) -> Dispatcher:
    """What carries sends to their end, on any store and queue."""
    origins: dict[ChannelName, str] = {
        "sms": settings.sending.send_sms_from,
        "whatsapp": settings.sending.send_whatsapp_from,
        "email": settings.sending.send_email_from,
    }
    return Dispatcher(
        senders=channels(settings, client),
        gate=Gate(origins, keys, store.contacts.load),
        sends=store.sends,
        wake_ups=wake_ups,
        records=Records(settings.records),
        settings=settings.sending,
        clock=clock,
    )


def requests(settings: SendingSettings, keys: Keys) -> Requests:
    """What makes sends of requests, by the plans of the settings. Raises `ConfigurationError`."""
    return Requests(plans_of(settings.plans), keys, settings.test_recipients)


def channels(settings: Receiving, client: Client) -> Sequence[Channel]:
    """All of them: which ones people use is the event sources' business."""
    return (
        SmsChannel(Lazy(client, "pinpoint-sms-voice-v2"), settings.sms, settings.turns.context_ttl_s),
        WhatsAppChannel(Lazy(client, "socialmessaging"), settings.whatsapp, settings.turns.context_ttl_s),
        EmailChannel(Lazy(client, "sesv2"), Lazy(client, "s3"), settings.email),
    )


def answerers(
    settings: Answering, client: Client, local: Mapping[str, Callable[[], Answerer]] | None = None
) -> list[Answerer]:
    """Those that the settings name, in order; `local` adds answerers that need no AWS."""
    managed = {name: functools.partial(managed_answerer, name, settings, client) for name in MANAGED}
    known: dict[str, Callable[[], Answerer]] = {**managed, **(local or {})}
    unknown = [name for name in settings.answering.answerers if name not in known]
    if unknown:
        raise ConfigurationError(
            f"PARLEY_ANSWERERS names {', '.join(unknown)}, to which nothing answers here; "
            f"there is {', '.join(sorted(known))}"
        )
    return [known[name]() for name in settings.answering.answerers]


# name: module, class, the services whose clients it takes and the sections of settings that it reads, both in order.
# A module is imported when its answerer is made.
MANAGED: Mapping[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    "agentcore": ("agentcore.answerer", "AgentCoreAnswerer", ("bedrock-agentcore",), ("agentcore",)),
    "bedrock_agent": (
        "bedrock_agent.answerer",
        "BedrockAgentAnswerer",
        ("bedrock-agent-runtime",),
        ("bedrock_agent",),
    ),
    "knowledge_base": (
        "knowledge_base.answerer",
        "KnowledgeBaseAnswerer",
        ("bedrock-agent-runtime", "bedrock-runtime"),
        ("knowledge_base", "bedrock"),
    ),
    "language_model": ("language_model", "LanguageModelAnswerer", ("bedrock-runtime",), ("bedrock",)),
    "qbusiness": ("qbusiness", "QBusinessAnswerer", ("qbusiness",), ("qbusiness",)),
}


def managed_answerer(name: str, settings: Answering, client: Client) -> Answerer:
    """An answerer of AWS. Raises `ConfigurationError` where its settings are incomplete."""
    module, class_name, services, sections = MANAGED[name]
    made = getattr(importlib.import_module(f"orchestrator.answerers.{module}"), class_name)
    answerer: Answerer = made(
        *(Lazy(client, service) for service in services), *(getattr(settings, section) for section in sections)
    )
    return answerer


class Lazy:
    """A client that is made at its first call."""

    def __init__(self, client: Client, service: str) -> None:
        self._client = client
        self._service = service

    def __getattr__(self, method: str) -> Any:
        return getattr(self._client(self._service), method)


def _secret(client: Any, name: str) -> bytes:
    """The conversation key: 32 bytes or more, made once for the life of the deployment."""
    with translated(_GET_SECRET):
        return bytes(client.get_secret_value(SecretId=name)["SecretString"], "utf-8")
