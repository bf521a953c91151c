"""Which mails belong together, and how our replies say so.

A thread is named by its first mail's Message-ID, which every reply carries at the head of its References. A mail
without any is named after its sender and subject, and our reply begins its References with that name, so that the
answer to it comes back to the same thread. SES gives our reply a Message-ID of its own; an answer that names only
that one is brought back to its thread by the store.
Sources: RFC 5322, section 3.6.4 (References: the parent's References and the parent's Message-ID),
https://docs.aws.amazon.com/ses/latest/dg/header-fields.html (Message-ID is SES's)
"""

import hashlib
import re
from collections.abc import Mapping, Sequence

from orchestrator.channels.email.mime import Mail
from orchestrator.channels.email.phrases import NO_SUBJECT

# In us-east-1 SES ends the Message-IDs it gives with @email.amazonses.com, elsewhere with @<region>.amazonses.com.
_OURS = re.compile(r"<([\w-]{1,100})@[a-z0-9-]{1,40}\.amazonses\.com>")
MAX_REFERENCES = 20  # RFC 5322 sets no limit; the root and the latest are what mail programs use
_REPLY = r"re|aw|antw|antwort|sv|svar|vs|rv|res|rif|r|odp|ynt|ref|réf|rép|tr|απ|σχετ|vá|ответ|回复|回覆|答复|返信|답장"
_FORWARD = r"fwd?|wg|i|enc|rv|tr|doorst|vb|vl|pd|πρθ|пересл|转发|轉寄|転送|전달"
_NUMBER = r"\s*(?:\[\d+\]|\(\d+\)|\d+)?\s*[:：]\s*"
_REPLIES = re.compile(rf"(?:(?:{_REPLY}){_NUMBER})+", re.IGNORECASE)
_PREFIXES = re.compile(rf"(?:(?:{_REPLY}|{_FORWARD}){_NUMBER})+", re.IGNORECASE)


def thread_of(mail: Mail, their_address: str) -> str:
    """The thread's name, in the form of a message id without its brackets.

    A reply that lost its References (a subject with "Re:" and nothing else) is named like a mail without an id.
    """
    known = mail.references[0] if mail.references else mail.message_id
    if known and (mail.references or not is_reply(mail.subject)):
        return known.strip("<>")
    named = f"{their_address}\0{bare_subject(mail.subject).casefold()}"
    return f"{hashlib.sha256(named.encode()).hexdigest()[:32]}@parley.invalid"


def answered_id(mail: Mail) -> str:
    """The id that SES may have given to a mail of ours, where the mail names nothing older; "" where it does.

    Some programs answer with In-Reply-To alone, or with our id for a root: then only the store knows the thread.
    """
    ours = _OURS.fullmatch(mail.references[0]) if mail.references else None
    return ours[1] if ours else ""


def is_reply(subject: str) -> bool:
    return bool(_REPLIES.match(subject))


def bare_subject(subject: str) -> str:
    """The subject without "Re:", "Fwd:" and their kin in other languages; "" for what stands there for none."""
    bare = _PREFIXES.sub("", subject, count=1)
    return "" if bare.strip().casefold() in NO_SUBJECT else bare


def reply_subject(subject: str) -> str:
    """The subject with one "Re:", whatever language the ones before it were in."""
    return f"Re: {_REPLIES.sub('', subject, count=1)}".strip()


def reply_references(thread: str, detail: Mapping[str, str]) -> Sequence[str]:
    """The ids of our reply's References: the thread's root, then the latest, the mail we answer last."""
    ids = [f"<{thread}>"] if thread else []
    ids += [*detail.get("references", "").split(), *detail.get("message_id", "").split()]
    distinct = list(dict.fromkeys(ids))
    return distinct if len(distinct) <= MAX_REFERENCES else [distinct[0], *distinct[1 - MAX_REFERENCES :]]
