"""Forgetting a person in an embedded deployment, from top to bottom.

    address ─ learn ▶ ids, from the store and the lake ─ erase ▶ lake ▶ stored mail ▶ store ─ report

The store goes last, and of the lake the rows with the address: whatever is killed in between is found again by the next
run, which finishes it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.deployment import Deployment
from infra.operating.erasure import lake, mail, store
from infra.operating.erasure.person import Person
from infra.operating.erasure.report import Report
from orchestrator.errors import ConfigurationError
from transformer.lake import compaction
from transformer.lake.folder import Folder
from transformer.redaction.configured import pseudonyms


def erase(deployment: Deployment, address: str, mail_folder: Path, *, dry_run: bool = False) -> Report:
    """Remove everything of the person at `address`; `dry_run` counts it only.

    No server may run on the data folder meanwhile. Raises `ConfigurationError` where it cannot be done.
    """
    person = _person(deployment, address)
    report = Report()
    folder, database = deployment.data / "lake", deployment.store.database
    with _settled(deployment):
        store.learn_from(database, deployment.keepers, person)
        lake.learn_from(folder, person)
        lake.erase_from(folder, person, report, dry_run=dry_run)
        mail.erase_from(mail_folder, person, report, dry_run=dry_run)
        try:
            store.erase_from(database, deployment.keepers, person, report, dry_run=dry_run)
        except sqlite3.OperationalError as error:
            raise ConfigurationError(str(error)) from error
    return report


def _person(deployment: Deployment, address: str) -> Person:
    settings = deployment.settings
    try:
        person = Person(address, pseudonyms(settings.redaction.pseudonym_key))
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    ours = {
        *settings.email.email_addresses,
        *settings.redaction.redaction_keep,
        *deployment.store.conversations.our_addresses(),
    }
    if any(map(person.has, ours)):
        raise ConfigurationError(f"{address} is one of our own addresses: everything would be erased")
    return person


@contextmanager
def _settled(deployment: Deployment) -> Iterator[None]:
    """Nothing is under way, nor begins: the journal is in the lake, no compaction is half done."""
    if deployment.lake.flush().locked_out:
        raise ConfigurationError("another process writes the lake: stop it, and erase again")
    deployment.lake.seal()
    place = Folder(deployment.data / "lake", deployment.journal.batches)
    with place.alone():
        compaction.finish(place)
        yield
