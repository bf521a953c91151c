"""`parley doctor`"""

import difflib
import errno
import os
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import boto3
import click
from botocore.exceptions import BotoCoreError

from infra.cli.options import data_folder, data_option, format_option, is_empty, stage, tell_if_empty, to_try
from infra.cli.tables import table
from infra.local.deployment import Deployment
from infra.operating.aws_questions import Asking
from infra.operating.checks.every import CHECKS, examined
from infra.operating.checks.receiving_mail import mail_exchangers
from infra.operating.checks.subject import Subject
from infra.operating.stage import Stage
from orchestrator.bootstrap import MANAGED
from orchestrator.errors import ConfigurationError
from orchestrator.sections import PREFIX
from orchestrator.settings import Settings, described
from orchestrator.texts import Texts

# Read by something else than the hub.
ELSEWHERE = {
    "PARLEY_DATA": "the data folder",
    "PARLEY_PORT": "the server's port",
    "PARLEY_HOST": "where the server listens",
    "PARLEY_NAMES": "the names that people ask for the server by",
    "PARLEY_JUDGE": "the model by which `parley evaluate` judges grounds",
    "PARLEY_WORKGROUP": "Athena's, for `parley query`",
    "PARLEY_DATABASE": "Glue's, for `parley query`",
    "PARLEY_CORPUS": "real payloads for the tests",
    "PARLEY_SETTINGS_FILE": "where a function finds its long settings",
    "PARLEY_TESTS_SHARED": "what the workers of one run of the tests share",
    "PARLEY_ENGAGEMENTDB": "a clone of AWS's sample for the tests",
    "PARLEY_LAKE_URI": "the lake that is compacted every night",
    "PARLEY_TABLE": "the table that a transformer's stream feeds",
    "PARLEY_TEMPLATES_BUCKET": "the bucket of analysts' templates",
    "PARLEY_TEMPLATES_PREFIX": "their place in it",
}
SECRET = {"PARLEY_PSEUDONYM_KEY", "PARLEY_OPENAI_KEY"}
_PROFILES = "`aws configure list-profiles` names those there are"


@click.command(name="doctor")
@click.option("--aws", "on_aws", is_flag=True, help="Look at the AWS account instead, by reading only.")
@click.option(
    "--stage", "stage_here", metavar="NAME", help="The deployment on AWS, as in `parley --stage`; means --aws."
)
@click.option("--all", "every", is_flag=True, help="List the settings that keep their default too.")
@format_option("table", "json")
@data_option
def command(*, on_aws: bool, stage_here: str | None, every: bool, format_: str, data_here: Path | None) -> None:
    """Check the settings, offline; name every gap with its remedy. Exit status 1 when there is one.

    With --aws: identity, model access, phone numbers, WhatsApp accounts, mail, quotas and, of a stage, its stacks. The
    settings are the stage's, or the environment's. Nothing is changed.
    """
    deployed = stage(stage_here)
    if on_aws or deployed:
        _account(deployed, format_)
        return
    known = [each.variable for each in described()]
    problems = [*_unknown(known), *_unusable(data_here)]
    rows = [
        {"setting": each.variable, "value": _shown(each.variable, each.default), "meaning": each.meaning}
        for each in described()
    ]
    for problem in problems:
        click.secho(f"✗ {problem}", fg="red", err=True)
    if not problems:
        click.secho("✓ nothing is missing", fg="green", err=True)
    if format_ == "table" and not every:
        rows = [row for row in rows if str(row["setting"]) in os.environ]
        told = (
            f"{len(known) - len(rows)} of {len(known)} settings keep their default; `parley doctor --all` lists them."
        )
        click.echo(told, err=True)
    table(rows, format_, empty="", broken=("value", "meaning"))
    if problems:
        raise click.exceptions.Exit(1)


def _account(deployed: Stage | None, format_: str) -> None:
    """Every check's findings as rows."""
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    try:
        region = boto3.session.Session().region_name or "no region"
    except BotoCoreError as error:
        raise click.ClickException(f"{error}; {_PROFILES}") from error
    findings = list(examined(Subject(Asking(), mail_exchangers, region, deployed, os.environ), CHECKS))
    rows = [
        {"check": name, "verdict": finding.verdict, "found": finding.found, "next": finding.next}
        for name, finding in findings
    ]
    counts = Counter(finding.verdict for _, finding in findings)
    told = f"{counts['problem']} problems, {counts['warning']} warnings, {counts['ok']} ok"
    click.secho(told, fg="red" if counts["problem"] else "green", err=True)
    table(rows, format_, empty="")
    if counts["problem"]:
        raise click.exceptions.Exit(1)


def _shown(variable: str, default: str) -> str:
    """What a setting is; of a secret, that it is set."""
    value = os.environ.get(variable, default)
    return "(set)" if value and variable in SECRET else value


def _unknown(known: list[str]) -> list[str]:
    names = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in {*known, *ELSEWHERE})
    problems = []
    for name in names:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]}?" if near else "remove it"
        problems.append(f"{name} is no setting of Parley: {hint}")
    return problems


def _without_aws(settings: Settings) -> list[str]:
    """What an answerer of AWS lacks on this machine. Looks at the environment and the files of the AWS CLI only."""
    managed = [name for name in settings.answering.answerers if name in MANAGED]
    if not managed:
        return []
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    try:
        session = boto3.session.Session()
    except BotoCoreError as error:
        return [f"{', '.join(managed)}: {error}; {_PROFILES}"]
    problems = []
    if not session.region_name:
        problems.append(f"{', '.join(managed)}: no AWS region; set AWS_DEFAULT_REGION or run `aws configure`")
    if not session.get_credentials():
        problems.append(f"{', '.join(managed)}: no AWS credentials; run `aws configure` or `aws sso login`")
    if "bedrock_agent" in managed:
        problems.append("bedrock_agent: Agents Classic is closed to new customers; a new deployment uses agentcore")
    return problems


def _unusable(data_here: Path | None) -> list[str]:
    data = data_folder(data_here)
    try:
        settings = Settings.read(os.environ)
        Texts.with_overrides(settings.replies.texts)
        _look_at(data)
        tell_if_empty(data_here)
        with to_try(data_here) as opened:
            return [*_open_to_others(data), *_without_aws(settings), *_lacking(opened)]
    except ConfigurationError as error:
        return [str(error)]
    except OSError as error:
        return [f"the data folder {data} cannot be used: {error.strerror}; choose another with --data"]


def _look_at(data: Path) -> None:
    """Raises `OSError` where the folder is to be made, and could not be."""
    if is_empty(data):
        there = next(folder for folder in (data, *data.absolute().parents) if folder.exists())
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _open_to_others(data: Path) -> Iterator[str]:
    """Where another user of the machine can enter the data folder. Closed, nothing in it can be reached."""
    if data.exists() and data.stat().st_mode & 0o077:
        yield f"other users of this machine can enter {data}: run `chmod -R go= {shlex.quote(str(data))}`"


def _lacking(opened: Deployment) -> Iterator[str]:
    """What the data folder has wrong, or has not."""
    yield from (f"{fault.kind}: {fault.reason}" for fault in opened.templates.look())
    if "documents" in opened.settings.answering.answerers and not opened.documents.list():
        yield "there are no documents to answer from: run `parley documents add PATH`, or start the server once"
