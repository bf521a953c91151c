"""Conversations as a client of the server reads them: the latest ones, and one with everything said in it."""

import re
from datetime import datetime

import msgspec

from infra.operating.operated import Operated
from orchestrator.model import Conversation, InboundMessage, Turn

MOST = 50  # conversations that are listed
_NAME = re.compile(r"(?P<key>[a-z]+-[0-9a-f]{32})(-\d+)?")  # a conversation's id, or its key for all generations


class Summary(msgspec.Struct, frozen=True):
    """One line of the list."""

    key: str
    conversation_id: str  # of the latest generation
    channel: str
    our_address: str
    their_address: str
    unfinished: bool  # a turn is under way
    answered_at: datetime | None
    last_question: str  # of this generation's history; "" before its first answer


class Transcript(msgspec.Struct, frozen=True):
    """Everything said in a conversation, and what waits to be answered."""

    turns: tuple[Turn, ...]  # in order; the last one may be unfinished, as its state says
    waiting: tuple[InboundMessage, ...]  # kept, and in no turn yet


def latest(operated: Operated) -> list[Summary]:
    """The latest conversations, the last one answered first. Raises `NotHereError` where they cannot be listed."""
    return [_summary(each) for each in operated.latest(MOST)]


def transcript(operated: Operated, name: str) -> Transcript | None:
    """A conversation by its id, or by its key with every generation; None for a name that no conversation has."""
    match = _NAME.fullmatch(name)
    if not match:
        return None
    # Before the finished turns: a turn that ends in between is seen twice, never missed.
    conversations = operated.store.conversations
    now = conversations.load(match["key"])
    finished = conversations.turns(name)
    turns = [*finished, *_under_way(now.conversation, name, {turn.turn_id for turn in finished})]
    taken = {message.message_id for turn in turns for message in turn.messages}
    waiting = tuple(message for message in now.waiting if message.message_id not in taken)
    return Transcript(tuple(turns), waiting) if turns or waiting else None


def _under_way(conversation: Conversation | None, name: str, finished: set[str]) -> list[Turn]:
    if conversation is None or conversation.turn is None or conversation.turn.turn_id in finished:
        return []
    return [conversation.turn] if name in {conversation.key, conversation.turn.conversation_id} else []


def _summary(conversation: Conversation) -> Summary:
    return Summary(
        key=conversation.key,
        conversation_id=conversation.conversation_id,
        channel=conversation.channel,
        our_address=conversation.our_address,
        their_address=conversation.their_address,
        unfinished=conversation.turn is not None,
        answered_at=conversation.answered_at,
        last_question=conversation.history[-1].question if conversation.history else "",
    )
