"""Stored mails that are a person's, or name the person: a mail is whole or gone."""

from collections.abc import Iterator
from pathlib import Path

from infra.operating.erasure.person import Person
from infra.operating.erasure.report import Report
from transformer.lake.disk import remove_files


def erase_from(folder: Path, person: Person, report: Report, *, dry_run: bool = False) -> None:
    """Remove them from the folder that stands for the bucket."""
    found = list(theirs(folder, person))
    report.count("stored mail", removed=len(found))
    if not dry_run:
        remove_files(found)


def theirs(folder: Path, person: Person) -> Iterator[Path]:
    """By their names, which are the messages' ids, or by what is in them."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (path.stem in person.ids.messages or person.named_in(path.read_bytes())):
            yield path
