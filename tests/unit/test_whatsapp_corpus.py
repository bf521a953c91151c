"""Real webhooks, collected from public repositories and kept outside this one (PARLEY_CORPUS)."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import EventError
from orchestrator.model import InboundMessage
from tests.unit.whatsapp_kit import parse, wrapped

CORPUS = Path(os.environ.get("PARLEY_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")


def webhooks() -> Iterator[Any]:
    for path in sorted(CORPUS.rglob("*.json")):
        text = path.read_bytes().decode(errors="replace")
        if "whatsAppWebhookEntry" in text:
            yield pytest.param(json.loads(text), id=path.name)
        elif '"messaging_product"' in text or '"changes"' in text:
            yield pytest.param(wrapped(json.loads(text)), id=path.name)


def outcomes(event: Any) -> list[str]:
    """Why each item of an event is answered or not; a rejected event's reason."""
    try:
        items = parse(event)
    except EventError as error:
        return [str(error)]
    return [
        item.text or str(item.attachments) if isinstance(item, InboundMessage) else f"{item.outcome}: {item.reason}"
        for item in items
    ]


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus of real webhooks at {CORPUS}")
@pytest.mark.parametrize("event", list(webhooks()))
def test_a_real_webhook_has_an_outcome_with_a_reason(event: Any) -> None:
    found = outcomes(event)
    assert found
    assert all(found)
