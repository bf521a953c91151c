"""Every setting of the hub: typed, read once from the environment, every gap named together.

A setting `context_ttl_s` is read from `PARLEY_CONTEXT_TTL_S`. Tuples are separated by commas. The README's table is
generated from this file.
"""

import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from orchestrator.errors import ConfigurationError
from orchestrator.model import ChannelName, Language

PREFIX = "PARLEY_"


def _about(text: str, **bounds: Any) -> Meta:
    return Meta(description=text, **bounds)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's settings; each field's description says what it means and in which unit."""

    account_id: Annotated[str, _about("AWS account written to the rows", pattern=r"^\d{12}$")] = "000000000000"
    organization_id: Annotated[str, _about("your own name for a tenant, written to the rows")] = ""
    answerers: Annotated[tuple[str, ...], _about("who is asked, in order; each answers or passes")] = ("documents",)
    default_language: Annotated[Language, _about("language of fixed texts when a message gives no evidence")] = "en"
    texts: Annotated[str, _about('fixed texts that replace the shipped ones, as JSON: `{"en": {"apology": "…"}}`')] = (
        "{}"
    )
    restart_words: Annotated[
        tuple[str, ...], _about("a message that is one of these starts a new conversation, with a greeting")
    ] = ("restart", "reset", "new conversation", "nuevo", "nueva conversación", "reiniciar")
    context_ttl_s: Annotated[
        int, _about("seconds after which a conversation is over: the next message starts a new generation", ge=1)
    ] = 600
    settle_s: Annotated[
        float, _about("seconds to wait for more messages, so that a burst becomes one turn; 0 answers at once", ge=0)
    ] = 0
    turns_per_hour: Annotated[int, _about("turns one person gets in an hour", ge=1)] = 60
    answers_per_thread: Annotated[
        int, _about("answers one mail thread gets in an hour, so that two machines cannot talk for ever", ge=1)
    ] = 10
    turns_per_day: Annotated[int, _about("turns one person gets in a day (UTC)", ge=1)] = 300
    tokens_per_day: Annotated[int, _about("model tokens one person may spend in a day (UTC)", ge=1)] = 200_000
    self_managed_opt_outs: Annotated[
        bool, _about("whether Parley, not the provider, answers and keeps STOP, HELP and START by SMS")
    ] = False
    unconfirmed_part: Annotated[
        Literal["resend", "skip"],
        _about("what to do with a part that may or may not have been sent before a crash"),
    ] = "resend"
    max_receives: Annotated[
        int, _about("how often a wake-up is tried; on the last try the person gets an apology", ge=1, le=1000)
    ] = 5
    claim_s: Annotated[
        float, _about("seconds a worker may take over one step before another may resume its turn", gt=0)
    ] = 120
    give_up_s: Annotated[
        float, _about("age in seconds at which an unfinished turn is ended with an apology, or as undeliverable", gt=0)
    ] = 3600
    answer_timeout_s: Annotated[
        float, _about("seconds an answerer of AWS may stay silent before it is given up for this try", gt=0, le=900)
    ] = 60
    streamed_channels: Annotated[
        tuple[ChannelName, ...],
        _about("channels whose provider brings its events to the lake by itself; those of the others the hub hands on"),
    ] = ("whatsapp",)
    table_name: Annotated[str, _about("DynamoDB table of a deployment")] = ""
    wake_ups_url: Annotated[str, _about("SQS FIFO queue that wakes conversations in a deployment")] = ""
    inbound_url: Annotated[str, _about("SQS queue that providers' events arrive on in a deployment")] = ""
    conversation_key_secret: Annotated[
        str, _about("Secrets Manager secret that names conversations; losing it begins every conversation anew")
    ] = ""
    agentcore_harness_arn: Annotated[
        str, _about("AgentCore harness that `agentcore` asks", pattern=r"^(arn:.+:harness/.+)?$")
    ] = ""
    agentcore_runtime_arn: Annotated[
        str,
        _about("AgentCore runtime that `agentcore` asks where there is no harness", pattern=r"^(arn:.+:runtime/.+)?$"),
    ] = ""
    agentcore_qualifier: Annotated[str, _about("endpoint of the harness or runtime; empty means its default one")] = ""
    agentcore_request: Annotated[
        str,
        _about(
            "what an AgentCore runtime is sent, as JSON; `$text`, `$language`, `$channel`, `$max_characters`,"
            " `$conversation_id` and `$turn_id` stand for the question's"
        ),
    ] = '{"prompt": "$text"}'
    agentcore_response_path: Annotated[
        str,
        _about("JMESPath to the words in an AgentCore runtime's JSON, or in each event it streams; empty: all of it"),
    ] = ""
    bedrock_agent_id: Annotated[str, _about("agent of Bedrock Agents Classic that `bedrock_agent` asks")] = ""
    bedrock_agent_alias_id: Annotated[str, _about("alias of that agent")] = ""
    qbusiness_application_id: Annotated[str, _about("Amazon Q Business application that `qbusiness` asks")] = ""
    qbusiness_user_id: Annotated[
        str, _about("user whom questions to Amazon Q are asked for; empty for an application with anonymous access")
    ] = ""
    qbusiness_needs_source: Annotated[
        bool, _about("whether `qbusiness` passes when Amazon Q names no document that its answer comes from")
    ] = True
    redaction: Annotated[
        Literal["off", "patterns", "comprehend"],
        _about("what replaces personal data before it is written to the lake: known forms, or Amazon Comprehend too"),
    ] = "off"
    redaction_keep: Annotated[
        tuple[str, ...], _about("our own public numbers and mail addresses, which redaction leaves as they are")
    ] = ()
    pseudonym_key: Annotated[
        str,
        _about(
            "secret of 16 bytes or more, or the ARN of one in Secrets Manager: redaction turns addresses into keyed"
            " hashes, the same in every row; losing it ends their joins"
        ),
    ] = ""
    sms_configuration_set: Annotated[str, _about("End User Messaging SMS configuration set for sends")] = ""
    email_addresses: Annotated[
        tuple[str, ...], _about("our own mail addresses; mail from one of them is never answered")
    ] = ()
    email_configuration_set: Annotated[str, _about("SES configuration set for sends")] = ""
    email_context_ttl_s: Annotated[
        int, _about("the same for mail threads, in which people answer after days", ge=1)
    ] = 604_800
    email_max_characters: Annotated[int, _about("how long an answer by mail should be at most", ge=70)] = 3000
    whatsapp_meta_api_version: Annotated[
        str, _about("version of Meta's API that messages are written for", pattern=r"^v\d+\.\d$")
    ] = "v23.0"
    whatsapp_phone_number_id: Annotated[
        str, _about("End User Messaging's id or ARN of the number to send from, where an event does not tell")
    ] = ""
    whatsapp_max_characters: Annotated[
        int, _about("how long an answer by WhatsApp should be at most", ge=70, le=4096)
    ] = 1500
    sms_max_characters: Annotated[int, _about("how long an answer by SMS should be at most", ge=70, le=1530)] = 459
    model_id: Annotated[
        str, _about("model or inference profile, by id or ARN, that `language_model` asks through Bedrock's Converse")
    ] = ""
    model_prompt: Annotated[
        str, _about("who a model speaks for and what it should know; comes before the shipped rules")
    ] = "You answer the customers of a company in its name."
    model_forms: Annotated[
        str, _about('how a model should write on a channel, as JSON: `{"sms": "…"}`; the others keep the shipped form')
    ] = "{}"
    model_history_tokens: Annotated[
        int, _about("tokens, estimated, of earlier turns that a model is shown with a question", ge=0)
    ] = 2000
    guardrail_id: Annotated[
        str, _about("Bedrock guardrail over models and knowledge bases", pattern=r"^[a-z0-9]{0,64}$")
    ] = ""
    guardrail_version: Annotated[str, _about("the guardrail's version", pattern=r"^([1-9]\d{0,4}|DRAFT)$")] = "DRAFT"
    knowledge_base_id: Annotated[
        str, _about("Bedrock knowledge base that `knowledge_base` asks", pattern=r"^([0-9a-zA-Z]{10})?$")
    ] = ""
    knowledge_base_kind: Annotated[
        Literal["vector", "managed"], _about("whether Bedrock manages the knowledge base's search, or a vector store")
    ] = "vector"
    knowledge_base_model_arn: Annotated[
        str,
        _about(
            "ARN of the model or inference profile that writes a knowledge base's answers; a managed one has its own"
        ),
    ] = ""
    knowledge_base_results: Annotated[
        int, _about("passages of a knowledge base that an answer is made of, at most", ge=1, le=100)
    ] = 5
    knowledge_base_filter: Annotated[
        str, _about('which documents to search, as Bedrock\'s RetrievalFilter in JSON: `{"equals": {"key": …}}`')
    ] = ""
    knowledge_base_prompt_template: Annotated[
        str,
        _about(
            "Bedrock generation prompt in place of the shipped one; with `$search_results$`, and"
            " `$output_format_instructions$` at its end",
        ),
    ] = ""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """Raises `ConfigurationError` naming every setting that is wrong, not only the first."""
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for name, hint in get_type_hints(cls, include_extras=True).items():
            variable = variable_of(name)
            if variable not in environ:
                continue
            try:
                values[name] = msgspec.convert(_split(environ[variable], hint), hint, strict=False)
            except msgspec.ValidationError as error:
                wrong.append(f"{variable}={environ[variable]!r}: {error}")
        if wrong:
            raise ConfigurationError("these settings cannot be used:\n" + "\n".join(f"  {line}" for line in wrong))
        return cls(**values)


def environment(settings: Settings) -> dict[str, str]:
    """The inverse of `Settings.read`: a variable for each setting that differs from its default.

    Raises `ConfigurationError` for a list with an item that the variable could not hold.
    """
    defaults = Settings()
    return {
        variable_of(name): _written(name, getattr(settings, name))
        for name in settings.__struct_fields__
        if getattr(settings, name) != getattr(defaults, name)
    }


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


class Described(msgspec.Struct, frozen=True):
    """A setting as documentation shows it."""

    variable: str
    default: str
    meaning: str


def described() -> list[Described]:
    """Every setting, in the order of the class."""
    hints = get_type_hints(Settings, include_extras=True)
    defaults = Settings()
    return [
        Described(variable_of(name), _shown(getattr(defaults, name)), get_args(hint)[1].description or "")
        for name, hint in hints.items()
    ]


def _written(name: str, value: object) -> str:
    items = value if isinstance(value, tuple) else ()
    if unfit := [item for item in items if not item or item != item.strip() or "," in item]:
        raise ConfigurationError(f"{variable_of(name)} is separated by commas and cannot have the item {unfit[0]!r}")
    return _shown(value)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _split(text: str, hint: Any) -> str | list[str]:
    """A comma-separated list where the setting is a tuple, the text itself elsewhere."""
    plain = get_args(hint)[0]
    if get_origin(plain) is tuple or isinstance(plain, types.GenericAlias):
        return [item.strip() for item in text.split(",") if item.strip()]
    return text
