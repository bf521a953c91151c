"""Deployments as the tests read them: synthesised with empty functions, once in a run, and looked at by cdk-nag."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, NamedTuple

import msgspec

from infra.aws.settings.deployment import DeploymentSettings
from infra.aws.settings.room import SETTINGS_FILE
from tests.shared import made_once

Template = dict[str, Any]
TEMPLATES = "*.template.json"
REPORT = "validation-report.json"


class Finding(NamedTuple):
    """A rule of cdk-nag, with its detail in brackets, and the path of the construct that breaks it."""

    rule: str
    path: str


class Synthesis(NamedTuple):
    """Every stack's template as JSON, by the last part of its name: lake, sources, hub, …; and what else came of it."""

    texts: dict[str, str]
    findings: list[Finding]
    settings_files: dict[str, dict[str, str]]  # of the functions that have one, by the name of the layer's object

    def templates(self) -> dict[str, Template]:
        """Made anew at each call, so that a test may change them."""
        return {name: json.loads(text) for name, text in self.texts.items()}


def synthesised(context: Mapping[str, object]) -> dict[str, Template]:
    """Every stack's template, by the last part of its name: lake, sources, hub, …"""
    return synthesis(context).templates()


def synthesis(context: Mapping[str, object]) -> Synthesis:
    """Of a deployment as the code has it: a test that patches the code asks for `synthesis_now`."""
    deployment = DeploymentSettings.read(context)
    asked = f"deployment {msgspec.json.encode(deployment).decode()}"
    return _read(made_once(asked, lambda folder: _synthesise(deployment, folder)))


def synthesis_now(context: Mapping[str, object]) -> Synthesis:
    """The same, made anew and not kept."""
    with TemporaryDirectory() as folder:
        _synthesise(DeploymentSettings.read(context), Path(folder))
        return _read(Path(folder))


def last_name(stack: str) -> str:
    """`hub` of parley-dev-hub."""
    return stack.rpartition("-")[2]


def _synthesise(deployment: DeploymentSettings, folder: Path) -> None:
    # Inside, for a second each, which tests without stacks do not need.
    from aws_cdk import Validations  # noqa: PLC0415
    from cdk_nag import AwsSolutionsChecks  # noqa: PLC0415

    from infra.aws.stacks.whole import app  # noqa: PLC0415

    made = app(deployment, _empty_asset, str(folder))
    Validations.of(made).add_plugins(AwsSolutionsChecks(made))
    try:
        made.synth()
    except RuntimeError:
        if not (folder / REPORT).exists():  # else it is of a violation, and the report tells which
            raise


def _read(folder: Path) -> Synthesis:
    texts = {last_name(path.name.partition(".")[0]): path.read_text() for path in sorted(folder.glob(TEMPLATES))}
    files = {
        f"{asset.name.removeprefix('asset.')}.zip": json.loads((asset / SETTINGS_FILE).read_text())
        for asset in folder.glob("asset.*")
        if (asset / SETTINGS_FILE).exists()
    }
    return Synthesis(texts, list(_of_nag(json.loads((folder / REPORT).read_text()))), files)


def _of_nag(report: Mapping[str, Any]) -> Iterator[Finding]:
    """Errors and warnings alike."""
    for plugin in report["pluginReports"]:
        if plugin["pluginName"] != "AwsSolutions":
            continue
        for violation in plugin["violations"]:
            for construct in violation["violatingConstructs"]:
                yield Finding(violation["ruleName"], construct["constructPath"])


@cache
def _empty_asset(name: str) -> Path:
    """A zip that stands for a function's code, where what it does is not asked."""
    path = Path(mkdtemp(prefix="parley-assets-")) / f"{name}.zip"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("empty.py", f"# {name}\n")
    path.write_bytes(buffer.getvalue())
    return path
