"""What the stacks accept of cdk-nag's findings is there, and has a reason. test_matrix.py: nothing else is found."""

import re

import pytest

from tests.infra.nag import Accepted, unaccepted
from tests.infra.permissions.variants import EVERYTHING
from tests.infra.synthesis import Finding

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nag")]

# A path without the stage's name, as a person would look for it in the code.
_STAGE = re.compile(r"^parley-dev-")
DEPLOYMENTS = (EVERYTHING, {**EVERYTHING, "kms_key": "", "when_destroyed": "delete"})


@pytest.fixture(scope="module")
def found() -> list[tuple[list[Finding], list[Accepted]]]:
    """When nothing is accepted: the findings, and what would be accepted of them."""
    return [unaccepted(context) for context in DEPLOYMENTS]


def test_every_finding_is_accepted_at_its_resource(found: list[tuple[list[Finding], list[Accepted]]]) -> None:
    open_ = {
        finding
        for findings, accepted in found
        for finding in findings
        if not any(each.covers(finding) for each in accepted)
    }
    assert open_ == set()


def test_nothing_is_accepted_that_is_not_found(found: list[tuple[list[Finding], list[Accepted]]]) -> None:
    """An acceptance that covers nothing would hide the next finding."""
    everything = {finding for findings, _ in found for finding in findings}
    idle = {
        (each.rule, _STAGE.sub("", each.path))
        for _, accepted in found
        for each in accepted
        if not any(each.covers(finding) for finding in everything)
    }
    assert idle == set()


def test_every_acceptance_says_why(found: list[tuple[list[Finding], list[Accepted]]]) -> None:
    reasons = {each.reason for _, accepted in found for each in accepted}
    assert all(len(reason.split()) >= 4 for reason in reasons), reasons


def test_cdk_nag_looks_at_all(found: list[tuple[list[Finding], list[Accepted]]]) -> None:
    rules = {finding.rule.partition("[")[0] for findings, _ in found for finding in findings}
    assert {"AwsSolutions-IAM5", "AwsSolutions-SMG4"} <= rules
