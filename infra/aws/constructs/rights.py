"""Rights, statement by statement: no managed policies and no `grant_*`, whose wildcards are more than is called."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

Condition = Mapping[str, Mapping[str, str | Sequence[str]]]


def allow(*actions: str, on: str | Sequence[str], when: Condition | None = None) -> iam.PolicyStatement:
    """The right to do `actions` on the resources `on`, ARNs; "*" only where an action knows no resource."""
    resources = [on] if isinstance(on, str) else list(on)
    return iam.PolicyStatement(actions=list(actions), resources=resources, conditions=dict(when) if when else None)


def role(scope: Construct, name: str, principal: iam.IPrincipal, allowed: Sequence[iam.PolicyStatement]) -> iam.Role:
    """A role for `principal` with these rights."""
    made = iam.Role(scope, name, assumed_by=principal)
    for statement in allowed:
        made.add_to_policy(statement)
    return made
