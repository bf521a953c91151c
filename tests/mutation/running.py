"""One subject's mutants through mutmut, in a folder of its own below build/, so that the checkout stays as it is."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from mutmut.configuration import reset_config

from tests.mutation.candidates import Mutant, mutants_of
from tests.mutation.subjects import Subject

ROOT = Path(__file__).parents[2]
SOURCES = ("orchestrator", "transformer", "queries", "infra")
LINKED = (*SOURCES, "tests", "docs", "README.md", "cdk.json")
# As in pyproject.toml, but in one process: mutmut has processes of its own.
PYTEST = ("-o", "addopts=--strict-markers --strict-config", "-p", "no:cacheprovider")
PROCESSES = 2
# Exit statuses of pytest within mutmut, as its stats.py has them: a test failed, or could not end.
NOTICED = {1, 3, 36, 24, -24, 152, 255, -11, -9}


class UnpreparedError(Exception):
    """Nothing could be tried: a subject names what is not there, or the tests fail without any mutant."""


class Workshop:
    """The folder in which a subject is mutated."""

    def __init__(self, name: str, subject: Subject, folder: Path) -> None:
        self.name = name
        self._subject = subject
        self.folder = folder / name
        shutil.rmtree(self.folder, ignore_errors=True)  # mutmut would keep what it has copied before
        self.folder.mkdir(parents=True)
        for each in LINKED:
            (self.folder / each).symlink_to(ROOT / each)
        self._files = [Path(file).relative_to(ROOT) for package in subject.packages for file in files_of(package)]
        (self.folder / "pyproject.toml").write_text(f"{(ROOT / 'pyproject.toml').read_text()}\n{self._configuration()}")

    def mutants(self) -> Sequence[Mutant]:
        """Every one."""
        with self.inside():
            return [mutant for file in self._files for mutant in mutants_of(file)]

    def run(self, mutants: Sequence[Mutant], most_s: float) -> Mapping[str, bool]:
        """Whether each was noticed, by its name; those are missing that `most_s` seconds were too short for.

        Raises `UnpreparedError`.
        """
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(PROCESSES)]
        log = self.folder / "log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [*command, *(mutant.name for mutant in mutants)],
                cwd=self.folder,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
            try:
                status = process.wait(most_s)
            except subprocess.TimeoutExpired:  # each result is on disk by now
                os.killpg(process.pid, signal.SIGKILL)
                status = process.wait()
        statuses = self._statuses()
        tried = {each.name: statuses.get(each.name) for each in mutants if statuses.get(each.name) is not None}
        if not tried and status:
            raise UnpreparedError(f"{log}: {log.read_text()[-3000:]}")
        return {name: status in NOTICED for name, status in tried.items()}

    def _statuses(self) -> dict[str, int | None]:
        """pytest's last exit status for every mutant."""
        found: dict[str, int | None] = {}
        for meta in (self.folder / "mutants").rglob("*.py.meta"):
            found.update(msgspec.json.decode(meta.read_bytes())["exit_code_by_key"])
        return found

    def _configuration(self) -> str:
        """https://mutmut.readthedocs.io/ names them all."""
        selection = [*self._subject.tests, *(["-k", f"not ({self._subject.without})"] if self._subject.without else [])]
        values = {
            "source_paths": SOURCES,
            "only_mutate": [str(file) for file in self._files],
            "also_copy": [name for name in LINKED if name not in SOURCES],
            "pytest_add_cli_args_test_selection": selection,
            "pytest_add_cli_args": [*PYTEST, *(["-p", "tests.mutation.uncached"] if self._subject.uncached else [])],
            "process_isolation": "forkserver",  # no worker has another's clients, threads and databases
            "forkserver_warmup": self._subject.warmup,
            "track_dependencies": False,
            "use_git_change_detection": False,
            "on_dependency_change": "ignore",
            "timeout_multiplier": 8.0,
        }
        lines = [f"{name} = {msgspec.json.encode(value).decode()}" for name, value in values.items()]
        return "\n".join(["[tool.mutmut]", *lines, ""])

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """mutmut reads its configuration where it stands."""
        with contextlib.chdir(self.folder):
            reset_config()
            yield


def files_of(package: str) -> list[Path]:
    """The files of a package, or of a module. Raises `UnpreparedError` for a name that is neither."""
    path = ROOT / package.replace(".", "/")
    found = sorted(path.rglob("*.py")) or [path.with_suffix(".py")]
    if not found[0].exists():
        raise UnpreparedError(f"there is no package and no module {package}: mend tests/mutation/subjects.py")
    return found
