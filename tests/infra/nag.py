"""What cdk-nag finds in a deployment, and what its stacks accept."""

import contextlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import aws_cdk as cdk
import pytest
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks
from constructs import IConstruct

from infra.aws.constructs import accepted
from infra.aws.settings.deployment import Deployment
from infra.aws.stacks.whole import app
from tests.infra.synthesis import empty_asset

REPORT = "validation-report.json"


class Finding(NamedTuple):
    """A rule, with its detail in brackets, and the path of the construct that breaks it."""

    rule: str
    path: str


class Accepted(NamedTuple):
    """A rule that a construct, and what is below it, may break."""

    rule: str
    path: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        return self.rule == finding.rule and f"{finding.path}/".startswith(f"{self.path}/")


def findings(context: Mapping[str, object]) -> list[Finding]:
    """What is left when everything is accepted that the stacks accept."""
    with tempfile.TemporaryDirectory() as folder:
        return findings_in(Path(folder), context)


def findings_in(folder: Path, context: Mapping[str, object]) -> list[Finding]:
    """The same, leaving the templates in `folder`, an empty one."""
    made = app(Deployment.read(context), empty_asset, str(folder))
    Validations.of(made).add_plugins(AwsSolutionsChecks(made))
    with contextlib.suppress(RuntimeError):  # of a violation; the report tells which
        made.synth()
    return list(_of_nag(json.loads((folder / REPORT).read_text())))


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
        return findings(context), asked


def _of_nag(report: Mapping[str, Any]) -> Iterator[Finding]:
    """Errors and warnings alike."""
    for plugin in report["pluginReports"]:
        if plugin["pluginName"] != "AwsSolutions":
            continue
        for violation in plugin["violations"]:
            for construct in violation["violatingConstructs"]:
                yield Finding(violation["ruleName"], construct["constructPath"])
