"""What counts as changed, by which a part of the matrix is chosen."""

import subprocess
from pathlib import Path

import pytest

from tests.infra.changes import changed_files, named


def git(repository: Path, *words: str) -> None:
    somebody = ("-c", "user.name=somebody", "-c", "user.email=somebody@shop.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *somebody, *words], cwd=repository, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits: the second changes `changed`, moves `old` to `moved` and removes `gone`."""
    git(tmp_path, "init")
    for name in ("kept", "changed", "old", "gone"):
        (tmp_path / name).write_text(f"{name}\n")
    commit(tmp_path)
    (tmp_path / "changed").write_text("otherwise\n")
    (tmp_path / "old").rename(tmp_path / "moved")
    (tmp_path / "gone").unlink()
    commit(tmp_path)
    return tmp_path


def commit(repository: Path) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--message", "a change")


def test_the_last_commit_changed_what_is_not_as_before_and_not_only_moved(repository: Path) -> None:
    assert changed_files(repository) == {"changed"}


def test_what_is_not_committed_yet_has_changed(repository: Path) -> None:
    (repository / "kept").write_text("otherwise\n")
    (repository / "new").write_text("new\n")
    assert changed_files(repository) == {"changed", "kept", "new"}


def test_a_branch_changed_what_all_its_commits_did(repository: Path) -> None:
    git(repository, "update-ref", "refs/remotes/origin/HEAD", "HEAD~1")
    (repository / "kept").write_text("otherwise\n")
    commit(repository)
    assert changed_files(repository) == {"changed", "kept"}


def test_without_a_commit_before_nothing_is_known_to_have_changed(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / "first").write_text("first\n")
    assert changed_files(tmp_path) == set()
    commit(tmp_path)
    assert changed_files(tmp_path) == set()


def test_an_option_changed_where_its_name_stands() -> None:
    assert named(["lake.compaction", "kms_key"], ["if deployment.lake.compaction: kms_keys()"]) == {"lake.compaction"}
