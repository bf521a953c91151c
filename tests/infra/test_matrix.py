"""Every deployment of the matrix is one that CloudFormation would take: cfn-lint and cdk-nag find nothing.

Nor has any of its roles a right too many or too few (tests/infra/permissions). `make prove` looks at the whole matrix,
every other run at the part of it that concerns what changed (tests/infra/changes.py).
"""

from collections.abc import Iterable, Iterator
from functools import cache

import pytest

from infra.aws.settings.deployment import DeploymentSettings
from tests.infra.changes import touched
from tests.infra.linting import linted
from tests.infra.options import Matrix, Row, context, matrix, options, without_examples
from tests.infra.permissions.conformance import differences
from tests.infra.permissions.intrinsics import Templates
from tests.infra.permissions.world import World
from tests.infra.synthesis import synthesis

# Of the part and of the whole, so that the tests' workers can take turns.
SHARES_OF_PART, SHARES = 4, 8

# What the settings refuse, and why.
REFUSED_WITH = {
    ("knowledge.created", "settings.answerers"),  # somebody has to ask it
    ("knowledge.harness", "settings.answerers"),  # the same
    ("knowledge.created", "knowledge.harness"),  # it answers from the knowledge base
    ("settings.pseudonym_key", "settings.redaction"),  # it would have no effect
    ("hub.deployed", "sending.deployed"),  # sends are kept in its table
    ("sources.whatsapp", "sources.whatsapp_accounts"),  # nothing would listen to them
    ("sources.whatsapp_accounts", "sources.whatsapp_topic"),  # they are linked already
}


@cache
def _matrix() -> Matrix:
    return matrix()


def _found(rows: Iterable[Row]) -> Iterator[str]:
    """What is wrong with the deployments."""
    for row in rows:
        chosen = context(row)
        made = synthesis(chosen)
        yield from (f"cdk-nag: {finding}" for finding in made.findings)
        yield from (f"{name}: {said}" for name, text in made.texts.items() for said in linted(text))
        world = World(DeploymentSettings.read(chosen), Templates(made.templates()), made.settings_files)
        yield from (f"rights: {difference}" for difference in differences(world))


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES_OF_PART))
def test_nothing_is_wrong_with_the_defaults_nor_everything_nor_the_pairs_of_what_changed(share: int) -> None:
    part = _matrix().part(touched(options()))
    assert sorted(set(_found(part[share::SHARES_OF_PART]))) == []


@pytest.mark.prove
@pytest.mark.parametrize("share", range(SHARES))
def test_nothing_is_wrong_with_any_deployment_of_the_matrix(share: int) -> None:
    assert sorted(set(_found(_matrix().rows[share::SHARES]))) == []


def test_every_pair_of_options_is_deployed_or_refused_for_a_reason() -> None:
    rows, refused, _ = _matrix()
    assert len(rows) > 40
    assert {tuple(sorted((one, other))) for (one, _), (other, _) in refused} == REFUSED_WITH


def test_every_setting_that_changes_what_is_deployed_is_an_option() -> None:
    assert without_examples() == []
    assert {"lake.compaction", "kms_key", "hub.mail_recipients", "watch.mail"} <= set(options())


def test_the_defaults_and_everything_are_looked_at_whatever_changed() -> None:
    defaults, everything = _matrix().part(set())
    assert [name for name, values in options().items() if defaults[name] != values[0]] == []
    off = [name for name, values in options().items() if everything[name] != values[-1]]
    assert {name for pair in REFUSED_WITH for name in pair} > set(off)


def test_of_an_option_that_changed_every_pair_is_looked_at() -> None:
    rows, part = _matrix().rows, _matrix().part({"kms_key"})
    assert len(part) < len(rows) / 2
    for other in options():
        assert {(row["kms_key"], row[other]) for row in part} == {(row["kms_key"], row[other]) for row in rows}


def test_a_template_with_an_unknown_property_is_found() -> None:
    """That the linter looks at all."""
    broken = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeut": 30}}}}'
    assert any("VisibilityTimeut" in said for said in linted(broken))
