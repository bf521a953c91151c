"""What to say: the rules of the house first, then the answerers, then courtesy, "did you mean …?" or the hand-off.

The order is the policy: consent, silence for those who opted out, restart, budget, attachments alone, answerers.
Where nobody vouches for the sender, budgets come before HELP and restart.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from orchestrator import defects
from orchestrator.answerers.answerer import Answerer
from orchestrator.channels.channel import Channel
from orchestrator.consent import acts, words
from orchestrator.errors import DefectError
from orchestrator.hub_settings import RepliesSettings
from orchestrator.keys import epoch_day, epoch_hour
from orchestrator.language.courtesy import courtesy_of
from orchestrator.language.detect import detect
from orchestrator.model import (
    Answer,
    Consent,
    Contact,
    Conversation,
    Exchange,
    InboundMessage,
    Language,
    Pass,
    Question,
    Spent,
    Standing,
    Turn,
    standing_of,
)
from orchestrator.tenants import tenant_of
from orchestrator.texts import OFFERS, TextName, Texts

CONSENT: dict[acts.Word, Consent] = {"stop": "opted_out", "start": "opted_in"}
ASKING: dict[acts.Word, TextName] = {"stop": "confirm_stop", "start": "confirm_start"}

# Which settings of turns an hour apply to whom, the first that is spent first.
_HOURLY: Mapping[Standing, Sequence[str]] = {
    "proven": ("turns_per_hour",),
    "open": ("turns_per_hour", "unproven_turns_per_hour"),
    "doubtful": ("turns_per_hour", "doubtful_turns_per_hour"),
}
# What the house itself says is no part of the context that answerers see.
HOUSE_SOURCES = frozenset({"consent", "silence", "restart", "budget", "attachment", "courtesy", "apology"})
OR: dict[Language, str] = {"en": " or ", "es": " o "}


class Replies:
    """Decides on the answer to a turn. Sends and keeps nothing."""

    def __init__(self, answerers: Sequence[Answerer], settings: RepliesSettings) -> None:
        self._answerers = answerers
        self._settings = settings
        self._texts = Texts.with_overrides(settings.texts)

    def taken_together(self, waiting: Sequence[InboundMessage]) -> tuple[InboundMessage, ...]:
        """The messages of the next turn: up to the last command among them, else all.

        So a STOP is obeyed before anything written ahead of it is answered, and what follows a command is answered
        under the new state. What is proven and what is not are never one turn: each is answered as what it is.
        """
        alike = list(itertools.takewhile(lambda each: _is_alike(each, waiting[0]), waiting))
        commands = [index for index, message in enumerate(alike) if self._command(message)]
        if not commands:
            return tuple(alike)
        # Whoever may be another does not take back what stands before: each such command is obeyed by itself.
        return tuple(alike[: commands[-1 if standing_of(alike) == "proven" else 0] + 1])

    def restarts(self, message: InboundMessage) -> bool:
        """Whether the message asks for a new conversation."""
        return words.is_restart(message.text, self._settings.restart_words)

    def answer(
        self, conversation: Conversation, contact: Contact, channel: Channel, now: datetime, spent: Spent
    ) -> Answer:
        """`spent` is by all people. Raises what the answerers raise: `UpstreamError`, `ConfigurationError`."""
        turn = _turn(conversation)
        return (
            self.house_rule(conversation, contact, now)
            or self._within_all_limits(conversation, contact, spent, now)
            or self._ask(_question(conversation, turn, channel, self._language(conversation, turn)))
        )

    @property
    def limits_all(self) -> bool:
        """Whether it has to be known what all people have spent."""
        return bool(self._settings.all_tokens_per_hour or self._settings.all_tokens_per_day)

    def house_rule(self, conversation: Conversation, contact: Contact, now: datetime) -> Answer | None:
        """What is said without asking anybody; None when an answerer has to be asked."""
        turn = _turn(conversation)
        language = self._language(conversation, turn)
        command = self._command(turn.latest)
        if command in ("stop", "start"):
            return self._on_consent(command, turn, contact, language, now)
        proven = turn.standing == "proven"
        if contact.consent == "opted_out" and not (proven and command == "help"):
            return _silence(language, "the person opted out")
        said = self._on_command(command, language)
        limited = self._within_limits(conversation, contact, language, now)
        said = said or limited if proven else limited or said
        if said or turn.text.strip():
            return said
        return self._fixed("attachment", language, source="attachment", reason="the message has no words")

    def _on_command(self, command: words.Command | None, language: Language) -> Answer | None:
        """What HELP and restart words get; None for everything else."""
        if command == "help":
            return self._fixed("help", language, source="consent", reason="the person wrote help")
        if command == "restart":
            return self._fixed("greeting", language, source="restart", reason="the person asked for a new conversation")
        return None

    def _on_consent(self, word: acts.Word, turn: Turn, contact: Contact, language: Language, now: datetime) -> Answer:
        """What a STOP or START brings about, and what is said of it: see consent/acts.py."""
        act, reason = acts.act_on(word, turn.latest), f"the person wrote {word} {acts.why(turn.latest)}".rstrip()
        if act == "take_effect":
            return self._fixed(word, language, source="consent", reason=reason, consent=CONSENT[word])
        if act == "ignore":
            return _silence(language, f"{reason}: it does not count")
        if word == "stop" and contact.consent == "opted_out":
            return _silence(language, f"{reason}: the person has opted out before")
        consent = CONSENT[word] if act == "take_effect_and_tell" else None
        if silenced := turn.withheld or _asked_before(contact, word, now):
            return Answer("", source="consent", language=language, reason=f"{reason}; {silenced}", consent=consent)
        until = now + timedelta(days=self._settings.consent_question_days)
        name: TextName = "stop_unproven" if consent else ASKING[word]
        held = (
            "it counts until an answer to our mail undoes it"
            if consent
            else "it is held until an answer to our mail confirms it"
        )
        reason = f"{reason}: {held}, by {until:%Y-%m-%d}"
        asking = self._fixed(name, language, source="consent", reason=reason, consent=consent)
        return msgspec.structs.replace(asking, asks=word, asked_until=until)

    def _within_limits(
        self, conversation: Conversation, contact: Contact, language: Language, now: datetime
    ) -> Answer | None:
        """What those get who are over a budget; None within it."""
        turn = _turn(conversation)
        if turn.withheld:
            return _silence(language, turn.withheld)
        if begins_thread(conversation) and _threads(contact, now) >= self._settings.threads_per_hour:
            return _silence(language, f"{self._settings.threads_per_hour} new threads were answered within the hour")
        if spent := self._overspent(contact, turn.standing, now):
            if turn.standing == "doubtful":  # a notice would be one more mail to somebody who may have written nothing
                return _silence(language, f"{spent} is spent")
            return self._over_budget(contact, spent, language, now)
        if conversation.thread and answers_this_hour(conversation, now) >= self._settings.answers_per_thread:
            return _silence(language, f"the thread got {self._settings.answers_per_thread} answers within the hour")
        return None

    def _within_all_limits(
        self, conversation: Conversation, contact: Contact, spent: Spent, now: datetime
    ) -> Answer | None:
        """What everybody gets once all together have spent a budget: one apology an hour, then silence."""
        of_hour, of_day = self._settings.all_tokens_per_hour, self._settings.all_tokens_per_day
        if 0 < of_hour <= spent.tokens_this_hour:
            name = "all_tokens_per_hour"
        elif 0 < of_day <= spent.tokens_today:
            name = "all_tokens_per_day"
        else:
            return None
        language = self._language(conversation, _turn(conversation))
        if contact.notified_hour == epoch_hour(now):
            return _silence(language, f"{name} is spent")
        return self._fixed("apology", language, source="budget", reason=f"{name} is spent")

    def belongs_to_context(self, answer: Answer) -> bool:
        """Whether later answers should know of this one."""
        return answer.source not in HOUSE_SOURCES

    def apology(self, conversation: Conversation, reason: str) -> Answer:
        """What the person gets when answering has failed for good."""
        try:
            with defects.translated("telling the language"):
                language = self._language(conversation, _turn(conversation))
        except DefectError:
            language = conversation.language or self._settings.default_language
        return self._fixed("apology", language, source="apology", reason=reason)

    def _ask(self, question: Question) -> Answer:
        passed: list[Pass] = []
        for answerer in self._answerers:
            answer = answerer.answer(question)
            if not isinstance(answer, Pass):
                return _after(passed, answer)
            passed.append(msgspec.structs.replace(answer, reason=f"{answerer.name}: {answer.reason}"))
        return _after(passed, self._unanswered(question, passed))

    def _unanswered(self, question: Question, passed: Sequence[Pass]) -> Answer:
        """What is said where everybody passed."""
        language = question.language
        if courtesy := courtesy_of(question.text):
            return self._fixed(courtesy, language, source="courtesy", reason="the person asked nothing")
        handed_off = self._fixed("handoff", language, source="handoff", reason="")
        offers = next((each.offers for each in passed if each.offers), ())
        if not offers:
            return handed_off
        named = OR[language].join(f'"{offer}"' for offer in offers)
        return msgspec.structs.replace(handed_off, text=self._texts.get("offer", language).replace(OFFERS, named))

    def _command(self, message: InboundMessage) -> words.Command | None:
        """A word that the provider answers and keeps itself never comes here: its channel tells it apart."""
        return "restart" if self.restarts(message) else words.consent_command(message.text)

    def ceilings(self, our_address: str) -> list[tuple[str, int]]:
        """What all senders share whom nobody vouches for: the name of each ceiling, and the turns an hour below it."""
        tenant = f"unproven-{tenant_of(our_address)}"
        return [
            ("unproven", self._settings.unproven_turns_in_all),
            (tenant, self._settings.unproven_turns_per_tenant),
        ]

    def of_writers(self, contact_keys: Iterable[str]) -> list[tuple[str, int]]:
        """The turns an hour of each who wrote, and has others answered."""
        return [(key, self._settings.unproven_turns_per_hour) for key in contact_keys]

    def _overspent(self, contact: Contact, standing: Standing, now: datetime) -> str:
        """Which budget is spent; "" when none is."""
        hour, day = epoch_hour(now), epoch_day(now)
        for name in _HOURLY[standing]:
            if contact.hour == hour and contact.turns_this_hour >= getattr(self._settings, name):
                return name
        if contact.day == day and contact.turns_today >= self._settings.turns_per_day:
            return "turns_per_day"
        return "tokens_per_day" if contact.day == day and contact.tokens_today >= self._settings.tokens_per_day else ""

    def _over_budget(self, contact: Contact, spent: str, language: Language, now: datetime) -> Answer:
        hourly = spent.endswith("_per_hour")
        notified_in = contact.notified_hour if hourly else contact.notified_hour // 24
        current = epoch_hour(now) if hourly else epoch_day(now)
        reason = f"{spent} is spent"
        if notified_in == current:
            return _silence(language, reason)
        return self._fixed("budget", language, source="budget", reason=reason)

    def _language(self, conversation: Conversation, turn: Turn) -> Language:
        return detect(turn.text, conversation.language, self._settings.default_language)

    def _fixed(
        self, name: TextName, language: Language, *, source: str, reason: str, consent: Consent | None = None
    ) -> Answer:
        return Answer(self._texts.get(name, language), source=source, language=language, reason=reason, consent=consent)


def _after(passed: Sequence[Pass], answer: Answer) -> Answer:
    """The answer, with why the answerers before it passed and what they spent."""
    return msgspec.structs.replace(
        answer,
        reason="; ".join(filter(None, (*(each.reason for each in passed), answer.reason))),
        input_tokens=answer.input_tokens + sum(each.input_tokens for each in passed),
        output_tokens=answer.output_tokens + sum(each.output_tokens for each in passed),
    )


def _silence(language: Language, reason: str) -> Answer:
    return Answer("", source="silence", language=language, reason=reason)


def answers_this_hour(conversation: Conversation, now: datetime) -> int:
    """How many answers the conversation got in the hour of `now`."""
    return conversation.answers_this_hour if conversation.hour == epoch_hour(now) else 0


def begins_thread(conversation: Conversation) -> bool:
    """Whether nothing was ever answered in this mail thread."""
    return bool(conversation.thread) and not conversation.generation and conversation.answered_at is None


def _threads(contact: Contact, now: datetime) -> int:
    return contact.threads_this_hour if contact.hour == epoch_hour(now) else 0


def _is_alike(message: InboundMessage, other: InboundMessage) -> bool:
    """Whether it is as sure of both who wrote them, and the same wrote them."""
    return (message.standing, message.authenticated, message.written_by) == (
        other.standing,
        other.authenticated,
        other.written_by,
    )


def _asked_before(contact: Contact, word: acts.Word, now: datetime) -> str:
    """Why nothing is asked again; "" where no question is open."""
    until = contact.asked_stop if word == "stop" else contact.asked_start
    return "a mail has told them already, and one is enough" if until > epoch_hour(now) else ""


def _turn(conversation: Conversation) -> Turn:
    if conversation.turn is None:
        raise ValueError(f"{conversation.key} has no turn to answer")
    return conversation.turn


def _may_be_known(exchange: Exchange, turn: Turn) -> bool:
    """Whether the turn may be answered knowing of it: what is proven, not by words that somebody else may have sent."""
    return not turn.authenticated or exchange.authenticated is True


def _question(conversation: Conversation, turn: Turn, channel: Channel, language: Language) -> Question:
    return Question(
        text=turn.text,
        channel=conversation.channel,
        conversation_id=conversation.conversation_id,
        turn_id=turn.turn_id,
        language=language,
        history=tuple(each for each in conversation.history if _may_be_known(each, turn)),
        attachments=tuple(attachment for message in turn.messages for attachment in message.attachments),
        authenticated=turn.authenticated,
        max_characters=channel.max_characters,
        state=conversation.state,
        their_name=turn.latest.their_name,
    )
