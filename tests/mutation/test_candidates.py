"""Which changes are candidates, and that everything the subjects name is there."""

from pathlib import Path

import pytest

from tests.mutation.candidates import Mutant, mutants_of
from tests.mutation.running import ROOT, UnpreparedError, Workshop, files_of
from tests.mutation.subjects import SUBJECTS, Subject

CODE = '''
class Door:
    """Opens."""

    def open(self, by: int) -> int:
        log.warning("somebody is at the door")
        if by > 3:
            raise ValueError(f"{by} is too far", by)
        return by
'''


@pytest.fixture
def mutants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Mutant]:
    workshop = Workshop("door", Subject(packages=(), tests=(), size=1), tmp_path)
    file = workshop.folder / "door.py"
    file.write_text(CODE)
    with workshop.inside():
        return list(mutants_of(Path("door.py")))


def test_a_change_of_behaviour_is_a_candidate_and_one_of_words_is_not(mutants: list[Mutant]) -> None:
    changes = [mutant.change for mutant in mutants]
    assert "- if by > 3:\n+ if by >= 3:" in changes
    assert '- raise ValueError(f"{by} is too far", by)\n+ raise ValueError(f"{by} is too far", None)' in changes
    assert [change for change in changes if "log" in change or "XX" in change or "(None, by)" in change] == []


def test_a_candidate_says_where_it_is(mutants: list[Mutant]) -> None:
    (found,) = [mutant for mutant in mutants if ">=" in mutant.change]
    assert (found.function, CODE.splitlines()[found.line - 1].strip()) == ("Door.open", "if by > 3:")


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_everything_a_subject_names_is_there(subject: Subject) -> None:
    assert all(files_of(package) for package in subject.packages)
    assert [test for test in subject.tests if not (ROOT / test).exists()] == []


def test_a_package_that_is_gone_is_told() -> None:
    with pytest.raises(UnpreparedError, match=r"transformer\.pond"):
        files_of("transformer.pond")
