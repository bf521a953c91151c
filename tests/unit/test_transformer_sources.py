"""Recognition: exclusive, and nothing is recognised by accident."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.golden.cases import all_cases
from transformer.envelopes import Event, events_of
from transformer.json_text import JsonObject
from transformer.sources import SOURCES, UNKNOWN, shipped_templates, source_of

CORPUS = Path(os.environ.get("PARLEY_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))


def events(records: Iterator[bytes]) -> Iterator[JsonObject]:
    for record in records:
        for event in events_of(record, {"account_id": "", "occurred_at": 0}):
            if isinstance(event, Event):
                yield event.body


def recognised_by(event: JsonObject) -> list[str]:
    return [source.name for source in SOURCES if source.recognises(event)]


def test_no_golden_event_is_recognised_by_two_sources() -> None:
    found = [recognised_by(event) for event in events(case.record for case in all_cases())]
    assert max(map(len, found)) == 1
    assert {name for names in found for name in names} == {source.name for source in SOURCES}


def test_no_event_of_the_corpus_is_recognised_by_two_sources() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS}; PARLEY_CORPUS names it")
    found = [recognised_by(event) for event in events(path.read_bytes() for path in CORPUS.rglob("*.json"))]
    assert len(found) > 80
    assert max(map(len, found)) == 1


@pytest.mark.parametrize("event", [{}, {"content": 7}, {"mail": {}}, {"changes": 3}, {"eventType": 4}, {"parley": "x"}])
def test_what_no_source_recognises_is_unknown(event: JsonObject) -> None:
    assert source_of(event) is UNKNOWN


def test_every_source_ships_its_templates_and_no_other_file_lies_there() -> None:
    folder = Path(__file__).parents[2] / "transformer" / "templates"
    assert {path.stem for path in folder.glob("*.jinja")} == set(shipped_templates())


def test_every_source_says_what_feeds_it() -> None:
    assert all(source.feed for source in (*SOURCES, UNKNOWN))
