"""Every role of a deployment may do exactly what was recorded and what the tables say: no more, no less."""

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest

from tests.infra.permissions.conformance import compared, differences, expected_grants
from tests.infra.permissions.function_roles import comes_about, is_ours, told
from tests.infra.permissions.intrinsics import Templates
from tests.infra.permissions.platform import platform
from tests.infra.permissions.recorded import kept
from tests.infra.permissions.reference import is_of_type, resource_types
from tests.infra.permissions.rights import Table
from tests.infra.permissions.roles import Grant, Trust, functions, grants, trusts
from tests.infra.permissions.service_roles import service_grants, service_trusts
from tests.infra.permissions.situations import every_situation
from tests.infra.permissions.variants import EVERYTHING, VARIANTS
from tests.infra.permissions.world import World, world
from tests.infra.synthesis import Template, synthesised

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("permissions")]


@cache
def deployed(variant: str) -> World:
    return world(VARIANTS[variant])


def every_grant() -> set[Grant]:
    """Of every role in every variant."""
    found = (grants(deployed(variant).templates) for variant in VARIANTS)
    return {grant for roles in found for each in roles.values() for grant in each}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_role_may_do_exactly_what_it_has_to(variant: str) -> None:
    assert differences(deployed(variant)) == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_role_is_taken_on_by_its_service_alone_and_when_the_table_says(variant: str) -> None:
    deployment = deployed(variant)
    of_functions = {
        each.role: Trust("lambda.amazonaws.com", "sts:AssumeRole") for each in functions(deployment.templates)
    }
    expected = {**service_trusts(deployment), **of_functions}
    found = trusts(deployment.templates)
    assert found == {role: [expected[role]] for role in found}


class Mutation(NamedTuple):
    """Templates with one action more or less than they should have, in a role's policy."""

    what: str
    templates: dict[str, Template]


def mutations(templates: dict[str, Template]) -> Iterator[Mutation]:
    """One for each action of each statement, gone; one for each statement, with an action or a resource more."""
    for stack, logical, number in _statements(templates):
        statement = _statement(templates, stack, logical, number)
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        on = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        place = f"{stack}/{logical}, statement {number}"
        for action in actions:
            less = [each for each in actions if each != action]
            yield _changed(templates, (stack, logical, number), f"{place}: no {action}", Action=less)
        yield _changed(templates, (stack, logical, number), f"{place}: more", Action=[*actions, "iam:PassRole"])
        yield _changed(templates, (stack, logical, number), f"{place}: wider", Resource=[*on, "arn:aws:s3:::others/*"])


def _statements(templates: dict[str, Template]) -> Iterator[tuple[str, str, int]]:
    for stack, template in templates.items():
        for logical, resource in template["Resources"].items():
            if resource["Type"] == "AWS::IAM::Policy":
                yield from (
                    (stack, logical, n) for n in range(len(resource["Properties"]["PolicyDocument"]["Statement"]))
                )


def _statement(templates: dict[str, Template], stack: str, logical: str, number: int) -> dict[str, Any]:
    found: dict[str, Any] = templates[stack]["Resources"][logical]["Properties"]["PolicyDocument"]["Statement"][number]
    return found


def _changed(templates: dict[str, Template], place: tuple[str, str, int], what: str, **members: object) -> Mutation:
    stack, logical, _ = place
    policy = copy.deepcopy(templates[stack]["Resources"][logical])
    changed = {
        **templates,
        stack: {**templates[stack], "Resources": {**templates[stack]["Resources"], logical: policy}},
    }
    _statement(changed, *place).update(members)
    return Mutation(what, changed)


def test_each_action_that_is_taken_away_or_added_is_noticed() -> None:
    templates = synthesised(EVERYTHING)
    expected = expected_grants(deployed("everything"))
    made = list(mutations(templates))
    unnoticed = [each.what for each in made if not list(compared(grants(Templates(each.templates)), expected))]
    assert len(made) > 200
    assert unnoticed == []


def test_nothing_is_allowed_everywhere_but_what_knows_no_resource() -> None:
    everywhere = {grant.action for grant in every_grant() if grant.resource == "*"}
    assert {action for action in everywhere if resource_types(action)} == set()


def test_no_action_is_a_pattern_and_all_exist() -> None:
    for grant in every_grant():
        assert "*" not in grant.action
        resource_types(grant.action)


def test_every_arn_is_of_a_type_that_its_action_knows() -> None:
    beyond = {row.action for row in Table.read().row if row.beyond}
    spelled = {grant for grant in every_grant() if grant.resource.startswith("arn:")}
    wrong = {grant for grant in spelled if not is_of_type(grant.action, grant.resource)}
    assert {grant for grant in wrong if grant.action not in beyond} == set()


def test_every_situation_comes_about_in_a_deployment() -> None:
    known = [
        (function.handler, told(deployed(variant), function))
        for variant in VARIANTS
        for function in functions(deployed(variant).templates)
        if is_ours(function)
    ]
    idle = {
        situation.name
        for situation in every_situation()
        if not any(handler == situation.function and comes_about(situation, each) for handler, each in known)
    }
    assert idle == set()


def test_every_function_has_been_recorded() -> None:
    handlers = {
        each.handler for variant in VARIANTS for each in functions(deployed(variant).templates) if is_ours(each)
    }
    assert handlers == kept().keys()


def test_every_role_of_the_table_is_there_in_a_deployment() -> None:
    roles = {role for variant in VARIANTS for role in grants(deployed(variant).templates)}
    assert service_grants(deployed("everything")).keys() - roles == set()


def test_every_row_about_the_key_concerns_an_action_that_is_allowed() -> None:
    allowed = {grant.action for grant in every_grant()}
    assert {action for use in platform().key for action in use.actions} - allowed == set()
