"""Asks a knowledge base with a vector store: one call that searches and writes.

The service remembers the conversation by a session id of its own, for 24 hours.
Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_RetrieveAndGenerate.html,
https://repost.aws/knowledge-center/bedrock-reuse-knowledge-base-session
"""

import re
from collections.abc import Mapping
from typing import get_args

import msgspec
from botocore.exceptions import ClientError

from orchestrator.answerers.bedrock.citations import Passage, citations
from orchestrator.answerers.bedrock.errors import answering
from orchestrator.answerers.bedrock.prompts import NO_ANSWER, Prompts
from orchestrator.answerers.bedrock.settings import BedrockSettings
from orchestrator.answerers.knowledge_base.client import OWNERS, KnowledgeClient, search_filter
from orchestrator.answerers.knowledge_base.settings import KnowledgeBaseSettings
from orchestrator.aws_errors import Operation
from orchestrator.decoding import convert
from orchestrator.errors import ConfigurationError
from orchestrator.model import Answer, ChannelName, Pass, Question
from orchestrator.sections import variable_of

LONGEST = 1000  # characters of `input.text`
LONGEST_TEMPLATE = 4000  # characters of `textPromptTemplate`
SESSION = "knowledge_base.session_id"  # in `Answer.state`, from turn to turn
_GENERATE = Operation("bedrock-agent-runtime", "RetrieveAndGenerate", OWNERS)
# A ValidationException, told apart by its words only: https://github.com/aws/aws-sdk/issues/763
_EXPIRED = re.compile(r"Session with Id .* is not valid", re.DOTALL)
# Without the second, answers come without citations, and would all be passed over.
_PLACEHOLDERS = ("$search_results$", "$output_format_instructions$")


class _Output(msgspec.Struct):
    text: str = ""


class _Cited(msgspec.Struct, rename="camel"):
    retrieved_references: list[Passage] = []


class _Response(msgspec.Struct, rename="camel"):
    session_id: str
    output: _Output = msgspec.field(default_factory=_Output)
    citations: list[_Cited] = []
    guardrail_action: str = "NONE"


class Generation:
    """Questions of at most `LONGEST` characters."""

    def __init__(self, client: KnowledgeClient, settings: KnowledgeBaseSettings, bedrock: BedrockSettings) -> None:
        """Raises `ConfigurationError` for a prompt template or a filter that cannot be used."""
        self._client = client
        self._settings = settings
        self._bedrock = bedrock
        self._prompts = Prompts(bedrock)
        self._filter = search_filter(settings)
        for channel in get_args(ChannelName):
            _check(self._template(channel, max_characters=9999))

    def answer(self, question: Question) -> Answer | Pass:
        response = self._generate(question, question.state.get(SESSION, ""))
        found = citations(passage for cited in response.citations for passage in cited.retrieved_references)
        text, intervened = response.output.text.strip(), response.guardrail_action == "INTERVENED"
        if not intervened and (NO_ANSWER in text or not found):
            return Pass("the knowledge base cites nothing")
        if not text:
            return Pass("the knowledge base says nothing")
        return Answer(
            text,
            source="knowledge_base",
            language=question.language,
            answerer_id=self._settings.knowledge_base_id,
            session_id=response.session_id,
            citations=found,
            reason="the guardrail intervened" if intervened else "",
            state={SESSION: response.session_id},
        )

    def _generate(self, question: Question, session_id: str) -> _Response:
        """In the session; in a new one when the service no longer knows it."""
        with answering(_GENERATE):
            try:
                response = self._client.retrieve_and_generate(**self._request(question, session_id))
            except ClientError as error:
                if not _EXPIRED.search(error.response.get("Error", {}).get("Message", "")):
                    raise
                response = self._client.retrieve_and_generate(**self._request(question, ""))
            return convert(response, _Response, "response")

    def _template(self, channel: ChannelName, max_characters: int) -> str:
        own = self._settings.knowledge_base_prompt_template
        return own or self._prompts.search_results(channel, max_characters)

    def _request(self, question: Question, session_id: str) -> Mapping[str, object]:
        settings = self._settings
        template = self._template(question.channel, question.max_characters)
        generation: dict[str, object] = {"promptTemplate": {"textPromptTemplate": template}}
        if self._bedrock.guardrail_id:
            generation["guardrailConfiguration"] = {
                "guardrailId": self._bedrock.guardrail_id,
                "guardrailVersion": self._bedrock.guardrail_version,
            }
        request: dict[str, object] = {
            "input": {"text": question.text},
            "retrieveAndGenerateConfiguration": {
                "type": "KNOWLEDGE_BASE",
                "knowledgeBaseConfiguration": {
                    "knowledgeBaseId": settings.knowledge_base_id,
                    "modelArn": settings.knowledge_base_model_arn,
                    "generationConfiguration": generation,
                    "retrievalConfiguration": {
                        "vectorSearchConfiguration": {
                            "numberOfResults": settings.knowledge_base_results,
                            **self._filter,
                        }
                    },
                },
            },
        }
        return {**request, "sessionId": session_id} if session_id else request


def _check(template: str) -> None:
    if missing := [name for name in _PLACEHOLDERS if name not in template]:
        raise ConfigurationError(f"{variable_of('knowledge_base_prompt_template')} lacks {' and '.join(missing)}")
    if len(template) > LONGEST_TEMPLATE:
        parts = " and ".join(map(variable_of, ("model_prompt", "model_forms", "knowledge_base_prompt_template")))
        raise ConfigurationError(
            f"{parts} make a prompt of {len(template)} characters; a knowledge base takes {LONGEST_TEMPLATE}"
        )
