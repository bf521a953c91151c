"""What every channel must do, in both directions."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.channels.channel import Channel
from orchestrator.envelopes import opened
from orchestrator.errors import EventError, UncertainError, UpstreamError
from orchestrator.hub import outgoing_of
from orchestrator.model import Answer, Citation, Delivered, Ignored, InboundMessage, Turn
from orchestrator.settings import Settings
from tests.kit import NOON, Line
from tests.lines import LINES

SILENCE = Answer("", source="stub")  # what is sent is the part

pytestmark = pytest.mark.parametrize("name", sorted(LINES))

LONG = (
    "**Envíos y devoluciones** — everything you need to know… 👩‍👩‍👧‍👦 "
    "See https://example.com/a/rather/long/path?with=arguments&and=more for “details”. "
    "¿Cuánto tarda? De 3 a 5 días laborables, según el país. Ça dépend, naïve façade, Zürich. 🇪🇸👍🏽\n\n"
)


def channel_of(line: Line) -> Channel:
    return line.channel(line, Settings())


def delivered(line: Line, text: str = "When do you open?") -> Delivered:
    (event,) = opened(line.event(text, "m1", line.person(1), NOON), NOON)
    return event


def turn_on(line: Line, text: str = "When do you open?") -> Turn:
    (message,) = channel_of(line).parse(delivered(line, text))
    assert isinstance(message, InboundMessage)
    return Turn("0" * 32, f"{line.name}-{'a' * 32}-0", (message,), NOON)


def letters(text: str) -> str:
    """Everything but white space."""
    return "".join(text.split())


def test_an_event_is_recognised_and_becomes_a_message(name: str) -> None:
    line = LINES[name]()
    channel = channel_of(line)
    event = delivered(line)
    assert channel.recognises(event.event)
    (message,) = channel.parse(event)
    assert isinstance(message, InboundMessage)
    assert message.channel == line.name
    assert message.text == "When do you open?"
    assert message.their_address == line.person(1)
    assert message.occurred_at == NOON


def test_no_other_channel_recognises_it(name: str) -> None:
    event = delivered(LINES[name]()).event
    others = [channel_of(LINES[other]()) for other in LINES if other != name]
    assert not [other.name for other in others if other.recognises(event)]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(event=ANY_JSON)
def test_no_json_is_recognised_by_accident_or_breaks_the_recognition(name: str, event: Any) -> None:
    assert not channel_of(LINES[name]()).recognises(event)


@given(data=st.data())
def test_a_damaged_event_gives_messages_or_a_named_reason(name: str, data: st.DataObject) -> None:
    line = LINES[name]()
    damaged = [event for event in _damaged(delivered(line).event) if channel_of(line).recognises(event)]
    try:
        items = channel_of(line).parse(Delivered(data.draw(st.sampled_from(damaged)), NOON, b""))
    except EventError as rejected:
        named = bool(rejected.field and rejected.reason)
    else:
        named = all(isinstance(item, InboundMessage | Ignored) for item in items)
    assert named


def _damaged(value: Any) -> Iterator[Any]:
    """The event with one thing missing, or of another type, at any depth."""
    yield from (None, 7, "", [], {}, "\u0000")
    if isinstance(value, dict):
        for key, inner in value.items():
            yield {other: kept for other, kept in value.items() if other != key}
            for damaged in _damaged(inner):
                yield {**value, key: damaged}
    if isinstance(value, list):
        for index, inner in enumerate(value):
            for damaged in _damaged(inner):
                yield [*value[:index], damaged, *value[index + 1 :]]


def sent_whole(line: Line, text: str, *citations: Citation) -> list[str]:
    """Compose and send every part: the provider's model has checked each request."""
    channel, turn = channel_of(line), turn_on(line)
    parts = channel.compose(outgoing_of(turn, Answer(text, source="stub", citations=citations)))
    for part in parts:
        assert channel.send(outgoing_of(turn, SILENCE), part).message_id
    assert len(line.replies) == len(parts)
    return [line.readable(part) for part in parts]


def test_a_long_answer_arrives_whole_in_legal_parts(name: str) -> None:
    line, text = LINES[name](), LONG * (5000 // len(LONG) + 1)
    parts = sent_whole(line, text)
    assert letters(line.rendered(text)) in letters(" ".join(parts))
    assert not [part for part in parts if "\ufffd" in part]


@given(text=st.text())
def test_any_answer_arrives_whole_in_legal_parts(name: str, text: str) -> None:
    line = LINES[name]()
    readable = line.rendered(text)
    if letters(readable):
        assert letters(readable) in letters(" ".join(sent_whole(line, text)))


def test_the_source_is_shown_with_the_answer(name: str) -> None:
    parts = sent_whole(LINES[name](), "We open at nine.", Citation("Opening hours", "hours.md"))
    assert "Opening hours" in " ".join(parts)


def test_composing_is_pure(name: str) -> None:
    line = LINES[name]()
    channel, turn = channel_of(line), turn_on(line)
    assert channel.compose(outgoing_of(turn, Answer(LONG, source="stub"))) == channel.compose(
        outgoing_of(turn, Answer(LONG, source="stub"))
    )


def test_a_throttled_send_belongs_to_the_queue_and_is_certain(name: str) -> None:
    line = LINES[name]()
    turn = turn_on(line)
    (part,) = channel_of(line).compose(outgoing_of(turn, Answer("hello", source="stub")))
    line.failures = [line.throttled()]
    with pytest.raises(UpstreamError) as raised:
        channel_of(line).send(outgoing_of(turn, SILENCE), part)
    assert not isinstance(raised.value, UncertainError)
    assert line.replies == []


def test_parts_survive_the_store(name: str) -> None:
    line = LINES[name]()
    turn = turn_on(line)
    whole = msgspec.structs.replace(
        turn, parts=tuple(channel_of(line).compose(outgoing_of(turn, Answer(LONG, source="stub"))))
    )
    assert msgspec.json.decode(msgspec.json.encode(whole), type=Turn) == whole
