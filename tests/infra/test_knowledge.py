"""The stack `knowledge`: what ingestion and answering would fail without, and what must not be open."""

from functools import cache
from typing import Any

import pytest

from infra.aws.settings.deployment import DeploymentSettings
from orchestrator.errors import ConfigurationError
from tests.infra.synthesis import Template, synthesised

pytestmark = pytest.mark.slow

ALL = {
    "knowledge.created": "true",
    "knowledge.harness": "true",
    "knowledge.guardrail": "true",
    "knowledge.web_addresses": "https://faro.example",
    "settings.answerers": "agentcore,knowledge_base",
}


@cache
def knowledge() -> Template:
    return synthesised(ALL)["knowledge"]


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    found = knowledge()["Resources"].items()
    return {name: resource["Properties"] for name, resource in found if resource["Type"] == kind}


def only(kind: str) -> dict[str, Any]:
    (properties,) = of_type(kind).values()
    return properties


def test_the_text_of_a_passage_is_not_filterable_or_longer_ones_could_not_be_ingested() -> None:
    kept = only("AWS::S3Vectors::Index")["MetadataConfiguration"]["NonFilterableMetadataKeys"]
    assert "AMAZON_BEDROCK_TEXT" in kept


def test_the_index_has_the_dimensions_that_the_embedding_model_is_asked_for() -> None:
    asked = only("AWS::Bedrock::KnowledgeBase")["KnowledgeBaseConfiguration"]["VectorKnowledgeBaseConfiguration"]
    model = asked["EmbeddingModelConfiguration"]["BedrockEmbeddingModelConfiguration"]
    assert model["Dimensions"] == only("AWS::S3Vectors::Index")["Dimension"]


def test_a_key_of_its_own_lets_the_services_in_that_index_passages_and_run_the_gateway() -> None:
    stacks = synthesised({**ALL, "kms_key": "create"})
    (key,) = [each for each in stacks["lake"]["Resources"].values() if each["Type"] == "AWS::KMS::Key"]
    indexing = {"Service": "indexing.s3vectors.amazonaws.com"}
    (let_in,) = [each for each in key["Properties"]["KeyPolicy"]["Statement"] if each["Principal"] == indexing]
    assert "kms:Decrypt" in let_in["Action"]
    resources = stacks["knowledge"]["Resources"]
    (role,) = [name for name in resources if name.startswith("GatewayRole") and "Policy" not in name]
    (policy,) = [name for name in resources if name.startswith("GatewayRoleDefaultPolicy")]
    allowed = [a for s in resources[policy]["Properties"]["PolicyDocument"]["Statement"] for a in s["Action"]]
    assert {"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"} <= set(allowed)
    assert {role, policy} <= set(resources["Gateway"]["DependsOn"])


def test_nothing_is_answered_from_pages_that_are_crawled_no_more() -> None:
    kept = {each["Name"]: each["DataDeletionPolicy"] for each in of_type("AWS::Bedrock::DataSource").values()}
    assert kept == {"documents": "RETAIN", "web": "DELETE"}


def test_documents_are_private_encrypted_and_versioned() -> None:
    bucket = only("AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    denied = [s for s in only("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in [statement["Condition"] for statement in denied]


def test_an_upload_during_a_job_waits_for_the_next_one_and_is_kept_when_none_starts() -> None:
    queues = of_type("AWS::SQS::Queue")
    (waiting,) = [queue for queue in queues.values() if "RedrivePolicy" in queue]
    (timeout,) = [f["Timeout"] for f in of_type("AWS::Lambda::Function").values() if "on_upload" in f["Handler"]]
    assert waiting["VisibilityTimeout"] >= 6 * timeout
    assert waiting["VisibilityTimeout"] * waiting["RedrivePolicy"]["maxReceiveCount"] > 4 * 3600  # a long job
    mapping = only("AWS::Lambda::EventSourceMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["MaximumBatchingWindowInSeconds"] == 60


def test_the_harness_has_the_knowledge_base_as_its_only_tool() -> None:
    harness = only("AWS::BedrockAgentCore::Harness")
    assert [tool["Type"] for tool in harness["Tools"]] == ["agentcore_gateway"]
    assert harness["AllowedTools"] == ["@knowledge/*"]
    assert only("AWS::BedrockAgentCore::Gateway")["AuthorizerType"] == "AWS_IAM"


def test_attacks_on_the_prompt_are_looked_for_in_questions() -> None:
    filters = only("AWS::Bedrock::Guardrail")["ContentPolicyConfig"]["FiltersConfig"]
    attack = {each["Type"]: (each["InputStrength"], each["OutputStrength"]) for each in filters}["PROMPT_ATTACK"]
    assert attack == ("HIGH", "NONE")


def test_the_web_is_crawled_again_every_week() -> None:
    assert only("AWS::Scheduler::Schedule")["ScheduleExpression"] == "rate(7 days)"


def test_a_guardrail_needs_no_documents() -> None:
    stacks = synthesised({"knowledge.guardrail": "true"})
    kinds = {resource["Type"] for resource in stacks["knowledge"]["Resources"].values()}
    assert kinds == {"AWS::Bedrock::Guardrail", "AWS::Bedrock::GuardrailVersion"}


def test_without_knowledge_there_is_no_such_stack() -> None:
    assert "knowledge" not in synthesised({})


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({"knowledge.created": "true"}, "add knowledge_base to settings.answerers"),
        ({"knowledge.harness": "true"}, "set knowledge.created=true"),
        ({"knowledge.created": "true", "knowledge.harness": "true"}, "add agentcore to settings.answerers"),
    ],
)
def test_knowledge_that_nobody_would_ask_is_refused(context: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        DeploymentSettings.read(context)


def test_a_key_that_is_turned_on_later_makes_a_base_of_another_name() -> None:
    """CloudFormation makes it before it deletes the former, and Bedrock takes no name twice."""
    chosen = {"knowledge.created": "true", "settings.answerers": "knowledge_base", "settings.claim_s": "600"}
    names = []
    for key in ("", "create"):
        resources = synthesised({**chosen, "kms_key": key})["knowledge"]["Resources"].values()
        names += [each["Properties"]["Name"] for each in resources if each["Type"] == "AWS::Bedrock::KnowledgeBase"]
    assert names[0] == "parley-dev"
    assert len(set(names)) == 2
