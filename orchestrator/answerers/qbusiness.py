"""An Amazon Q Business application, asked with ChatSync. Closed to new customers since July 2026.

{"conversationId": "…", "systemMessageId": "…", "systemMessage": "…", "sourceAttributions": [{"title": "…", "url": "…",
 "snippet": "…", "citationNumber": 1}], "failedAttachments": […]}
Source: https://docs.aws.amazon.com/amazonq/latest/api-reference/API_ChatSync.html

Whom Amazon Q answers is the credentials' matter. An application with anonymous access takes any role that may call
ChatSync, without a user id; that is the one for people who write from outside. Every other application wants
identity-aware credentials of one of its users, whom then all our customers would share.
Source: https://docs.aws.amazon.com/amazonq/latest/qbusiness-ug/making-sigv4-authenticated-api-calls-anonymous-applications.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
from botocore.exceptions import ClientError

from orchestrator.answerers.bedrock.errors import answering
from orchestrator.answerers.settings import QBusinessSettings
from orchestrator.aws_errors import Operation
from orchestrator.decoding import convert
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.model import Answer, Citation, Pass, Question
from orchestrator.sections import require

# Characters. Source: https://docs.aws.amazon.com/amazonq/latest/api-reference/API_TextInputEvent.html
LONGEST_QUESTION = 7000
CONVERSATION, PARENT = "qbusiness_conversation_id", "qbusiness_parent_message_id"  # keys of the state we want back

# An inactive licence and a failing resource "that you configured with your application" want an operator; a conflict
# is another request's doing. ValidationException: the question is within its limits, the ids may not be.
_CHAT = Operation(
    "qbusiness",
    "ChatSync",
    {
        "ConflictException": UpstreamError,
        "ExternalResourceException": ConfigurationError,
        "LicenseNotFoundException": ConfigurationError,
        "ValidationException": ConfigurationError,
    },
)

# What an expired or deleted conversation is answered with is documented nowhere: each code that can mean it does.
_GONE = frozenset({"ResourceNotFoundException", "ValidationException"})


class ChatClient(Protocol):
    """The part of boto3's `qbusiness` client that is used."""

    def chat_sync(self, **request: Any) -> Any: ...


class _Source(msgspec.Struct, frozen=True):
    """A source attribution; every member of it is optional."""

    title: str = ""
    url: str = ""
    snippet: str = ""


class _Chat(msgspec.Struct, frozen=True, rename="camel"):
    """The response; attachments that failed are not ours, none are sent."""

    conversation_id: str = ""
    system_message_id: str = ""
    system_message: str = ""
    source_attributions: tuple[_Source, ...] = ()


class QBusinessAnswerer:
    """Fills `Answerer`. Answers from the application's documents only: retrieval mode, which runs no plugin."""

    name = "qbusiness"

    def __init__(self, client: ChatClient, settings: QBusinessSettings) -> None:
        require(settings, self.name, "qbusiness_application_id")
        self._client = client
        self._application_id = settings.qbusiness_application_id
        self._needs_source = settings.qbusiness_needs_source
        self._user = {"userId": settings.qbusiness_user_id} if settings.qbusiness_user_id else {}

    def answer(self, question: Question) -> Answer | Pass:
        if len(question.text) > LONGEST_QUESTION:
            return Pass(f"the question is longer than the {LONGEST_QUESTION} characters that Amazon Q takes")
        with answering(_CHAT):
            chat = convert(self._ask(question), _Chat, "ChatSync")
        if not chat.system_message.strip():
            return Pass("Amazon Q answered with nothing")
        if self._needs_source and not chat.source_attributions:
            return Pass("Amazon Q found no document to answer from")
        return Answer(
            chat.system_message.strip(),
            source=self.name,
            language=question.language,
            answerer_id=self._application_id,
            session_id=chat.conversation_id,
            citations=_citations(chat.source_attributions),
            state={CONVERSATION: chat.conversation_id, PARENT: chat.system_message_id},
        )

    def _ask(self, question: Question) -> Any:
        """Ask within the conversation, or once more without it when it is gone."""
        before = _continued(question.state)
        try:
            return self._chat(question, before)
        except ClientError as error:
            if not before or error.response.get("Error", {}).get("Code") not in _GONE:
                raise
        return self._chat(question, {})

    def _chat(self, question: Question, before: dict[str, str]) -> Any:
        return self._client.chat_sync(
            applicationId=self._application_id,
            userMessage=question.text,
            chatMode="RETRIEVAL_MODE",
            **before,
            **self._user,
        )


def _continued(state: Mapping[str, str]) -> dict[str, str]:
    """The two ids belong together."""
    if not (state.get(CONVERSATION) and state.get(PARENT)):
        return {}
    return {"conversationId": state[CONVERSATION], "parentMessageId": state[PARENT]}


def _citations(sources: Sequence[_Source]) -> tuple[Citation, ...]:
    """Each document once, in the order of Amazon Q's own numbers."""
    found: dict[str, Citation] = {}
    for source in sources:
        if title := source.title or source.url:
            found.setdefault(source.url or title, Citation(title, source.url, source.snippet))
    return tuple(found.values())
