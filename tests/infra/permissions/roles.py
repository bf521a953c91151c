"""The roles of a deployment's templates: what each may do, and who takes it on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tests.infra.permissions.intrinsics import Templates


class Grant(NamedTuple):
    """One action on one resource, under a condition or none; as text."""

    action: str
    resource: str
    condition: str = ""


class Function(NamedTuple):
    """A Lambda function."""

    name: str
    handler: str
    role: str  # the name of its role
    environment: Mapping[str, str]


def grants(templates: Templates) -> dict[str, list[Grant]]:
    """What each role may do, each grant as often as it is written. A role without a policy may do nothing."""
    found: dict[str, list[Grant]] = {}
    for name, (stack, role) in templates.resources("AWS::IAM::Role").items():
        found[name] = []
        for policy in role.get("Policies", ()):
            found[name] += _grants(templates, stack, policy["PolicyDocument"])
    for stack, policy in templates.resources("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy").values():
        for role in policy["Roles"]:
            found[_bare(templates.text(stack, role))] += _grants(templates, stack, policy["PolicyDocument"])
    return found


def managed_policies(templates: Templates) -> dict[str, list[str]]:
    """The managed policies that roles lean on, whose content no template tells."""
    return {
        name: [templates.text(stack, arn) for arn in role["ManagedPolicyArns"]]
        for name, (stack, role) in templates.resources("AWS::IAM::Role").items()
        if role.get("ManagedPolicyArns")
    }


def functions(templates: Templates) -> list[Function]:
    """Every function, CDK's own too."""
    return [
        Function(
            name=name,
            handler=function["Handler"],
            role=_bare(templates.text(stack, function["Role"])),
            environment={
                variable: templates.text(stack, value)
                for variable, value in function.get("Environment", {}).get("Variables", {}).items()
            },
        )
        for name, (stack, function) in templates.resources("AWS::Lambda::Function").items()
    ]


def _grants(templates: Templates, stack: str, document: Mapping[str, Any]) -> Iterator[Grant]:
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        for action in _many(statement["Action"]):
            for resource in _many(statement["Resource"]):
                yield Grant(action, templates.text(stack, resource), _condition(templates, stack, statement))


def _condition(templates: Templates, stack: str, statement: Mapping[str, Any]) -> str:
    """`StringEquals aws:ResourceAccount=${AWS::AccountId}`"""
    return "; ".join(
        f"{operator} {key}={','.join(templates.text(stack, each) for each in _many(value))}"
        for operator, keys in sorted(statement.get("Condition", {}).items())
        for key, value in sorted(keys.items())
    )


def _many(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _bare(reference: str) -> str:
    """The name in `${hub/IngressRole.Arn}`."""
    return reference.removeprefix("${").removesuffix("}").removesuffix(".Arn")
