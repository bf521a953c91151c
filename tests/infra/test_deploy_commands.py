"""Every command that docs/deploy.md gives is run: in a shell, where `aws` knows the synthesised outputs of a stage.

`make` is asked what it would do; `parley` is run for itself, on a stage on moto.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner
from moto.athena.models import QueryResults, athena_backends

from infra.cli.main import parley
from infra.outputs import SourcesOutputs
from queries.catalogue.entries import Catalogue
from tests.infra.synthesis import Template
from tests.infra.test_outputs import everything
from tests.infra.told_aws import WrongUseError, called
from tests.stage_kit import NAME, REGION, Deployed, an_account, publish

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deploy commands")]

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/deploy.md").read_text()
TEMPLATE = "sms_event.jinja"
PROSE = {"parley --stage"}  # named, not given as a command
STANDS_FOR = {"NAME.jinja": TEMPLATE, "NAME": "x", "ID": "sms-0", "ARN": "arn:aws:sns:eu-west-1:1:t", "…": "opt_outs"}


def blocks() -> list[str]:
    """What is to be typed into a terminal, block by block."""
    shown = re.findall(r"```console\n(.+?)```", TEXT, re.DOTALL)
    return [re.sub(r"^\$ ", "", block, flags=re.MULTILINE) for block in shown]


def inline() -> list[str]:
    """Commands in the midst of a sentence, with something in the place of what a reader fills in."""
    found = dict.fromkeys(re.findall(r"`((?:aws|make|parley) [^`]+)`", TEXT))
    pattern = re.compile("|".join(rf"\b{word}\b" if word != "…" else word for word in STANDS_FOR))
    return [pattern.sub(lambda match: STANDS_FOR[match[0]], each) for each in found if each not in PROSE]


@cache
def outputs() -> dict[str, dict[str, str]]:
    """Of a deployment with everything: a value for each output, in which its resource can be recognised."""
    templates: dict[str, Template] = everything()
    return {
        f"parley-dev-{stack}": {name: f"{stack}/{name}" for name in template.get("Outputs", {})}
        for stack, template in templates.items()
    }


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with tests/events, and with `aws`, `make` and `parley` to be found first."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "outputs.json").write_text(json.dumps(outputs()))
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    (tmp_path / "bin").mkdir()
    told = {
        "aws": f'exec {sys.executable} -m tests.infra.told_aws "$@"',
        "make": f'exec /usr/bin/env -i PATH="$REAL_PATH" make -n -C {ROOT} "$@"',
        "parley": 'printf "%s\\0" "$@" >> parley.calls; printf "\\n" >> parley.calls',
    }
    for name, line in told.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def run(folder: Path, script: str) -> list[list[str]]:
    """Run it, as far as its first failure; returns how it called `parley`."""
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    environment = {
        "PATH": path,
        "REAL_PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TOLD_OUTPUTS": str(folder / "outputs.json"),
    }
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stderr}"
    calls = folder / "parley.calls"
    return [line.split("\0")[:-1] for line in calls.read_text().splitlines()] if calls.exists() else []


def test_there_are_commands_to_run() -> None:
    assert len(blocks()) >= 6
    assert len(inline()) > 25


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.split("\n")[0][:40])
def test_every_block_runs(shell: Path, stage: Deployed, block: str) -> None:
    works_on_a_stage(shell, run(shell, block))


def test_every_command_in_a_sentence_runs(shell: Path, stage: Deployed) -> None:
    works_on_a_stage(shell, run(shell, "\n".join(inline())))


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """A stage on moto, whose Athena has an empty answer to everything."""
    with an_account(monkeypatch):
        made = Deployed.on_moto()
        publish(SourcesOutputs(dead_letters_url=made.hub.inbound_dead_letters_url))
        athena = athena_backends["123456789012"][REGION]
        location = {"ResultConfiguration": {"OutputLocation": made.lake.results_uri}}
        athena.create_work_group(made.lake.workgroup_name, location, "", [])
        cells = [{"Data": [{"VarCharValue": "n"}]}]
        athena.query_results_queue += [QueryResults(cells, [{"Name": "n", "Type": "bigint"}]) for _ in range(50)]
        yield made


def works_on_a_stage(folder: Path, calls: list[list[str]]) -> None:
    """Each is understood and does what it should, or tells that there is nothing, as `conversations show` of nobody.

    What `doctor` finds is test_doctor_aws.py's: moto has not all that it asks for.
    """
    shipped = resources.files("transformer").joinpath("templates", TEMPLATE).read_text("utf-8")
    (folder / TEMPLATE).write_text(shipped)
    for words in calls:
        named = [NAME if word == "dev" else word for word in words]
        result = CliRunner().invoke(parley, ["--data", str(folder / "data"), *named])
        told = f"parley {shlex.join(words)}\n{result.output}{result.exception!r}"
        assert result.exit_code in (0, 1), told
        expected = SystemExit | NotImplementedError if words[0] == "doctor" else SystemExit
        assert result.exception is None or isinstance(result.exception, expected), told


def test_every_question_that_is_named_is_one_of_the_catalogue() -> None:
    asked = set(re.findall(r"parley --stage dev query ([a-z_]+)`", TEXT))
    assert len(asked) > 5
    assert asked <= set(Catalogue.shipped().entries)


WRONG = {
    "aws logs tail None --since 1h": "is no log group of the stage",
    "aws logs tail hub/ConverseLogGroup --until 1h": "knows no",
    "aws sqs empty-queue --queue-url x": "sqs has no empty-queue",
    "aws sqs send-message --queue-url x": r"SendMessage needs \['MessageBody'\]",
    "aws sqs send-message --queue-url x --message-body file://none.json": "there is no file",
    "aws sqs purge-queue --queue x": "PurgeQueue knows no --queue",
    "aws cloudformation describe-stacks --stack-name parley-dev-bub --query Stacks": "there is no stack",
    "aws cloudformation describe-stacks --stack-name parley-dev-hub --query Stacks[0].Outputs[?OutputKey=='X'].Y": "finds nothing",  # noqa: E501
}


@pytest.mark.parametrize("command", WRONG)
def test_a_command_that_aws_would_refuse_is_refused(command: str) -> None:
    with pytest.raises(WrongUseError, match=WRONG[command]):
        called(command.split()[1:], outputs())
