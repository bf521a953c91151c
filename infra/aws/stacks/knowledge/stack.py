"""The stack `knowledge`: documents and what answers from them; a guardrail too, which needs no documents."""

from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.aws.constructs.models import model_arn
from infra.aws.constructs.stack import ParleyStack, StackInputs
from infra.aws.published import publish
from infra.aws.settings.deployment import DeploymentSettings
from infra.aws.stacks.knowledge.documents import documents_bucket
from infra.aws.stacks.knowledge.guardrail import Guardrail
from infra.aws.stacks.knowledge.harness import Harness
from infra.aws.stacks.knowledge.ingestion import Ingestion
from infra.aws.stacks.knowledge.vectors import KnowledgeBase
from infra.outputs import KnowledgeOutputs
from orchestrator.sections import changed
from orchestrator.settings import Settings


def is_wanted(deployment: DeploymentSettings) -> bool:
    """Whether there is anything for the stack to make."""
    return deployment.knowledge.created or deployment.knowledge.guardrail


class KnowledgeStack(ParleyStack):
    """`settings` are the hub's, with what was made here filled in."""

    def __init__(self, scope: Construct, inputs: StackInputs, key: kms.IKey | None) -> None:
        super().__init__(scope, KnowledgeOutputs, inputs, "Parley: what answers come from")
        self.key = key
        self.settings: Settings = inputs.deployment.settings
        self.ingestion: Ingestion | None = None
        published: dict[str, str] = {}
        if inputs.deployment.knowledge.guardrail:
            guardrail = Guardrail(self)
            self._fill_in(guardrail_id=guardrail.id, guardrail_version=guardrail.version)
            published["guardrail_id"] = guardrail.id
        if inputs.deployment.knowledge.created:
            published |= self._knowledge()
        publish(self, KnowledgeOutputs(**published))

    def _knowledge(self) -> dict[str, str]:
        """The knowledge base, and what the outputs say of it."""
        documents = documents_bucket(self)
        base = KnowledgeBase(self, documents)
        self.ingestion = Ingestion(self, base, documents)
        writes = self.settings.knowledge_base.knowledge_base_model_arn or self.settings.bedrock.model_id
        self._fill_in(knowledge_base_id=base.id, knowledge_base_model_arn=model_arn(self, writes))
        published = {
            "documents_uri": documents.s3_url_for_object(),
            "knowledge_base_id": base.id,
            "data_source_id": base.documents.attr_data_source_id,
            "uploads_queue_url": self.ingestion.uploads.queue_url,
            "uploads_dead_letters_url": self.ingestion.dead_letters.queue_url,
            "ingest_log_group": self.ingestion.function.log_group.log_group_name,
            "knowledge_base_log_group": self.ingestion.log.group.log_group_name,
        }
        if self.deployment.knowledge.harness:
            harness = Harness(self, base)
            self._fill_in(agentcore_harness_arn=harness.arn)
            published["harness_arn"] = harness.arn
        return published

    def _fill_in(self, **values: str) -> None:
        self.settings = changed(self.settings, **values)
