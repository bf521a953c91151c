"""Where the roles of a deployment are not exactly what the tables say."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.infra.permissions.function_roles import function_grants, is_ours, lambda_grants
from tests.infra.permissions.intrinsics import Templates
from tests.infra.permissions.recorded import kept
from tests.infra.permissions.roles import Function, Grant, effective, functions, grants, managed_policies
from tests.infra.permissions.service_roles import service_grants
from tests.infra.permissions.world import World

FRAMEWORK = "framework.onEvent"  # the handler of CDK's function between CloudFormation and a custom resource of ours
# CDK's own function that empties a bucket before it is deleted, where a deployer wants data to go. CDK alone says what
# its role may do: it writes its log by a managed policy, and the bucket's own policy lets it in.
# Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3.Bucket.html#autodeleteobjects
EMPTYING = "/CustomS3AutoDeleteObjectsCustomResourceProviderRole"
WRITES_ITS_LOG = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


class Difference(NamedTuple):
    """A grant that a role has and should not, or the other way round."""

    role: str
    wrong: str  # too much, missing, unknown
    what: object


def differences(world: World) -> list[Difference]:
    """All of them. A role that no table tells of is one, whatever it may do."""
    expected = expected_grants(world)
    return [*compared(grants(world.templates), expected), *_managed(world.templates)]


def compared(found: Mapping[str, list[Grant]], expected: Mapping[str, set[Grant]]) -> Iterator[Difference]:
    """Role by role, both ways."""
    for role, actual in found.items():
        if role not in expected:
            yield Difference(role, "unknown", "no table tells what it may do")
            continue
        wanted = effective(expected[role])
        yield from (Difference(role, "too much", grant) for grant in sorted(set(actual) - wanted))
        yield from (Difference(role, "missing", grant) for grant in sorted(wanted - set(actual)))


def expected_grants(world: World) -> dict[str, set[Grant]]:
    """By role."""
    calls = kept()
    found = dict(service_grants(world))
    for function in functions(world.templates):
        if is_ours(function):
            found[function.role] = function_grants(world, function, calls)
        elif function.handler == FRAMEWORK:
            found[function.role] = _framework_grants(function)
        elif function.role.endswith(EMPTYING):
            found[function.role] = set()
    return found


def _framework_grants(function: Function) -> set[Grant]:
    """It calls our function, any version of it, and waits until that can be called. CDK grants so much itself."""
    ours = function.environment["USER_ON_EVENT_FUNCTION_ARN"]
    called = {Grant("lambda:InvokeFunction", ours), Grant("lambda:InvokeFunction", f"{ours}:*")}
    return {*called, Grant("lambda:GetFunction", ours), *lambda_grants(function)}


def _managed(templates: Templates) -> Iterator[Difference]:
    for role, policies in managed_policies(templates).items():
        if not (role.endswith(EMPTYING) and policies == [WRITES_ITS_LOG]):
            yield Difference(role, "too much", policies)
