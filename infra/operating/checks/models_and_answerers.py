"""Whether the models, agents and knowledge bases that the settings name can be asked, and how much.

Access to Bedrock's models is on by default; a third party's model is subscribed to on its first call, by whoever may
(aws-marketplace:Subscribe), and Anthropic wants a form once for an account or its organisation.
https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetFoundationModelAvailability.html
https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-runtime.html (names of the quotas, and that new accounts
may get less)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from infra.operating.aws_questions import Ask, code_of, pages
from infra.operating.checks.finding import Finding, not_applicable, ok, problem, warning
from infra.operating.checks.subject import Subject
from orchestrator.settings import Settings

# ── models ───────────────────────────────────────────────────────────────────────────────────────────────────────────

# https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html: a geography, then the model
_PROFILE = re.compile(
    r"(us|us-gov|eu|apac|au|ca|jp|global)\.[a-z]|arn:[^:]+:bedrock:[^:]*:[^:]*:(application-)?inference-profile/"
)
_FOUNDATION = re.compile(r"(arn:[^:]+:bedrock:[^:]*::foundation-model/)?(?P<id>[a-z0-9-]+\.[a-zA-Z0-9.:-]+)")
_PLAYGROUND = "open the model once in the Bedrock console's playground, as somebody who may aws-marketplace:Subscribe"
_FORM = "submit Anthropic's form in the Bedrock console's model catalog, or: aws bedrock put-use-case-for-model-access"


def models(subject: Subject) -> Iterator[Finding]:
    """A finding for each model that an answerer asks."""
    named = configured(subject)
    if not named:
        yield not_applicable("no answerer of the settings asks a model by its name")
    for model in named:
        yield from _model(subject, model)


def configured(subject: Subject) -> list[str]:
    """Models and inference profiles, by id or ARN, each once."""
    settings = subject.settings
    by_answerer = {
        "language_model": settings.bedrock.model_id,
        "knowledge_base": settings.knowledge_base.knowledge_base_model_arn,
    }
    named = [model for answerer, model in by_answerer.items() if answerer in settings.answering.answerers and model]
    return list(dict.fromkeys(named))


def is_profile(model: str) -> bool:
    """Whether it names an inference profile, which leads to a model in several regions."""
    return _PROFILE.match(model) is not None


def foundation_models(ask: Ask, model: str) -> list[str]:
    """Ids of the foundation models that one name stands for; none for a model of one's own."""
    if is_profile(model):
        found = ask("bedrock", "GetInferenceProfile", inferenceProfileIdentifier=model)
        arns = [each["modelArn"] for each in found["models"]]
        return list(dict.fromkeys(arn.rpartition("/")[2] for arn in arns))
    match = _FOUNDATION.fullmatch(model)
    return [match["id"]] if match else []


def _model(subject: Subject, model: str) -> Iterator[Finding]:
    try:
        stands_for = foundation_models(subject.ask, model)
        if not stands_for:
            yield not_applicable(f"{model} is no foundation model: it needs no agreement")
        for each in stands_for:
            yield _available(subject, model, each)
    except ClientError as error:
        if code_of(error) not in {"ResourceNotFoundException", "ValidationException"}:
            raise
        listed = f"aws bedrock list-inference-profiles --region {subject.region}"
        yield problem(f"{model} is unknown in {subject.region}", f"choose another: {listed}")


def _available(subject: Subject, name: str, model: str) -> Finding:
    details = subject.ask("bedrock", "GetFoundationModel", modelIdentifier=model)["modelDetails"]
    if name == model and "ON_DEMAND" not in details.get("inferenceTypesSupported", ["ON_DEMAND"]):
        return problem(
            f"{model} is called through an inference profile only",
            f"put the profile's id in place of the model's: aws bedrock list-inference-profiles, it ends in .{model}",
        )
    if model.startswith("anthropic.") and not _form_submitted(subject.ask):
        return problem(f"{model}: Anthropic knows nothing of your use case yet", _FORM)
    return _judged(subject, model) or _lifecycle(model, details.get("modelLifecycle", {}))


def _judged(subject: Subject, model: str) -> Finding | None:
    """What stands in the way; None where nothing does."""
    state = subject.ask("bedrock", "GetFoundationModelAvailability", modelId=model)
    agreement = state["agreementAvailability"]
    if state["regionAvailability"] != "AVAILABLE":
        return problem(f"{model} is not offered in {subject.region}", "choose an inference profile or another region")
    if state["authorizationStatus"] != "AUTHORIZED":
        return problem(f"{model}: the account is not authorised", "look for a service control policy that denies it")
    if agreement["status"] == "ERROR":
        why = agreement.get("errorMessage", "no reason given")
        return problem(f"{model}: its agreement failed: {why}", _PLAYGROUND)
    if agreement["status"] == "PENDING":
        return warning(f"{model}: its agreement is being made", "wait; it takes up to 15 minutes")
    if "NOT_AVAILABLE" in (agreement["status"], state["entitlementAvailability"]):
        return warning(f"{model}: not subscribed to yet; the first call does that, if its caller may", _PLAYGROUND)
    return None


def _lifecycle(model: str, lifecycle: dict[str, object]) -> Finding:
    if lifecycle.get("status") == "LEGACY":
        until = lifecycle.get("endOfLifeTime", "its end of life")
        return warning(f"{model} can be called until {until}", "choose another model")
    return ok(f"{model} can be called")


def _form_submitted(ask: Ask) -> bool:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetUseCaseForModelAccess.html"""
    try:
        ask("bedrock", "GetUseCaseForModelAccess")
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return False
    return True


# ── agents and knowledge bases ───────────────────────────────────────────────────────────────────────────────────────


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
    used = set(settings.answering.answerers)
    control = "bedrock-agentcore-control"
    if "knowledge_base" in used and (id_ := settings.knowledge_base.knowledge_base_id):
        request = {"knowledgeBaseId": id_}
        path = ("knowledgeBase", "status")
        yield _Asked(f"knowledge base {id_}", "bedrock-agent", "GetKnowledgeBase", path, "ACTIVE", request)
    if "agentcore" in used and (arn := settings.agentcore.agentcore_harness_arn):
        request = {"harnessId": arn.rpartition("/")[2]}
        yield _Asked(f"harness {arn}", control, "GetHarness", ("harness", "status"), "READY", request)
    elif "agentcore" in used and (arn := settings.agentcore.agentcore_runtime_arn):
        request = {"agentRuntimeId": arn.rpartition("/")[2]}
        yield _Asked(f"runtime {arn}", control, "GetAgentRuntime", ("status",), "READY", request)
    if "bedrock_agent" in used and (id_ := settings.bedrock_agent.bedrock_agent_id):
        request = {"agentId": id_, "agentAliasId": settings.bedrock_agent.bedrock_agent_alias_id}
        path = ("agentAlias", "agentAliasStatus")
        yield _Asked(f"agent {id_}", "bedrock-agent", "GetAgentAlias", path, "PREPARED", request)
    if "qbusiness" in used and (id_ := settings.qbusiness.qbusiness_application_id):
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


# ── tokens a minute ──────────────────────────────────────────────────────────────────────────────────────────────────

FEW_TOKENS = 50_000  # a minute: ten turns of 5,000
_RAISE = "request more in the Service Quotas console"


def tokens_a_minute(subject: Subject) -> Iterator[Finding]:
    """Tokens that each model may read and write in a minute."""
    models = [(name, each) for name in configured(subject) for each in foundation_models(subject.ask, name)]
    if not models:
        yield not_applicable("no answerer of the settings asks a model by its name")
        return
    quotas = list(pages(subject.ask, "service-quotas", "ListServiceQuotas", "Quotas", ServiceCode="bedrock"))
    for name, model in models:
        kind = "cross-region" if is_profile(name) else "on-demand"
        yield _tokens(subject, kind, model, quotas)


def _tokens(subject: Subject, kind: str, model: str, quotas: list[Any]) -> Finding:
    details = subject.ask("bedrock", "GetFoundationModel", modelIdentifier=model)["modelDetails"]
    label = details.get("modelName", model).lower()
    for quota in quotas:
        name = quota["QuotaName"].lower()
        if name.startswith(kind) and "tokens per minute" in name and name.endswith(label):
            told = f"{quota['QuotaName']}: {quota['Value']:,.0f}"
            return ok(told) if quota["Value"] >= FEW_TOKENS else warning(told, _RAISE)
    return not_applicable(f"{model}: no quota of tokens a minute goes by this model's name")
