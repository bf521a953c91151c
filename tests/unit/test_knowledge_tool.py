"""A knowledge base as an agent's tool: the question goes in as arguments, passages come out with their origin."""

import pytest

from orchestrator import bootstrap, knowledge_tool
from orchestrator.errors import EventError
from tests.fakes.knowledge import FakeKnowledge


@pytest.fixture
def knowledge(monkeypatch: pytest.MonkeyPatch) -> FakeKnowledge:
    fake = FakeKnowledge()
    monkeypatch.setenv("PARLEY_KNOWLEDGE_BASE_ID", "KNOWLEDGE1")
    monkeypatch.setattr(bootstrap, "clients", lambda answer_timeout_s: lambda service: fake)
    knowledge_tool._retrieval.cache_clear()
    return fake


def test_a_question_gets_the_passages_and_where_they_are_from(knowledge: FakeKnowledge) -> None:
    found = knowledge_tool.search_documents({"question": "May I return it?"}, None)
    assert knowledge.requests[0]["retrievalQuery"] == {"text": "May I return it?"}
    assert found == {
        "passages": [
            {
                "title": "Returns policy",
                "uri": "s3://documents/faq/Returns%20policy.md",
                "text": "You may return it within 30 days.",
            },
            {
                "title": "shipping",
                "uri": "https://faro.example/help/shipping",
                "text": "Shipping takes two days.",
            },
        ]
    }


@pytest.mark.parametrize("arguments", [{}, {"question": 7}, [], {"query": "Returns?"}])
def test_arguments_that_are_not_the_tools_are_refused_by_name(knowledge: FakeKnowledge, arguments: object) -> None:
    with pytest.raises(EventError, match=r"arguments"):
        knowledge_tool.search_documents(arguments, None)
    assert not knowledge.requests
