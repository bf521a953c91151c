"""What cdk-nag finds in a deployment when nothing is accepted, and what its stacks accept."""

from collections.abc import Mapping
from typing import NamedTuple

import aws_cdk as cdk
import pytest
from constructs import IConstruct

from infra.aws.constructs import accepted
from tests.infra.synthesis import Finding, synthesis_now


class Accepted(NamedTuple):
    """A rule that a construct, and what is below it, may break."""

    rule: str
    path: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        return self.rule == finding.rule and f"{finding.path}/".startswith(f"{self.path}/")


def unaccepted(context: Mapping[str, object]) -> tuple[list[Finding], list[Accepted]]:
    """What is found when nothing is accepted, and what the stacks would accept."""
    asked: list[Accepted] = []

    class Listening:
        """In the place of CDK's class: hears what is accepted, and forgets it."""

        def __init__(self, construct: IConstruct) -> None:
            self._construct = construct

        @classmethod
        def of(cls, construct: IConstruct) -> "Listening":
            return cls(construct)

        def acknowledge(self, rule: cdk.Acknowledgment) -> None:
            asked.append(Accepted(rule.id, self._construct.node.path, rule.reason or ""))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accepted, "Validations", Listening)
        return synthesis_now(context).findings, asked
