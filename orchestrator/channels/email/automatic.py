"""Mail that a machine sent: answering it starts a loop, or bothers someone who asked nothing.

Sources: RFC 3834 (Auto-Submitted, and to whom no automatic answer goes), RFC 2919 and 2369 (List-*), RFC 3464 (delivery
reports), RFC 8098 (read receipts), RFC 5546 (calendar replies), [MS-OXCMAIL] 2.1.3.2.20 (X-Auto-Response-Suppress).
"""

import re

from orchestrator.channels.email.mime import Mail

_ROBOTS = re.compile(
    r"(?:mailer-?daemon|postmaster|bounces?|(?:do[-_.]?)?not?[-_.]?reply|auto[-_.]?(?:reply|responder|confirm)"
    r"|listserv|majordomo|[^@]+-(?:bounces|request|owner)|owner-[^@]+)(?:[-+=_.][^@]*)?@"
)
_BULK = frozenset({"auto_reply", "bulk", "junk", "list"})
_REPORTS = {
    "multipart/report": "a delivery report or a read receipt",
    "message/delivery-status": "a delivery report",
    "message/disposition-notification": "a read receipt",
    "message/feedback-report": "a complaint report",
    "text/calendar;reply": "an answer to an invitation",
}
_SUPPRESSES = frozenset({"all", "autoreply", "oof"})
_ABSENT = re.compile(
    r"(?:auto(?:matic|mated)?[- ]?(?:reply|response|answer)|out of (?:the )?office|away from (?:my|the) (?:mail|desk)"
    r"|abwesenheitsnotiz|abwesenheit|automatische antwort|réponse automatique|absence du bureau|respuesta automática"
    r"|fuera de (?:la )?oficina|resposta automática|risposta automatica|fuori sede|automatisch antwoord|afwezigheid"
    r"|autosvar|automatisk svar|automatiskt svar|automaattinen vastaus|odpowiedź automatyczna|automatická odpověď"
    r"|автоматический ответ|автоматична відповідь|自动回复|自動回覆|自動返信|자동 회신)(?!\w)",
    re.IGNORECASE,
)
_ABSENT_AFTER = re.compile(r"\s*(?:[:：(\[-]|re\b|$)", re.IGNORECASE)


def is_robot(address: str) -> bool:
    """Whether the address, in lower case, belongs to a program: mailer-daemon, no-reply, a list's own addresses."""
    return bool(_ROBOTS.match(address))


def automatic(mail: Mail) -> str:
    """What makes the mail automatic, as the end of the sentence "not answered: …"; "" for a person's mail."""
    return _by_header(mail) or _by_form(mail)


def _by_header(mail: Mail) -> str:
    submitted = mail.header("auto-submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return f"it is marked Auto-Submitted: {submitted[:40]}"
    precedence = mail.header("precedence").strip().lower()
    if precedence in _BULK:
        return f"its Precedence is {precedence}"
    if any(name.startswith("list-") for name, _ in mail.headers):
        return "it comes from a mailing list"
    suppressed = {word.strip() for word in mail.header("x-auto-response-suppress").lower().split(",")}
    if suppressed & _SUPPRESSES:
        return "it asks for no automatic answer (X-Auto-Response-Suppress)"
    if any(name in ("x-autoreply", "x-autorespond", "x-autoresponder") for name, _ in mail.headers):
        return "it is an automatic answer"
    return "it has no return path" if mail.header("return-path").strip() == "<>" else ""


def _by_form(mail: Mail) -> str:
    for content_type, name in _REPORTS.items():
        if content_type in mail.content_types:
            return f"it is {name}"
    absent = _ABSENT.match(mail.subject)
    if absent and _ABSENT_AFTER.match(mail.subject, absent.end()):
        return "its subject says that nobody is there"
    return ""
