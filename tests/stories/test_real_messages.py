"""Every real webhook and mail of the corpus, through the command line: an outcome each, nothing automatic answered."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.corpus import CORPUS, files, needs_corpus
from tests.stories.test_ingest import ingest
from tests.unit.whatsapp_kit import wrapped

pytestmark = [needs_corpus, pytest.mark.slow]

MAILS = (
    "SpamScope+mail-parser/tests/mails/*",
    "jhillyerd+enmime/testdata/*/*",
    "jhillyerd+enmime/dsn/testdata/*",
    "mikel+mail/spec/fixtures/emails/*/*",
    "mozilla+fx-private-relay/emails/tests/fixtures/*.email",
    "python+cpython/Lib/test/test_email/data/msg_*.txt",
    "stalwartlabs+mail-parser/resources/eml/*/*",
)


def as_delivered(webhook: Any) -> Any:
    """A bare webhook or entry as End User Messaging wraps it; what is wrapped stays."""
    return webhook if isinstance(webhook, dict) and "whatsAppWebhookEntry" in webhook else wrapped(webhook)


def test_every_whatsapp_webhook(tmp_path: Path) -> None:
    paths = files(
        "Bindambc+whatsapp-business-java-api/**/*.json",
        "aws-docs/social-messaging/*.json",
        "david-lev+pywa/**/*.json",
        "aws-samples+sample-whatsapp*/**/*.json",
    )
    assert len(paths) >= 40
    events = [json.dumps(as_delivered(json.loads(path.read_bytes()))).encode() for path in paths]
    lines = ingest(tmp_path, input_=b"\n".join(events))
    assert len(lines) == len(paths)
    assert all(line["reason"] and line["rows"] for line in lines), [line for line in lines if not line["rows"]]
    for line, path in zip(lines, paths, strict=True):
        if "status" in path.name or "account" in path.parent.name or "call" in path.parent.name.split("_"):
            assert line["replies"] == [], path


def test_every_announcement_of_ses(tmp_path: Path) -> None:
    paths = [
        path
        for path in files("anymail*/**/*inbound*.json", "aws+*/**/ses-*.json", "aws-powertools*/**/sesEvent.json")
        + files("awsdocs*/**/receiving-email*/*.json", "mozilla*/**/*received*.json", "mozilla*/**/*sns_body.json")
        if path.is_file()
    ]
    assert len(paths) >= 8
    lines = ingest(tmp_path, *paths)
    assert len(lines) >= len(paths)
    assert all(line["reason"] and (line["rows"] or "delivered before" in line["reason"]) for line in lines)


def test_every_mail(tmp_path: Path) -> None:
    paths = files(*MAILS)
    assert len(paths) >= 140
    lines = ingest(tmp_path, "--mail-dir", CORPUS, *paths)
    assert len(lines) == len(paths)
    assert all(line["reason"] and line["rows"] for line in lines)
    reports = {Path(line["path"]).name for line in lines if "dsn" in line["path"] and line["replies"]}
    assert reports == set()
