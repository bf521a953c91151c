"""What changed: the options whose code is not what it was.

It was so at the point where this branch left the one that others have, or else in the commit before; what is not
committed yet counts. Without git nothing is known to have changed.
"""

import re
import subprocess
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
_OF_DEPLOYMENTS = ("infra/", "tests/infra/permissions/")
_CODE = (".py", ".toml")
_TOOLS = {"requirements-infra.txt", "requirements-dev.txt"}  # CDK's version, cdk-nag's, cfn-lint's
_SAME = "R100"  # how git calls a file that was moved and nothing else


def touched(known: Iterable[str]) -> set[str]:
    """Of these options those whose name stands in a file that changed; all of them, when CDK or a linter did."""
    files = changed_files(ROOT)
    if files & _TOOLS:
        return set(known)
    texts = ((ROOT / path).read_text() for path in files if path.startswith(_OF_DEPLOYMENTS) and path.endswith(_CODE))
    return named(known, texts)


def named(known: Iterable[str], texts: Iterable[str]) -> set[str]:
    """`lake.compaction` is named where the word `compaction` stands."""
    words = {word for text in texts for word in re.findall(r"\w+", text)}
    return {option for option in known if option.rpartition(".")[2] in words}


def changed_files(repository: Path) -> set[str]:
    """Those that are there now, by their paths within."""
    git = partial(_git, repository)
    since = _since(git)
    if not since:
        return set()
    lines = [line.split("\t") for line in git("diff", "--name-status", "-M", since).splitlines()]
    changed = {paths[-1] for status, *paths in lines if status != _SAME}
    changed.update(git("ls-files", "--others", "--exclude-standard").splitlines())
    return {path for path in changed if (repository / path).is_file()}


def _since(git: Callable[..., str]) -> str:
    """A commit; "" where there is none before this one, or no git."""
    head, left = git("rev-parse", "HEAD"), git("merge-base", "HEAD", "origin/HEAD")
    return left if left not in {"", head} else git("rev-parse", "--verify", "HEAD~1")


def _git(repository: Path, *words: str) -> str:
    """What it says; "" when it refuses, or is not there."""
    try:
        done = subprocess.run(["git", *words], cwd=repository, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
