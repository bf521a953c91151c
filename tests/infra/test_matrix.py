"""Every deployment of the matrix is one that CloudFormation would take: cfn-lint and cdk-nag find nothing.

Nor has any of its roles a right too many or too few (tests/infra/permissions).

Templates that are the same in several deployments are looked at once. What is ignored of cfn-lint:

    W3005   CDK states dependencies that a reference implies already
    W6001   the hub tells the WhatsApp topic of the stack `sources` beside its own, to whom looks for all three there
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cfnlint.api import ManualArgs, lint

from tests.infra.nag import findings_in
from tests.infra.options import Matrix, context, matrix, options, without_examples
from tests.infra.permissions.conformance import differences
from tests.infra.permissions.world import world_in

SHARES = 8  # of the matrix, so that the tests' workers can take turns
IGNORED = ["W3005", "W6001"]
REGION = "us-east-1"  # where every service of the stacks is

# What the settings refuse, and why.
REFUSED_WITH = {
    ("knowledge.created", "settings.answerers"),  # somebody has to ask it
    ("knowledge.harness", "settings.answerers"),  # the same
    ("knowledge.created", "knowledge.harness"),  # it answers from the knowledge base
    ("settings.pseudonym_key", "settings.redaction"),  # it would have no effect
    ("sources.whatsapp", "sources.whatsapp_accounts"),  # nothing would listen to them
    ("sources.whatsapp_accounts", "sources.whatsapp_topic"),  # they are linked already
}


@cache
def _matrix() -> Matrix:
    return matrix()


@cache
def _linted(template: str) -> tuple[str, ...]:
    found = lint(template, regions=[REGION], config=ManualArgs(regions=[REGION], ignore_checks=IGNORED))
    return tuple(f"{match.rule.id} {match.message}" for match in found)


def _templates(folder: Path) -> Iterator[tuple[str, str]]:
    return ((path.name, path.read_text()) for path in sorted(folder.glob("*.template.json")))


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_cfn_lint_cdk_nag_and_the_table_of_rights_find_nothing(share: int, tmp_path: Path) -> None:
    found = []
    for number, row in enumerate(_matrix().rows[share::SHARES]):
        folder = tmp_path / str(number)
        folder.mkdir()
        found += [f"cdk-nag: {finding}" for finding in findings_in(folder, context(row))]
        found += [f"{name}: {said}" for name, text in _templates(folder) for said in _linted(text)]
        found += [f"rights: {difference}" for difference in differences(world_in(folder, context(row)))]
    assert sorted(set(found)) == []


def test_every_pair_of_options_is_deployed_or_refused_for_a_reason() -> None:
    rows, refused = _matrix()
    assert len(rows) > 40
    assert {tuple(sorted((one, other))) for (one, _), (other, _) in refused} == REFUSED_WITH


def test_every_setting_that_changes_what_is_deployed_is_an_option() -> None:
    assert without_examples() == []
    assert {"lake.compaction", "kms_key", "hub.mail_recipients", "watch.mail"} <= set(options())


def test_a_template_with_an_unknown_property_is_found() -> None:
    """That the linter looks at all."""
    broken = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeut": 30}}}}'
    assert any("VisibilityTimeut" in said for said in _linted(broken))
