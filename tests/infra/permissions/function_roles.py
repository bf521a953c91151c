"""What the role of each of our functions has to allow: what was recorded, and what Lambda does with the role."""

from collections.abc import Iterable, Iterator

from orchestrator.settings import described
from tests.infra.permissions.intrinsics import one_way
from tests.infra.permissions.platform import platform
from tests.infra.permissions.recorded import Shown
from tests.infra.permissions.resources import Resource, Told, resources
from tests.infra.permissions.rights import Right
from tests.infra.permissions.roles import Function, Grant, functions
from tests.infra.permissions.situations import Situation, every_situation
from tests.infra.permissions.world import World

_DEFAULTS = {each.variable: (each.default,) for each in described()}
_OURS = ("orchestrator.", "transformer.", "infra.")
_CHOICES = {"knowledge_base_kind", "redaction"}  # settings of which the value counts


def is_ours(function: Function) -> bool:
    """Whether the function runs our code."""
    return function.handler.startswith(_OURS)


def function_grants(world: World, function: Function, calls: Shown) -> set[Grant]:
    """Exactly what the function's role has to allow in this deployment."""
    found = {*_of_calls(told(world, function), function.handler, calls), *lambda_grants(function)}
    return {*found, *_of_key(world, found)}


def told(world: World, function: Function) -> Told:
    """What the function knows in this deployment."""
    return Told(world, function.name, {**_DEFAULTS, **_variables(function), **_properties(world, function)})


def comes_about(situation: Situation, told: Told) -> bool:
    """Whether the situation's function gets into it, knowing so much."""
    return all(
        _met(setting, wanted, told.one(f"PARLEY_{setting.upper()}")) for setting, wanted in situation.when.items()
    )


def _of_calls(told: Told, handler: str, calls: Shown) -> Iterator[Grant]:
    for situation in every_situation():
        if situation.function == handler and comes_about(situation, told):
            for rights in calls[handler][situation.name].values():
                for right in map(Right.read, rights):
                    yield from _granted([right.action], resources(right, told))


def _met(setting: str, wanted: str, value: str) -> bool:
    if setting == "answerers":
        return wanted in value.split(",")
    return value == wanted if setting in _CHOICES else bool(value) == bool(wanted)


def lambda_grants(function: Function) -> Iterator[Grant]:
    """What Lambda does in the role's name."""
    case = platform().case
    yield from _granted(case("log group"), [Resource(function.log_group)])
    if function.traced:
        yield from _granted(case("active tracing"), [Resource("*")])
    yield from _granted(case("queue mapping"), [Resource(queue) for queue in function.queues])
    yield from _granted(case("queue on failure"), [Resource(queue) for queue in function.failures])


def _of_key(world: World, grants: set[Grant]) -> Iterator[Grant]:
    """What these need of the deployment's own key, where they touch what it encrypts: what the deployment has made."""
    touched = {grant.action for grant in grants if grant.resource.startswith("${")}
    for use in platform().key:
        if world.key and touched.intersection(use.actions):
            yield from _granted(use.needs, [Resource(world.key)])


def _variables(function: Function) -> dict[str, tuple[str, ...]]:
    return {name: (value,) for name, value in function.environment.items()}


def _properties(world: World, function: Function) -> dict[str, tuple[str, ...]]:
    """Of the custom resource that the function makes, which calls it through CDK's framework."""
    found: dict[str, tuple[str, ...]] = {}
    for stack, properties in world.templates.custom_resources():
        if _calls(world, world.templates.text(stack, properties["ServiceToken"]), function):
            for name, value in properties.items():
                found[name] = tuple(world.templates.parts(stack, value))
    return found


def _calls(world: World, token: str, function: Function) -> bool:
    """Whether the framework behind a service token calls the function."""
    (framework,) = [each for each in functions(world.templates) if token == f"${{{each.name}.Arn}}"]
    return framework.environment["USER_ON_EVENT_FUNCTION_ARN"] == f"${{{function.name}.Arn}}"


def _granted(actions: Iterable[str], on: Iterable[Resource]) -> Iterator[Grant]:
    targets = list(on)
    for action in actions:
        for target in targets:
            yield Grant(action, one_way(target.arn), target.condition)
