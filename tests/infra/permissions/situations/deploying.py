"""What keeps a deployment as it should be: custom resources, ingestion, an agent's tool."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.knowledge import FakeKnowledge
from tests.infra.permissions.deployed import Deployed
from tests.infra.permissions.situations.situation import Situation
from tests.infra.test_custom_ingestion import UPLOADS, FakeBedrock

BASE, DOCUMENTS = "KNOWLEDGE1", "DOCUMENTS1"


def situations() -> list[Situation]:
    return [
        _deploys(
            "ingestion",
            "a knowledge base is deployed",
            {"KnowledgeBaseId": BASE, "DataSourceIds": [DOCUMENTS]},
            {"bedrock-agent": FakeBedrock()},
        ),
        Situation(
            "infra.custom.ingestion.on_upload", "documents are uploaded", _uploads, {"bedrock-agent": FakeBedrock()}
        ),
        Situation(
            "orchestrator.knowledge_tool.search_documents",
            "an agent searches",
            _searches,
            {"bedrock-agent-runtime": FakeKnowledge()},
        ),
    ]


def _deploys(module: str, name: str, properties: Mapping[str, object], fakes: Mapping[str, Any]) -> Situation:
    """CloudFormation makes a custom resource."""
    function = f"infra.custom.{module}.handler"

    def play(deployed: Deployed) -> None:
        deployed.known |= {name: value for name, value in properties.items() if isinstance(value, str)}
        deployed.invoke(function, {"RequestType": "Create", "ResourceProperties": {"ServiceToken": "t", **properties}})

    return Situation(function, name, play, fakes)


def _uploads(deployed: Deployed) -> None:
    deployed.environ(KNOWLEDGE_BASE_ID=BASE, DATA_SOURCE_ID=DOCUMENTS)
    deployed.invoke("infra.custom.ingestion.on_upload", UPLOADS)


def _searches(deployed: Deployed) -> None:
    deployed.set(knowledge_base_id=BASE)
    deployed.invoke("orchestrator.knowledge_tool.search_documents", {"question": "When do you open?"})
