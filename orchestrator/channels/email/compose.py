"""A mail of ours: text and HTML. One that answers is in the thread of the question, which stands quoted below.

What answers a mail that may be forged has nothing of it: no subject, no quote, no name, links to our own pages only.
Else nothing a person wrote reaches a header but the subject, in one line and encoded; addresses and message ids are
taken only in forms that cannot end a header (see mime.py). The mail is the same however often it is composed: its
boundary and its date are the `Outgoing`'s; the Message-ID is left to SES, which sets its own.
Sources: RFC 3834 (Auto-Submitted), https://docs.aws.amazon.com/ses/latest/dg/header-fields.html
"""

from collections.abc import Collection, Mapping
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from html import escape

import msgspec

from orchestrator.channels.email.bounds import scrubbed
from orchestrator.channels.email.links import domain_of, only_ours
from orchestrator.channels.email.mime import one_line
from orchestrator.channels.email.proofs import as_reference, as_subject
from orchestrator.channels.email.thread import reply_references, reply_subject
from orchestrator.channels.text.markdown import to_html, to_plain
from orchestrator.model import Citation, Content, InboundMessage, Language, Outgoing, standing_of, text_of

MAX_QUOTED = 2_000  # characters of the question
_SUBJECT: Mapping[Language, str] = {"en": "Your message", "es": "Tu mensaje"}
_SOURCES: Mapping[Language, str] = {"en": "Sources", "es": "Fuentes"}
_WROTE: Mapping[Language, str] = {
    "en": "On {at:%d %B %Y at %H:%M} UTC, {name} wrote:",
    "es": "El {at:%d/%m/%Y a las %H:%M} UTC, {name} escribió:",
}


def compose_mail(outgoing: Outgoing, link_domains: Collection[str] = ()) -> str:
    """The whole mail in MIME form, with CRLF; ASCII unless the person's own address is not.

    `link_domains` are ours besides the address's own, for answers to mail that may be forged.
    """
    if _may_be_forged(outgoing):
        outgoing = _with_our_links_only(outgoing, link_domains)
    message = EmailMessage(policy=_policy(utf8=not outgoing.their_address.isascii()))
    message["From"] = outgoing.our_address
    message["To"] = outgoing.their_address
    message["Subject"] = _subject(outgoing)
    message["Date"] = format_datetime(outgoing.decided_at)
    if question := outgoing.question:
        _put_into_thread(message, question, outgoing.proof)
    message["Auto-Submitted"] = "auto-replied" if question else "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message.set_content(_text(outgoing), cte="quoted-printable")
    message.add_alternative(_html(outgoing), subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{outgoing.ref}")  # "=_" cannot stand in a quoted-printable body
    return message.as_bytes().decode("utf-8")


def _subject(outgoing: Outgoing) -> str:
    content, question = outgoing.content, _repeatable(outgoing)
    subject = question.detail.get("subject", "") if question else content.subject
    line = one_line(subject or _SUBJECT[content.language])
    line = reply_subject(line) if outgoing.question else line
    return as_subject(line, outgoing.proof) if outgoing.proof else line


def _may_be_forged(outgoing: Outgoing) -> bool:
    return standing_of(outgoing.in_reply_to) == "doubtful"


def _repeatable(outgoing: Outgoing) -> InboundMessage | None:
    """The message that is answered, where the mail may repeat what it says; None where it may not, or answers none."""
    return None if _may_be_forged(outgoing) else outgoing.question


def _with_our_links_only(outgoing: Outgoing, link_domains: Collection[str]) -> Outgoing:
    content = outgoing.content
    ours = {
        outgoing.our_address.rpartition("@")[2],
        *link_domains,
        *(domain_of(each.uri) for each in content.citations),
    }
    text = only_ours(content.text, ours)
    return msgspec.structs.replace(outgoing, content=msgspec.structs.replace(content, text=text))


def _put_into_thread(message: EmailMessage, question: InboundMessage, proof: str) -> None:
    if in_reply_to := question.detail.get("message_id"):
        message["In-Reply-To"] = in_reply_to
    references = [*reply_references(question.thread, question.detail), *([as_reference(proof)] if proof else [])]
    if references:
        message["References"] = " ".join(references)


class _Verbatim(UnstructuredHeader, BaseHeader):
    """Addresses and message ids: the library would encode or break them where they are long."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: " + f"{policy.linesep} ".join(self.split()) + policy.linesep


def _policy(*, utf8: bool) -> "Policy[EmailMessage]":
    registry = HeaderRegistry()
    for name in ("from", "to", "in-reply-to", "references"):
        registry.map_to_type(name, _Verbatim)
    return SMTP.clone(header_factory=registry, utf8=utf8, cte_type="7bit")


def _text(outgoing: Outgoing) -> str:
    content = outgoing.content
    parts = [to_plain(content.text)]
    if content.citations:
        cited = (f"- {one_line(each.title)} {each.uri}".rstrip() for each in _distinct(content))
        parts.append("\n".join((f"{_SOURCES[content.language]}:", *cited)))
    if question := _repeatable(outgoing):
        quoted = "\n".join(f"> {line}".rstrip() for line in _quoted(outgoing).splitlines())
        parts.append(f"{_attribution(question, content.language)}\n{quoted}")
    return scrubbed("\n\n".join(parts)) + "\n"


def _html(outgoing: Outgoing) -> str:
    content = outgoing.content
    parts = [to_html(content.text)]
    if content.citations:
        cited = "".join(f"<li>{_linked(each)}</li>" for each in _distinct(content))
        parts.append(f"<p>{_SOURCES[content.language]}:</p><ul>{cited}</ul>")
    if question := _repeatable(outgoing):
        quoted = "<br>\n".join(escape(line) for line in _quoted(outgoing).splitlines())
        parts.append(f"<p>{escape(_attribution(question, content.language))}</p>")
        parts.append(f'<blockquote type="cite">{quoted}</blockquote>')
    return scrubbed(f"<!DOCTYPE html>\n<html><body>\n{chr(10).join(parts)}\n</body></html>\n")


def _quoted(outgoing: Outgoing) -> str:
    """The person's words, those of every message that is answered."""
    text = text_of(outgoing.in_reply_to)
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]} […]"


def _attribution(message: InboundMessage, language: Language) -> str:
    name = message.detail.get("from_name") or message.their_address
    return _WROTE[language].format(at=message.occurred_at, name=one_line(name))


def _distinct(content: Content) -> list[Citation]:
    return list({(each.title, each.uri): each for each in content.citations}.values())


def _linked(citation: Citation) -> str:
    title = escape(one_line(citation.title) or citation.uri)
    if not citation.uri.startswith(("https://", "http://")):
        return title
    return f'<a href="{escape(citation.uri)}">{title}</a>'
