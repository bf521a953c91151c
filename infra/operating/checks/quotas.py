"""Quotas that a new account begins low with.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-runtime.html (names of the quotas, and that new accounts
may get less)
"""

from collections.abc import Iterator
from typing import Any

from infra.operating.aws_questions import pages
from infra.operating.checks.finding import Finding, not_applicable, ok, warning
from infra.operating.checks.models import configured, foundation_models, is_profile
from infra.operating.checks.subject import Subject

FEW_AT_ONCE = 100  # functions of all kinds together: ingress, converse, transformer, and whatever else runs there
FEW_TOKENS = 50_000  # a minute: ten turns of 5,000
_RAISE = "request more in the Service Quotas console"


def functions_at_once(subject: Subject) -> Iterator[Finding]:
    """Lambda functions that may run at the same time."""
    limit = subject.ask("lambda", "GetAccountSettings")["AccountLimit"]["ConcurrentExecutions"]
    told = f"{limit:,} functions may run at once in {subject.region}"
    raise_it = "request 1,000: aws service-quotas request-service-quota-increase --service-code lambda --quota-code"
    yield ok(told) if limit >= FEW_AT_ONCE else warning(told, f"{raise_it} L-B99A9384 --desired-value 1000")


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
