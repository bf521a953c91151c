"""Mail that a machine sent: answering it starts a loop, or bothers someone who asked nothing.

What machines call themselves is in email/robots.py; here are the rules.
Sources: RFC 3834 (Auto-Submitted, and to whom no automatic answer goes), RFC 2919 and 2369 (List-*), RFC 3464 (delivery
reports), RFC 8098 (read receipts), RFC 5546 (calendar replies), [MS-OXCMAIL] 2.1.3.2.20 (X-Auto-Response-Suppress).
"""

import re
from collections.abc import Iterable

from orchestrator.channels.email.mime import Address, Mail
from orchestrator.channels.email.robots import (
    ABSENT,
    ABSENT_ALONE,
    ABSENT_AT_THE_END,
    ABSENT_UNTIL,
    BOUNCES,
    DENIALS,
    GENERATED,
    LIST_DOMAINS,
    LIST_HEADS,
    LIST_TAILS,
    MACHINES,
    MAIL_SYSTEMS,
    MANAGERS,
    MARKS,
    NO_REPLY,
    UNDELIVERED,
    folded,
)


def _one_of(phrases: Iterable[str], between: str = r"[^a-z0-9]?") -> str:
    """A regular expression for one of the phrases, the longest first, with at most so much between its words."""
    ordered = sorted({folded(phrase) for phrase in phrases}, key=len, reverse=True)
    return "|".join(between.join(map(re.escape, phrase.split())) for phrase in ordered)


_NO_REPLY = re.compile(rf"(?<![a-z])(?:{_one_of(NO_REPLY)})(?![a-z])")
_NO_REPLY_NAME = re.compile(rf"(?<!\w)(?:{_one_of(NO_REPLY)})(?!\w)")
_MACHINE = re.compile(
    rf"(?:{_one_of(MACHINES)})(?:[-+=_.\d][^@]*)?@|(?:{_one_of(MANAGERS)})\d*@|microsoftexchange[0-9a-f]{{20,40}}@"
    rf"|(?:{_one_of(BOUNCES)})(?:[+=]|[-_.]?\d|[-_.][^@=]*=|@)|[^@]+-(?:{_one_of(BOUNCES)})@"
)
_LIST = re.compile(rf"(?:(?:{_one_of(LIST_HEADS)})-[^@]+|[^@]+-(?:{_one_of(LIST_TAILS)}))@")
_MAIL_SYSTEM = re.compile(rf"(?:{_one_of(MAIL_SYSTEMS, ' ')})(?!\w)")
_NOT_LETTERS = re.compile(r"[\W_]+")
_REPORTS = {
    "multipart/report": "a delivery report or a read receipt",
    "message/delivery-status": "a delivery report",
    "message/disposition-notification": "a read receipt",
    "message/feedback-report": "a complaint report",
    "text/calendar;reply": "an answer to an invitation",
}
_SUPPRESSES = frozenset({"all", "autoreply", "oof"})
# What follows a phrase that is no part of a sentence, or of one about an absence.
_AFTER = rf"(?:\s*(?:$|[:：()\[\]\-–—]|re\b)|\s(?:{_one_of(ABSENT_UNTIL)})\b)"
_ABSENT = re.compile(
    rf"(?:{_one_of(ABSENT, ' ?-? ?')}){_AFTER}|(?:{_one_of(ABSENT_ALONE, ' ')})[.!]?\s*(?:$|:?\s*re\s*:)"
    r"|auto\s*:\s*re\s*:"
)
_ABSENT_END = re.compile(rf"(?:{_one_of(ABSENT_AT_THE_END, ' ')})[.!]?$")
_UNDELIVERED = re.compile(rf"(?:{_one_of(UNDELIVERED, ' ')})\s*(?:$|[:：(])")


def robot(address: Address) -> str:
    """What makes the sender a program, as the end of the sentence "not answered: …"; "" for a person."""
    spec = folded(address.spec)
    local, _, domain = spec.rpartition("@")
    if _NO_REPLY.search(local) or _NO_REPLY_NAME.search(folded(address.name)):
        return f"{address.spec} is a no-reply sender: it does not read answers"
    if _MACHINE.match(spec):
        return f"{address.spec} belongs to a program that does not read answers"
    if _LIST.match(spec) and not LIST_DOMAINS.isdisjoint(domain.split(".")):
        return f"{address.spec} is a mailing list's own address"
    if _MAIL_SYSTEM.match(_NOT_LETTERS.sub(" ", folded(address.name)).strip()):
        return "its sender calls itself a mail system"
    return ""


def automatic(mail: Mail) -> str:
    """What makes the mail automatic, as the end of the sentence "not answered: …"; "" for a person's mail."""
    return _by_header(mail) or _by_form(mail)


def _by_header(mail: Mail) -> str:
    submitted = mail.header("auto-submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return f"it is marked Auto-Submitted: {submitted[:40]}"
    suppressed = {word.strip() for word in mail.header("x-auto-response-suppress").lower().split(",")}
    if suppressed & _SUPPRESSES:
        return "it asks for no automatic answer (X-Auto-Response-Suppress)"
    if mail.header("return-path").strip() == "<>":
        return "it has no return path"
    return next(filter(None, (_marked(name, value) for name, value in mail.headers)), "")


def _marked(name: str, value: str) -> str:
    """Why a header shows that nobody wrote the mail; "" where it does not."""
    said = value.strip().lower()
    if name.startswith("list-"):
        return "it comes from a mailing list"
    if any(said.startswith(mark) for mark in MARKS.get(name, ())) and said not in DENIALS:
        return f"it is automatic: its {name.title()} is {said[:40]}"
    generated = name != "x-auto-response-suppress" and any(word in name for word in GENERATED)
    return f"it is an automatic answer ({name[:40].title()})" if generated and said not in DENIALS else ""


def _by_form(mail: Mail) -> str:
    for content_type, name in _REPORTS.items():
        if content_type in mail.content_types:
            return f"it is {name}"
    subject = folded(mail.subject).lstrip(" [(*\"'").rstrip()
    if _ABSENT.match(subject) or _ABSENT_END.search(subject):
        return "its subject says that nobody is there"
    return "its subject is a delivery report's" if _UNDELIVERED.match(subject) else ""
