"""What the roles have to allow that services of AWS take on: the rows of platform.toml."""

from collections.abc import Iterator, Mapping
from operator import attrgetter

from tests.infra.permissions.intrinsics import one_way
from tests.infra.permissions.platform import Allowed, platform
from tests.infra.permissions.resources import Resource, model_resources
from tests.infra.permissions.roles import Grant, Trust
from tests.infra.permissions.world import World


def service_grants(world: World) -> Mapping[str, set[Grant]]:
    """By the role's name: of every role that any deployment may have."""
    return {
        _filled(role.name, each, world): {grant for allowed in role.allowed for grant in _grants(world, allowed, each)}
        for role in platform().role
        for each in role.each
    }


def service_trusts(world: World) -> Mapping[str, Trust]:
    """By the role's name: who takes on every role that any deployment may have."""
    return {
        _filled(role.name, each, world): Trust(role.service, "sts:AssumeRole", role.trusted_when)
        for role in platform().role
        for each in role.each
    }


def _grants(world: World, allowed: Allowed, each: str) -> Iterator[Grant]:
    if allowed.key and not world.key:
        return
    for action in allowed.actions:
        for resource in _resources(world, allowed, each):
            yield Grant(action, one_way(resource.arn), resource.condition or allowed.when)


def _resources(world: World, allowed: Allowed, each: str) -> list[Resource]:
    if allowed.model:
        return model_resources(attrgetter(allowed.model)(world.deployment))
    return [Resource(_filled(arn, each, world)) for arn in allowed.on]


def _filled(text: str, each: str, world: World) -> str:
    known = {"{each}": each, "{Each}": each.title(), "{lake}": world.lake, "{key}": world.key}
    for placeholder, value in known.items():
        text = text.replace(placeholder, value)
    return text
