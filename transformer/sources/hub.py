"""What our own hub tells the lake: {"parley": kind, …}. The records are made in orchestrator/records.py."""

from collections.abc import Callable, Sequence

from transformer.json_text import Json, JsonObject
from transformer.sources.source import EventPart, ExpansionError


def is_own(kind: str) -> Callable[[JsonObject], bool]:
    """Whether an event is one of Parley's own of this kind."""
    return lambda event: event.get("parley") == kind


def expand_turn(event: JsonObject) -> list[EventPart]:
    """A turn: one part for each message, and one for the answer once there is one.

    {"parley": "turn", "channel": "sms", "turn": {"turn_id", "messages": [{…}], "answer": {…}, "parts": [{…}], …}, …}
    """
    turn = event.get("turn")
    messages = turn.get("messages") if isinstance(turn, dict) else None
    if not isinstance(turn, dict) or not isinstance(messages, list) or not messages:
        raise ExpansionError("turn.messages is missing")
    rest = {name: value for name, value in turn.items() if name not in ("messages", "answer", "parts")}
    found = [_message(event, rest, message) for message in messages]
    if turn.get("answer"):
        piece: JsonObject = {"message": messages[-1], "sent": _first_sent(turn.get("parts"))}
        alone: JsonObject = {**event, "turn": {**turn, "messages": messages[-1:]}}  # to whom the answer went
        found.append(EventPart("turn_answer", alone, piece, alone))
    return found


def _message(event: JsonObject, rest: JsonObject, message: Json) -> EventPart:
    alone: JsonObject = {**event, "turn": {**rest, "messages": [message]}}
    return EventPart("turn_message", alone, message, alone)


def _first_sent(parts: Json) -> Json:
    sent = parts if isinstance(parts, list) else []
    return next((part for part in sent if isinstance(part, dict) and part.get("message_id")), None)


def turn_identity(part: EventPart) -> Json:
    """Which turn, and which of its messages; of the answer, the turn alone."""
    turn, piece = part.event.get("turn"), part.piece
    turn_id = turn.get("turn_id") if isinstance(turn, dict) else None
    return [turn_id, piece.get("message_id") if isinstance(piece, dict) else None] if turn_id else part.raw


def expand_send(event: JsonObject) -> list[EventPart]:
    """A send: one part for itself, and one for each step that has begun or never will.

    {"parley": "send", "send": {"send_id", "version", "status", "steps": [{"number", "to": {…}, "status", …}], …}, …}
    """
    send = event.get("send")
    if "step" in event:  # one of its parts, alone
        return [EventPart("send_step", event, send, send)]
    steps = send.get("steps") if isinstance(send, dict) else None
    if not isinstance(send, dict) or not isinstance(steps, list):
        raise ExpansionError("send.steps is missing")
    about: JsonObject = {**event, "send_id": send.get("send_id"), "version": send.get("version", 0)}
    return [
        EventPart("send", about, send, send),
        *(
            EventPart("send_step", {**about, "send": step, "step": step.get("number")}, step, step)
            for step in steps
            if isinstance(step, dict) and (step.get("began_at") or step.get("status", "waiting") != "waiting")
        ),
    ]


def send_identity(part: EventPart) -> Json:
    """Which send, which of its steps, and which state of it: the version that was written."""
    return [part.event.get("send_id"), part.event.get("step", 0), part.event.get("version", 0)]


def expand_outcome(event: JsonObject) -> Sequence[EventPart]:
    """The raw event of an outcome is what the provider sent, where the hub still had it."""
    return (EventPart("outcome", event, event, event.get("event") or event),)
