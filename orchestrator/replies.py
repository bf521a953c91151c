"""What to say: the rules of the house first, then the answerers, then the hand-off.

The order is the policy: consent, silence for those who opted out, restart, budget, attachments alone, answerers.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from orchestrator import defects
from orchestrator.answerers.answerer import Answerer
from orchestrator.channels.channel import Channel
from orchestrator.consent import words
from orchestrator.errors import DefectError
from orchestrator.hub_settings import RepliesSettings
from orchestrator.keys import epoch_day, epoch_hour
from orchestrator.language.detect import detect
from orchestrator.model import (
    Answer,
    Consent,
    Contact,
    Conversation,
    InboundMessage,
    Language,
    Pass,
    Question,
    Spent,
    Turn,
)
from orchestrator.texts import TextName, Texts

CONSENT: dict[words.Command, tuple[TextName, Consent | None]] = {
    "stop": ("stop", "opted_out"),
    "start": ("start", "opted_in"),
    "help": ("help", None),
}


# What the house itself says is no part of the context that answerers see.
HOUSE_SOURCES = frozenset({"consent", "silence", "restart", "budget", "attachment", "apology"})


class Replies:
    """Decides on the answer to a turn. Sends and keeps nothing."""

    def __init__(self, answerers: Sequence[Answerer], settings: RepliesSettings) -> None:
        self._answerers = answerers
        self._settings = settings
        self._texts = Texts.with_overrides(settings.texts)

    def taken_together(self, waiting: Sequence[InboundMessage]) -> tuple[InboundMessage, ...]:
        """The messages of the next turn: up to the last command among them, else all.

        So a STOP is obeyed before anything written ahead of it is answered, and what follows a command is answered
        under the new state.
        """
        last = max((index for index, message in enumerate(waiting) if self._command(message)), default=None)
        return tuple(waiting if last is None else waiting[: last + 1])

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
        said = self._on_command(turn, contact, language) or self._within_limits(conversation, contact, language, now)
        if said or turn.text.strip():
            return said
        return self._fixed("attachment", language, source="attachment", reason="the message has no words")

    def _on_command(self, turn: Turn, contact: Contact, language: Language) -> Answer | None:
        """What consent and restart words get, and those who opted out; None for everybody else."""
        command = self._command(turn.latest)
        if command in CONSENT:
            name, consent = CONSENT[command]
            return self._fixed(name, language, source="consent", reason=f"the person wrote {command}", consent=consent)
        if contact.consent == "opted_out":
            return _silence(language, "the person opted out")
        if command == "restart":
            return self._fixed("greeting", language, source="restart", reason="the person asked for a new conversation")
        return None

    def _within_limits(
        self, conversation: Conversation, contact: Contact, language: Language, now: datetime
    ) -> Answer | None:
        """What those get who are over a budget; None within it."""
        if spent := self._overspent(contact, now):
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
        return _after(passed, self._fixed("handoff", question.language, source="handoff", reason=""))

    def _command(self, message: InboundMessage) -> words.Command | None:
        """A word that the provider answers and keeps itself never comes here: its channel tells it apart."""
        return "restart" if self.restarts(message) else words.consent_command(message.text)

    def _overspent(self, contact: Contact, now: datetime) -> str:
        """Which budget is spent; "" when none is."""
        hour, day = epoch_hour(now), epoch_day(now)
        if contact.hour == hour and contact.turns_this_hour >= self._settings.turns_per_hour:
            return "turns_per_hour"
        if contact.day == day and contact.turns_today >= self._settings.turns_per_day:
            return "turns_per_day"
        return "tokens_per_day" if contact.day == day and contact.tokens_today >= self._settings.tokens_per_day else ""

    def _over_budget(self, contact: Contact, spent: str, language: Language, now: datetime) -> Answer:
        notified_in = contact.notified_hour if spent == "turns_per_hour" else contact.notified_hour // 24
        current = epoch_hour(now) if spent == "turns_per_hour" else epoch_day(now)
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


def _turn(conversation: Conversation) -> Turn:
    if conversation.turn is None:
        raise ValueError(f"{conversation.key} has no turn to answer")
    return conversation.turn


def _question(conversation: Conversation, turn: Turn, channel: Channel, language: Language) -> Question:
    return Question(
        text=turn.text,
        channel=conversation.channel,
        conversation_id=conversation.conversation_id,
        turn_id=turn.turn_id,
        language=language,
        history=conversation.history,
        attachments=tuple(attachment for message in turn.messages for attachment in message.attachments),
        authenticated=turn.latest.authenticated,
        max_characters=channel.max_characters,
        state=conversation.state,
        their_name=turn.latest.their_name,
    )
