"""What each answerer may ask of AWS: one row an answerer of orchestrator/bootstrap.py, so that a hub has the rights of
those that its settings name and no others.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html,
.../list_amazonbedrockagentcore.html, .../list_amazonqbusiness.html; what one call needs of another's actions:
https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-base-prereq-permissions-general.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html,
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/harness-security.html
"""

from collections.abc import Callable, Mapping, Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.aws.constructs.models import asking, looking_up
from infra.aws.constructs.rights import allow
from orchestrator.settings import Answering

Rights = Sequence[iam.PolicyStatement]

INVOKE_MODEL = "bedrock:InvokeModel"  # Converse has no action of its own


def asking_answerers(stack: Stack, settings: Answering) -> Rights:
    """The rights of every answerer that the settings name."""
    return [statement for name in settings.answering.answerers for statement in RIGHTS[name](stack, settings)]


def _agentcore(_stack: Stack, settings: Answering) -> Rights:
    """A harness runs on a runtime, and both rights are checked on the harness's ARN. A runtime is asked at an endpoint,
    which is a resource below it.
    """
    if harness := settings.agentcore.agentcore_harness_arn:
        return [allow("bedrock-agentcore:InvokeAgentRuntime", "bedrock-agentcore:InvokeHarness", on=harness)]
    runtime, endpoint = settings.agentcore.agentcore_runtime_arn, settings.agentcore.agentcore_qualifier or "DEFAULT"
    asked = [runtime, f"{runtime}/runtime-endpoint/{endpoint}"]
    return [allow("bedrock-agentcore:InvokeAgentRuntime", on=asked)]


def _bedrock_agent(stack: Stack, settings: Answering) -> Rights:
    alias = f"agent-alias/{settings.bedrock_agent.bedrock_agent_id}/{settings.bedrock_agent.bedrock_agent_alias_id}"
    return [allow("bedrock:InvokeAgent", on=_own(stack, "bedrock", alias))]


def _knowledge_base(stack: Stack, settings: Answering) -> Rights:
    """Bedrock searches and writes in the caller's name. The two calls that do both know no resource."""
    managed, model = (
        settings.knowledge_base.knowledge_base_kind == "managed",
        settings.knowledge_base.knowledge_base_model_arn,
    )
    both = "AgenticRetrieveStream" if managed else "RetrieveAndGenerate"
    base = _own(stack, "bedrock", f"knowledge-base/{settings.knowledge_base.knowledge_base_id}")
    return [
        allow(f"bedrock:{both}", on="*"),
        allow("bedrock:Retrieve", on=base),
        *(asking(stack, model, INVOKE_MODEL) if model else ()),
        *(() if managed else looking_up(stack, model)),
        *_guarding(stack, settings),
    ]


def _language_model(stack: Stack, settings: Answering) -> Rights:
    return [*asking(stack, settings.bedrock.model_id, INVOKE_MODEL), *_guarding(stack, settings)]


def _qbusiness(stack: Stack, settings: Answering) -> Rights:
    return [
        allow(
            "qbusiness:ChatSync",
            on=_own(stack, "qbusiness", f"application/{settings.qbusiness.qbusiness_application_id}"),
        )
    ]


def _guarding(stack: Stack, settings: Answering) -> Rights:
    if not settings.bedrock.guardrail_id:
        return []
    return [allow("bedrock:ApplyGuardrail", on=_own(stack, "bedrock", f"guardrail/{settings.bedrock.guardrail_id}"))]


def _own(stack: Stack, service: str, resource: str) -> str:
    """The ARN of a resource of this account and region."""
    return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}:{resource}"


RIGHTS: Mapping[str, Callable[[Stack, Answering], Rights]] = {
    "agentcore": _agentcore,
    "bedrock_agent": _bedrock_agent,
    "knowledge_base": _knowledge_base,
    "language_model": _language_model,
    "qbusiness": _qbusiness,
}
