"""What becomes of a STOP or START: by the word, and by how sure it is that the address it names wrote it.

    how sure                                           STOP                  START
    confirmed: it answers a mail that only they read   take_effect           take_effect
    proven: DMARC PASS, a phone number                 take_effect           take_effect
    open: GRAY, no verdict                             take_effect_and_tell  ask
    doubtful: DMARC FAIL, or answers go elsewhere      ask                   ignore

A STOP that nobody contradicts counts at once: silence does less harm than writing against somebody's will. What tells
or asks is one mail to the address in question, and no more until that question ends. A START that is likely forged
gets not even that: it would be a mail to somebody who wants none.
"""

from collections.abc import Mapping
from typing import Literal

from orchestrator.model import InboundMessage, Standing

Act = Literal["take_effect", "take_effect_and_tell", "ask", "ignore"]
Word = Literal["stop", "start"]

ACTS: Mapping[Standing, Mapping[Word, Act]] = {
    "proven": {"stop": "take_effect", "start": "take_effect"},
    "open": {"stop": "take_effect_and_tell", "start": "ask"},
    "doubtful": {"stop": "ask", "start": "ignore"},
}


def act_on(word: Word, message: InboundMessage) -> Act:
    """What the message's STOP or START does to the consent of the address that it claims to come from."""
    return "take_effect" if is_certain(message) else ACTS[message.standing][word]


def is_certain(message: InboundMessage) -> bool:
    """Whether whoever has the address wrote it: then no question about it is open any more."""
    return message.verdict == "confirmed" or message.standing == "proven"


def why(message: InboundMessage) -> str:
    """How sure it is who wrote it, as the end of a sentence for an operator."""
    if message.verdict == "confirmed":
        return "and it answers our mail to that address"
    if message.standing == "proven":
        return "and the sender is proven" if message.authenticated else ""
    if message.standing == "open":
        return f"and nobody vouches for the sender (DMARC: {message.verdict})"
    return (
        "and the sender fails DMARC, or cannot be told"
        if message.verdict == "fail"
        else "and answers to it would go to another address"
    )
