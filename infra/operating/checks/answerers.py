"""Whether what the settings' answerers ask is there and ready."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from infra.operating.aws_questions import code_of
from infra.operating.checks.finding import Finding, not_applicable, ok, problem
from infra.operating.checks.subject import Subject
from orchestrator.settings import Settings


@dataclass(frozen=True)
class _Asked:
    """A resource, the question for its state, where in the reply the state is, and the one that is ready."""

    what: str
    service: str
    operation: str
    path: tuple[str, ...]
    ready: str
    request: dict[str, str] = field(default_factory=dict)


def answerers(subject: Subject) -> Iterator[Finding]:
    """A finding for each agent and knowledge base."""
    asked = list(_asked(subject.settings))
    if not asked:
        yield not_applicable("no answerer of the settings asks an agent or a knowledge base")
    for each in asked:
        yield _state(subject, each)


def _asked(settings: Settings) -> Iterator[_Asked]:
    """The resources that the settings name, for the answerers that are in use."""
    used = set(settings.answerers)
    control = "bedrock-agentcore-control"
    if "knowledge_base" in used and (id_ := settings.knowledge_base_id):
        request = {"knowledgeBaseId": id_}
        path = ("knowledgeBase", "status")
        yield _Asked(f"knowledge base {id_}", "bedrock-agent", "GetKnowledgeBase", path, "ACTIVE", request)
    if "agentcore" in used and (arn := settings.agentcore_harness_arn):
        request = {"harnessId": arn.rpartition("/")[2]}
        yield _Asked(f"harness {arn}", control, "GetHarness", ("harness", "status"), "READY", request)
    elif "agentcore" in used and (arn := settings.agentcore_runtime_arn):
        request = {"agentRuntimeId": arn.rpartition("/")[2]}
        yield _Asked(f"runtime {arn}", control, "GetAgentRuntime", ("status",), "READY", request)
    if "bedrock_agent" in used and (id_ := settings.bedrock_agent_id):
        request = {"agentId": id_, "agentAliasId": settings.bedrock_agent_alias_id}
        path = ("agentAlias", "agentAliasStatus")
        yield _Asked(f"agent {id_}", "bedrock-agent", "GetAgentAlias", path, "PREPARED", request)
    if "qbusiness" in used and (id_ := settings.qbusiness_application_id):
        request = {"applicationId": id_}
        yield _Asked(f"Amazon Q application {id_}", "qbusiness", "GetApplication", ("status",), "ACTIVE", request)


def _state(subject: Subject, asked: _Asked) -> Finding:
    try:
        state = subject.ask(asked.service, asked.operation, **asked.request)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return problem(f"there is no {asked.what} in {subject.region}", "mend the id in the settings, and deploy again")
    for member in asked.path:
        state = state[member]
    if state == asked.ready:
        return ok(f"{asked.what}: {state}")
    return problem(f"{asked.what}: {state}", f"it answers when it is {asked.ready}: see it in the Bedrock console")
