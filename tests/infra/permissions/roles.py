"""The roles of a deployment's templates: what each may do, and who takes it on."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tests.infra.permissions.intrinsics import Templates


class Grant(NamedTuple):
    """One action on one resource, under a condition or none; as text."""

    action: str
    resource: str
    condition: str = ""


class Trust(NamedTuple):
    """Who may take on a role, and when; as text."""

    principal: str
    action: str
    condition: str = ""


def effective(grants: Iterable[Grant]) -> set[Grant]:
    """Without those that another one covers, whose resource ends in `*`."""
    found = set(grants)
    wide = {grant for grant in found if grant.resource.endswith("*")}
    return {each for each in found if not any(_covers(other, each) for other in wide - {each})}


def _covers(wide: Grant, grant: Grant) -> bool:
    same = (wide.action, wide.condition) == (grant.action, grant.condition)
    return same and grant.resource.startswith(wide.resource.removesuffix("*"))


class Function(NamedTuple):
    """A Lambda function, and what feeds it. `queues` and `failures` are ARNs."""

    name: str
    handler: str
    role: str  # the name of its role
    environment: Mapping[str, str]
    log_group: str
    traced: bool
    queues: tuple[str, ...]
    failures: tuple[str, ...]  # where asynchronous events go that failed for good
    layers: tuple[str, ...]  # names of their objects


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


def trusts(templates: Templates) -> dict[str, list[Trust]]:
    """Who may take on each role: one for each principal of each statement of its trust policy."""
    return {
        name: [
            Trust(templates.text(stack, principal), action, _condition(templates, stack, statement))
            for statement in role["AssumeRolePolicyDocument"]["Statement"]
            for principals in statement["Principal"].values()
            for principal in _many(principals)
            for action in _many(statement["Action"])
        ]
        for name, (stack, role) in templates.resources("AWS::IAM::Role").items()
    }


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
            log_group=_arn(templates.text(stack, function.get("LoggingConfig", {}).get("LogGroup", ""))),
            traced=function.get("TracingConfig", {}).get("Mode") == "Active",
            queues=tuple(_of_function(templates, name, "AWS::Lambda::EventSourceMapping", _source)),
            failures=tuple(_of_function(templates, name, "AWS::Lambda::EventInvokeConfig", _on_failure)),
            layers=tuple(_layer(templates, templates.text(stack, each)) for each in function.get("Layers", ())),
        )
        for name, (stack, function) in templates.resources("AWS::Lambda::Function").items()
    ]


def _of_function(
    templates: Templates, function: str, kind: str, told: Callable[[Mapping[str, Any]], Any]
) -> Iterator[str]:
    """What resources of a kind tell of a function."""
    for stack, properties in templates.resources(kind).values():
        if _bare(templates.text(stack, properties["FunctionName"])) == function:
            yield templates.text(stack, told(properties))


def _layer(templates: Templates, reference: str) -> str:
    _, layer = templates.resources("AWS::Lambda::LayerVersion")[_bare(reference)]
    name: str = layer["Content"]["S3Key"]
    return name


def _source(mapping: Mapping[str, Any]) -> Any:
    return mapping["EventSourceArn"]


def _on_failure(config: Mapping[str, Any]) -> Any:
    return config["DestinationConfig"]["OnFailure"]["Destination"]


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


def _arn(reference: str) -> str:
    """The ARN of what a template refers to by name: `${hub/IngressLog.Arn}`."""
    return reference.replace("}", ".Arn}")
