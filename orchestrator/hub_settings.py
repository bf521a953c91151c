"""What the hub itself reads: turns, replies and records."""

from typing import Annotated, Literal

import msgspec

from orchestrator.model import ChannelName, Language
from orchestrator.sections import Sections, about


class RecordsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Whose records they are, and which of them the hub hands on."""

    account_id: Annotated[str, about("AWS account written to the rows", pattern=r"^\d{12}$")] = "000000000000"
    organization_id: Annotated[str, about("your own name for a tenant, written to the rows")] = ""
    streamed_channels: Annotated[
        tuple[ChannelName, ...],
        about("channels whose provider brings its events to the lake by itself; those of the others the hub hands on"),
    ] = ("whatsapp",)


class RepliesSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the house says, and what one person may spend."""

    default_language: Annotated[Language, about("language of fixed texts when a message gives no evidence")] = "en"
    texts: Annotated[
        str, about('fixed texts that replace the shipped ones, as JSON: `{"en": {"apology": "…"}}`', long=True)
    ] = "{}"
    restart_words: Annotated[
        tuple[str, ...], about("a message that is one of these starts a new conversation, with a greeting", long=True)
    ] = ("restart", "reset", "new conversation", "nuevo", "nueva conversación", "reiniciar")
    turns_per_hour: Annotated[int, about("turns one person gets in an hour", ge=1)] = 60
    answers_per_thread: Annotated[
        int, about("answers one mail thread gets in an hour, so that two machines cannot talk for ever", ge=1)
    ] = 10
    threads_per_hour: Annotated[
        int, about("new mail threads of one person that are answered in an hour, for the same reason", long=True, ge=1)
    ] = 10
    turns_per_day: Annotated[int, about("turns one person gets in a day (UTC)", ge=1)] = 300
    tokens_per_day: Annotated[int, about("model tokens one person may spend in a day (UTC)", ge=1)] = 200_000
    all_tokens_per_hour: Annotated[
        int,
        about(
            "model tokens all people together may spend in an hour; beyond, nobody is asked; 0: no limit",
            long=True,
            ge=0,
        ),
    ] = 0
    all_tokens_per_day: Annotated[int, about("the same for a day (UTC); 0: no limit", long=True, ge=0)] = 0
    unproven_turns_per_hour: Annotated[
        int,
        about(
            "turns an hour for a mail's sender whom DMARC does not prove, and for one whose answers go elsewhere", ge=1
        ),
    ] = 20
    doubtful_turns_per_hour: Annotated[
        int, about("turns an hour for whom mail that may be forged, or another sender's Reply-To, names", ge=1)
    ] = 5
    unproven_turns_per_tenant: Annotated[
        int, about("turns an hour for all senders together whom DMARC does not prove, of one tenant", long=True, ge=1)
    ] = 500
    unproven_turns_in_all: Annotated[int, about("the same for the whole deployment", long=True, ge=1)] = 1000
    consent_question_days: Annotated[
        int,
        about(
            "days in which a STOP or START that may be forged can be confirmed or undone by mail",
            long=True,
            ge=1,
            le=90,
        ),
    ] = 7


class TurnSettings(msgspec.Struct, frozen=True, kw_only=True):
    """When a turn begins, is tried again, and ends."""

    context_ttl_s: Annotated[
        int, about("seconds after which a conversation is over: the next message starts a new generation", ge=1)
    ] = 600
    settle_s: Annotated[
        float, about("seconds to wait for more messages, so that a burst becomes one turn; 0 answers at once", ge=0)
    ] = 0
    unconfirmed_part: Annotated[
        Literal["resend", "skip"],
        about("what to do with a part that may or may not have been sent before a crash"),
    ] = "resend"
    max_receives: Annotated[
        int, about("how often a wake-up is tried; on the last try the person gets an apology", ge=1, le=1000)
    ] = 5
    claim_s: Annotated[
        float, about("seconds a worker may take over one step before another may resume its turn", gt=0)
    ] = 120
    give_up_s: Annotated[
        float, about("age in seconds at which an unfinished turn is ended with an apology, or as undeliverable", gt=0)
    ] = 3600


class HubSettings(Sections, frozen=True, kw_only=True):
    """What a hub cannot do without."""

    records: RecordsSettings = RecordsSettings()
    replies: RepliesSettings = RepliesSettings()
    turns: TurnSettings = TurnSettings()
