"""What keeps a deployment as it should be: custom resources, ingestion, an agent's tool."""

from collections.abc import Callable, Iterator, Mapping

from infra.aws.custom import views
from tests.fakes.knowledge import FakeKnowledge
from tests.fakes.numbers import FakeNumbers
from tests.fakes.receiving import FakeReceiving
from tests.infra.permissions.deployed import Deployed
from tests.infra.permissions.resources import FORMER
from tests.infra.permissions.situations.situation import Situation
from tests.infra.test_custom_ingestion import UPLOADS, FakeBedrock
from tests.infra.test_custom_views import ONE, TWO, FakeAthena
from tests.infra.test_custom_whatsapp_accounts import FakeSocial

BASE, DOCUMENTS = "KNOWLEDGE1", "DOCUMENTS1"
TWO_WAY = {"Topic": "arn:aws:sns:eu-west-1:111122223333:sms", "SelfManagedOptOuts": "false"}
TOPIC = {"TopicArn": "arn:aws:sns:eu-west-1:111122223333:whatsapp"}
RULE = {
    "RuleSet": "parley-dev",
    "Made": "true",
    "Name": "parley-dev",
    "Recipients": ["help@shop.example"],
    "Bucket": "mails",
    "Prefix": "mail/",
    "Topic": "arn:aws:sns:eu-west-1:111122223333:mail",
    "TlsRequired": "false",
}


def situations() -> list[Situation]:
    return [
        Situation(
            "infra.aws.custom.ingestion.handler",
            "a knowledge base is deployed",
            _deploys("ingestion", {"KnowledgeBaseId": BASE, "DataSourceIds": [DOCUMENTS]}),
            {"bedrock-agent": FakeBedrock()},
        ),
        Situation(
            "infra.aws.custom.ingestion.on_upload", "documents are uploaded", _uploads, {"bedrock-agent": FakeBedrock()}
        ),
        Situation(
            "orchestrator.knowledge_tool.search_documents",
            "an agent searches",
            _searches,
            {"bedrock-agent-runtime": FakeKnowledge()},
        ),
        Situation(
            "infra.aws.custom.phone_numbers.handler",
            "a number comes, another goes, all go",
            _deploys("phone_numbers", {**TWO_WAY, "Numbers": ["phone-1"]}, {**TWO_WAY, "Numbers": ["phone-2"]}),
            {"pinpoint-sms-voice-v2": _numbers()},
        ),
        Situation(
            "infra.aws.custom.phone_numbers.handler",
            "a pool comes, another goes, all go",
            _deploys("phone_numbers", {**TWO_WAY, "Numbers": ["pool-1"]}, {**TWO_WAY, "Numbers": ["pool-2"]}),
            {"pinpoint-sms-voice-v2": _numbers()},
        ),
        Situation(
            "infra.aws.custom.whatsapp_accounts.handler",
            "an account comes, another goes, all go",
            _deploys("whatsapp_accounts", {"Accounts": ["waba-1"], **TOPIC}, {"Accounts": ["waba-2"], **TOPIC}),
            {"socialmessaging": FakeSocial(waba_1="", waba_2="")},
        ),
        Situation(
            "infra.aws.custom.receipt_rule.handler",
            "a rule comes, changes, goes",
            _deploys("receipt_rule", RULE, RULE),
            {"ses": FakeReceiving()},
        ),
        Situation(
            "infra.aws.custom.views.handler", "a view comes, another goes, all go", _views, {"athena": FakeAthena()}
        ),
    ]


def _deploys(
    module: str, properties: Mapping[str, object], before: Mapping[str, object] | None = None
) -> Callable[[Deployed], None]:
    """CloudFormation makes a custom resource, where it was something else `before` changes it, and deletes it."""

    def play(deployed: Deployed) -> None:
        def request(kind: str, now: Mapping[str, object], **more: object) -> None:
            event = {"RequestType": kind, "PhysicalResourceId": "id", "ResourceProperties": now, **more}
            deployed.invoke(f"infra.aws.custom.{module}.handler", event)

        deployed.known += [*_told("", properties), *_told(FORMER, before or {})]
        request("Create", before or properties)
        request("Update", properties, OldResourceProperties=before or properties)
        request("Delete", properties)

    return play


def _views(deployed: Deployed) -> None:
    deployed.patch.setattr(views, "_WAIT_S", 0)
    here = {"Workgroup": "parley-dev", "Database": "parley_dev"}
    _deploys("views", {**here, "Views": [ONE]}, {**here, "Views": [TWO]})(deployed)


def _told(prefix: str, properties: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in properties.items():
        for each in value if isinstance(value, list) else [value]:
            yield f"{prefix}{name}", str(each)


def _numbers() -> FakeNumbers:
    numbers = FakeNumbers()
    numbers.add("phone-1")
    numbers.add("phone-2")
    numbers.add_pool("pool-1")
    numbers.add_pool("pool-2")
    return numbers


def _uploads(deployed: Deployed) -> None:
    deployed.environ(KNOWLEDGE_BASE_ID=BASE, DATA_SOURCE_ID=DOCUMENTS)
    deployed.invoke("infra.aws.custom.ingestion.on_upload", UPLOADS)


def _searches(deployed: Deployed) -> None:
    deployed.set(knowledge_base_id=BASE)
    deployed.invoke("orchestrator.knowledge_tool.search_documents", {"question": "When do you open?"})
