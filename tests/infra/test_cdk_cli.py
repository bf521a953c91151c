"""The CDK command line that deploys: pinned, with its hash, from wherever npm is told to get it."""

import json
import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "infra/aws/cdk"


def test_the_command_line_is_pinned_by_version_and_hash() -> None:
    wanted = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    locked = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    assert set(wanted) == {"aws-cdk"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", wanted["aws-cdk"])
    assert locked[""]["dependencies"] == wanted
    assert all(package["integrity"].startswith("sha512-") for name, package in locked.items() if name)


def test_the_lock_names_no_host() -> None:
    assert "resolved" not in (FOLDER / "package-lock.json").read_text()
