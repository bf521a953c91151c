"""Commands and pages know one deployment that is operated; here or on AWS is decided in one place."""

import ast
from pathlib import Path

import pytest

from infra.local.deployment import Deployment, alone
from infra.operating.embedded import Embedded
from orchestrator.errors import ConfigurationError
from orchestrator.settings import Settings

INFRA = Path(__file__).parents[2] / "infra"
DECIDES = INFRA / "cli" / "options.py"
IS_ABOUT_AN_ACCOUNT = INFRA / "cli" / "commands" / "doctor.py"  # not about a deployment; `--stage` adds its stacks
DECIDING = {"Stage", "OnStage", "Embedded", "stage"}


def called_in(path: Path) -> set[str]:
    calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return {each.id for each in calls if isinstance(each, ast.Name)}


def test_only_the_options_know_whether_a_deployment_is_here_or_on_aws() -> None:
    files = [path for path in (INFRA / "cli").rglob("*.py") if path != IS_ABOUT_AN_ACCOUNT]
    assert [path for path in files if called_in(path) & DECIDING] == [DECIDES]


def test_a_folder_is_opened_when_something_of_it_is_needed_and_once(tmp_path: Path) -> None:
    opened: list[Deployment] = []

    def open_() -> Deployment:
        opened.append(Deployment(tmp_path, Settings()))
        return opened[-1]

    embedded = Embedded(tmp_path, open_)
    embedded.templates()
    assert opened == []
    embedded.latest(1)
    embedded.store.quarantine.held()
    (deployment,) = opened
    deployment.close()


def test_no_server_can_be_started_between_a_dry_run_and_the_erasure(tmp_path: Path) -> None:
    with Deployment(tmp_path, Settings()) as deployment:
        embedded = Embedded(tmp_path, lambda: deployment)
        embedded.forget("+14255550100", dry_run=True)
        with alone(tmp_path) as is_alone:
            assert not is_alone
        embedded.close()
        with alone(tmp_path) as is_alone:
            assert is_alone


def test_nobody_is_forgotten_while_a_server_runs(tmp_path: Path) -> None:
    embedded = Embedded(tmp_path, lambda: Deployment(tmp_path, Settings()))
    with alone(tmp_path), pytest.raises(ConfigurationError, match="a server is running on"):
        embedded.forget("+14255550100", dry_run=True)
