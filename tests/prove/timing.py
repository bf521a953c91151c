"""Every function that takes what customers write, timed at n and 4n characters: linear work takes 4 times as long.

`functions()` is the table: a function that is to take customers' words gets a line there. Each is given every hostile
text of its kind; those that take long enough to be told from noise are timed again with a quarter of the text.

    timed()     [{"function", "ratio_4n", "input", "cpu_ms"}]   the worst ratio of each function
    worst()     [{"input", "cpu_ms", "peak_mb"}]                the worst message, mail, template and question taken
"""

import gc
import re
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypedDict, TypeVar

import msgspec

from infra.cli.exports import safe_text
from infra.cli.tables import cell, lines
from infra.local.providers import customers
from infra.operating.erasure.person import Person
from orchestrator.answerers.bedrock.outcome import whole_sentences
from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from orchestrator.answerers.documents.index import DocumentIndex
from orchestrator.answerers.documents.questions import clauses
from orchestrator.answerers.documents.terms import every_term, terms, without_addresses
from orchestrator.channels.email.boundaries import real_boundary, shows_mime
from orchestrator.channels.email.charsets import clean, decoded
from orchestrator.channels.email.compose import compose_mail
from orchestrator.channels.email.flowed import unflowed
from orchestrator.channels.email.html import html_to_text
from orchestrator.channels.email.mime import address, one_line, parse_mail
from orchestrator.channels.email.new_words import new_words
from orchestrator.channels.email.robots import folded as robot_folded
from orchestrator.channels.email.thread import bare_subject, reply_subject
from orchestrator.channels.email.words import content_type, readable, spoken
from orchestrator.channels.sms.gsm7 import encoding, fits_one_send, segments, to_gsm
from orchestrator.channels.text.markdown import to_html, to_plain, to_whatsapp
from orchestrator.channels.text.splitting import split
from orchestrator.consent.words import consent_command, is_restart, provider_command
from orchestrator.envelopes import opened
from orchestrator.errors import EventError, ParleyError
from orchestrator.language.detect import detect
from orchestrator.model import Content, InboundMessage, Outgoing, Question, bounded
from orchestrator.settings import Settings
from queries.asking import asked, prepared
from queries.catalogue.entries import Catalogue
from queries.compatibility.database import SampleDatabase
from queries.errors import QueryError
from tests.bench.answers import SAMPLES
from tests.kit import Line, SmsLine
from tests.lines import WhatsAppLine
from tests.prove.hostile import EXPRESSIONS, STATEMENTS, TEXTS, Make
from tests.unit.email_kit import EmailLine
from transformer.batch import no_collection
from transformer.filters import FILTERS
from transformer.json_text import JsonError, parse_documents
from transformer.overrides import compile_override
from transformer.pipeline import transform
from transformer.redaction.language import language_of
from transformer.redaction.patterns import addresses, personal
from transformer.redaction.pseudonyms import canonical, is_address, is_named_mail
from transformer.redaction.redactor import Redactor
from transformer.render import TemplateError
from transformer.schema import EVENTS

RATIO = 6.0  # at most, of the time for 4n characters to that for n
NOISE_S = 0.002  # what takes less for 4n is not worth telling from noise, nor harmful
HOPELESS_S = 5.0
SMALL, LARGE = 4_000, 80_000  # characters: 4n in the gate, and in `make prove`
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
OURS, THEIRS = "+12065550100", "+14255550101"


class Ratio(TypedDict):
    function: str
    ratio_4n: float
    input: str  # the one that gave it
    cpu_ms: float  # for 4n characters of it


class Worst(TypedDict):
    input: str
    cpu_ms: float
    peak_mb: float


class Timed(NamedTuple):
    """`most` is how many characters the function is ever given; None for any number. `texts` are its inputs.

    `least` is for work in parts of some size: of text that is one part, nothing has been cut.
    """

    name: str
    call: Callable[[str], object]
    most: int | None = None
    texts: Mapping[str, Make] = TEXTS
    least: int = 0


def functions() -> tuple[Timed, ...]:
    """The table. Grouped as the words travel: into the hub, to an answer, out again, into rows, to who asks."""
    return (
        # ── a message comes in
        Timed("channels.sms", _message(SmsLine())),
        Timed("channels.whatsapp", _message(WhatsAppLine())),
        Timed("channels.email", _message(EmailLine())),
        Timed("model.bounded", lambda text: bounded(_said(text))),
        Timed("email.mime.parse_mail: a body", lambda text: parse_mail(_mail(text))),
        Timed("email.mime.parse_mail: HTML", lambda text: parse_mail(_mail(text, "Content-Type: text/html"))),
        Timed("email.mime.parse_mail: quoted-printable", lambda text: parse_mail(_mail(text, _QUOTED_PRINTABLE))),
        Timed("email.mime.parse_mail: base64", lambda text: parse_mail(_mail(text, _BASE64))),
        Timed("email.mime.parse_mail: flowed", lambda text: parse_mail(_mail(text, _FLOWED))),
        Timed("email.mime.parse_mail: parts", lambda text: parse_mail(_mail(text, _PARTS))),
        Timed("email.mime.parse_mail: nothing but", lambda text: parse_mail(_bytes(text))),
        Timed("email.mime.parse_mail: a subject", lambda text: parse_mail(_headed("Subject", text))),
        Timed("email.mime.parse_mail: a sender", lambda text: parse_mail(_headed("From", text))),
        Timed("email.mime.parse_mail: recipients", lambda text: parse_mail(_headed("To", text))),
        Timed("email.mime.parse_mail: references", lambda text: parse_mail(_headed("References", text))),
        Timed("email.mime.parse_mail: a type", lambda text: parse_mail(_headed("Content-Type", text)), most=900),
        Timed(
            "email.mime.parse_mail: a disposition",
            lambda text: parse_mail(_headed("Content-Disposition", text)),
            most=900,
        ),
        Timed("email.mime.one_line", one_line),
        Timed("email.mime.address", address, most=4_000),
        Timed("email.words.readable", readable, most=4_000),
        Timed("email.words.spoken", spoken, most=4_000),
        Timed("email.words.content_type", content_type, most=4_000),
        Timed("email.boundaries.real_boundary", lambda text: real_boundary(text, strict=True)),
        Timed("email.boundaries.shows_mime", shows_mime),
        Timed("email.charsets.decoded", lambda text: decoded(_bytes(text))),
        Timed("email.charsets.decoded: as said", lambda text: decoded(_bytes(text), "iso-2022-jp", "utf-7")),
        Timed("email.charsets.clean", clean),
        Timed("email.flowed.unflowed", lambda text: unflowed(text, delete_space=True)),
        Timed("email.html.html_to_text", html_to_text),
        Timed("email.new_words", new_words),
        Timed("email.thread.bare_subject", bare_subject, most=4_000),
        Timed("email.thread.reply_subject", reply_subject, most=4_000),
        Timed("email.robots.folded", robot_folded, most=4_000),
        Timed("consent.words.consent_command", consent_command),
        Timed("consent.words.is_restart", lambda text: is_restart(text, ("restart", "new chat"))),
        Timed("consent.words.provider_command", provider_command),
        Timed("language.detect", lambda text: detect(text, None, "en")),
        # ── it is answered
        Timed("documents.answerer", _documents(), most=1_000),
        Timed("documents.questions.clauses", clauses, most=1_000),
        Timed("documents.terms", lambda text: terms(text, "en"), most=1_000),
        Timed("documents.every_term", lambda text: every_term(text, "es"), most=1_000),
        Timed("documents.without_addresses", without_addresses),
        Timed("bedrock.whole_sentences", whole_sentences),
        # ── the answer, which may repeat all of it, leaves
        Timed("text.to_plain", to_plain),
        Timed("text.to_whatsapp", to_whatsapp),
        Timed("text.to_html", to_html),
        Timed("text.split: SMS", lambda text: split(text, fits_one_send), least=24_000),
        Timed("text.split: WhatsApp", lambda text: split(text, lambda part: len(part) <= 4096), least=64_000),
        Timed("sms.encoding", encoding),
        Timed("sms.segments", segments),
        Timed("sms.to_gsm", to_gsm),
        Timed("email.compose: the answer", lambda text: compose_mail(_answer(text, "Hello"))),
        Timed("email.compose: the question", lambda text: compose_mail(_answer("Hello", text))),
        # ── it becomes rows
        Timed("json_text.parse_documents", lambda text: _unless(JsonError, parse_documents, _bytes(text))),
        Timed("pipeline.transform: bytes", lambda text: transform(_bytes(text), NOON)),
        *(
            Timed(f"pipeline.transform: {name}", lambda text, event=event: transform(event(text), NOON))  # type: ignore[misc]
            for name, event in _EVENTS.items()
        ),
        *(
            Timed(f"filters.{name}", lambda text, call=call: _unless(ValueError, call, text))  # type: ignore[misc]
            for name, call in FILTERS.items()
            if name not in ("translate", "to_prefix", "to_suffix")
        ),
        Timed("filters.to_prefix", lambda text: FILTERS["to_prefix"](text, "@")),
        Timed("filters.to_suffix", lambda text: FILTERS["to_suffix"](text, "@")),
        Timed("redaction.redactor", _redacted),
        Timed("redaction.personal", lambda text: personal(text, "US")),
        Timed("redaction.addresses", addresses),
        Timed("redaction.language_of", language_of),
        Timed("redaction.canonical", canonical),
        Timed("redaction.is_address", is_address),
        Timed("redaction.is_named_mail", is_named_mail, most=400),
        Timed("erasure.forgotten: a number", Person(THEIRS).forgotten),
        Timed("erasure.forgotten: a mail address", Person("a.b@person.example").forgotten),
        Timed("erasure.named_in", lambda text: Person(THEIRS).named_in(_bytes(text))),
        # ── somebody asks
        Timed("queries.asking", _asked, most=65_536, texts={**STATEMENTS, **TEXTS}),
        Timed("overrides.compile", _compiled, texts=EXPRESSIONS),
        Timed("tables.cell", cell),
        Timed("tables.lines", lines),
        Timed("exports.safe_text", safe_text),
    )


# ── what the table is made of ──────────────────────────────────────────────────────────────────────────────────────

_QUOTED_PRINTABLE = "Content-Transfer-Encoding: quoted-printable"
_BASE64 = "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64"
_FLOWED = "Content-Type: text/plain; format=flowed; delsp=yes"
_PARTS = 'Content-Type: multipart/mixed; boundary="a"'
_HEAD = "To: help@shop.example\r\nMessage-ID: <m1@person.example>\r\n"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _mail(text: str, header: str = "Content-Type: text/plain; charset=utf-8") -> bytes:
    return _bytes(f"From: Zoe <zoe@person.example>\r\n{_HEAD}Subject: Hi\r\n{header}\r\n\r\n{text}")


def _headed(name: str, value: str) -> bytes:
    """The value folded as long ones are, and whatever lines it has made continuation lines."""
    folded = "\r\n ".join(re.sub(r"[\r\n]", " ", value[at : at + 900]) for at in range(0, len(value), 900))
    return _bytes(f"{_HEAD}{name}: {folded}\r\n\r\nHello")


def _message(line: Line) -> Callable[[str], object]:
    """An event of a channel, as its provider delivers it, parsed."""
    channel = line.channel(line, Settings())

    def parsed(text: str) -> object:
        event = line.event(_valid(text), "m1", line.person(1), NOON)
        return [_unless(ParleyError, channel.parse, delivered) for delivered in opened(event, NOON)]

    return parsed


def _valid(text: str) -> str:
    """As JSON can carry it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _said(text: str) -> InboundMessage:
    return InboundMessage("email", "m1", "help@shop.example", "zoe@person.example", text, NOON)


def _answer(text: str, question: str) -> Outgoing:
    return Outgoing("0" * 32, "help@shop.example", "zoe@person.example", Content(text), NOON, (_said(question),))


T = TypeVar("T")


def _unless(refusal: type[Exception], call: Callable[[T], object], argument: T) -> object:
    """What a call gives; the refusal that it is allowed."""
    try:
        return call(argument)
    except refusal as error:
        return error


def _documents() -> Callable[[str], object]:
    """The answerer from documents, on those that are shipped as samples."""
    answerer = DocumentsAnswerer(_samples())

    def answered(text: str) -> object:
        conversation = f"sms-{'0' * 32}-0"
        return answerer.answer(Question(_valid(text), "sms", conversation, "0" * 32, "en"))

    return answered


@cache
def _samples() -> DocumentIndex:
    folder = TemporaryDirectory()
    _KEPT.append(folder)
    index = DocumentIndex(Path(folder.name) / "documents.sqlite3")
    index.add([SAMPLES])
    return index


_KEPT: list[TemporaryDirectory[str]] = []  # until the process ends


def _turn(text: str) -> bytes:
    about = {"message_id": "m1", "channel": "sms", "our_address": OURS, "their_address": THEIRS}
    message = {**about, "text": _valid(text), "occurred_at": NOON}
    turn = {"turn_id": "0" * 32, "conversation_id": f"sms-{'0' * 32}-0", "messages": [message], "opened_at": NOON}
    answer = {"text": _valid(text), "source": "stub", "citations": [{"title": _valid(text)}]}
    event = {**turn, "answer": answer, "finished_at": NOON, "state": "sent"}
    return msgspec.json.encode({"parley": "turn", "channel": "sms", "turn": event})


def _unknown(text: str) -> bytes:
    """A field for each 20 characters."""
    text = _valid(text)
    return msgspec.json.encode({text[at : at + 20]: text[at : at + 20] for at in range(0, len(text), 20)})


def _wrapped(text: str) -> bytes:
    """In an SNS notification in a notification."""
    inner = customers.notified({"originationNumber": THEIRS, "messageBody": _valid(text)}, NOON)
    return customers.notified(msgspec.json.decode(inner), NOON)


def _statuses(text: str) -> bytes:
    """One of WhatsApp's for each 20 characters."""
    text = _valid(text)
    statuses = [
        {"id": f"wamid.{at}", "status": "failed", "timestamp": "1767225600", "errors": [{"title": text[at : at + 20]}]}
        for at in range(0, len(text), 20)
    ]
    entry = {"id": "1", "changes": [{"field": "messages", "value": {"metadata": {}, "statuses": statuses}}]}
    return msgspec.json.encode({"whatsAppWebhookEntry": msgspec.json.encode(entry).decode()})


_EVENTS: Mapping[str, Callable[[str], bytes]] = {
    "sms": lambda text: SmsLine().event(_valid(text), "m1", THEIRS, NOON),
    "whatsapp": lambda text: WhatsAppLine().event(_valid(text), "m1", THEIRS, NOON),
    "email": lambda text: EmailLine().event(_valid(text), "m1", "zoe@person.example", NOON),
    "turn": _turn,
    "unknown": _unknown,
    "wrapped": _wrapped,
    "statuses": _statuses,
}
_REDACTOR = Redactor()


def _redacted(text: str) -> object:
    record = _turn(text)
    return list(_REDACTOR([(record, transform(record, NOON))]))


@cache
def _catalogue() -> Catalogue:
    return Catalogue.shipped()


def _asked(text: str) -> object:
    """Parsed, resolved, composed and translated, as far as it is a question."""
    try:
        known = asked(text, _catalogue())
        made = prepared(known, _catalogue(), {"a": "b"}, NOON, SampleDatabase())
        return made.translated() if made else None
    except QueryError as error:
        return error


def _override(expression: str) -> bytes:
    """A template of `sms_inbound` with the expression in one of its columns."""
    columns = [name for name in EVENTS.column_names if name not in EVENTS.filled]
    lines_ = [f'"{name}": {expression if name == "status" else "event." + name},' for name in columns]
    return "\n".join(["{", *lines_, "}"]).encode()


def _compiled(expression: str) -> object:
    return _unless(TemplateError, lambda content: compile_override("sms_inbound", content), _override(expression))


# ── measuring ──────────────────────────────────────────────────────────────────────────────────────────────────────


def timed(length: int = SMALL, inputs_each: int = 2) -> list[Ratio]:
    """The worst ratio of each function at `length` characters over a quarter of them.

    Every input is tried once; the `inputs_each` slowest of a function are measured.
    """
    with no_collection():
        return list(_each(length, inputs_each))


def _each(length: int, inputs_each: int) -> Iterator[Ratio]:
    for function in functions():
        yield measured(function, length, inputs_each)
        gc.collect()


def measured(function: Timed, length: int, inputs_each: int = 4) -> Ratio:
    """The worst ratio of one function."""
    length = max(function.least, min(length, function.most or length))
    function.call("a")  # what it imports and compiles at its first use
    tried = sorted(_tried(function, length), reverse=True)
    slow = [name for seconds, name in tried[:inputs_each] if seconds > NOISE_S]
    ratios = [_ratio(function, name, length) for name in slow]
    seconds, name = tried[0]
    return max(ratios, key=lambda each: each["ratio_4n"], default=_row(function, name, 0.0, seconds))


def _tried(function: Timed, length: int) -> Iterator[tuple[float, str]]:
    """Every input once; no more after one that takes seconds."""
    for name, make in function.texts.items():
        seconds = _seconds(function, make(length))
        yield seconds, name
        if seconds > HOPELESS_S:
            return


def _ratio(function: Timed, name: str, length: int) -> Ratio:
    """Measured again while it looks bad: another program's work makes a ratio worse, and never better."""
    make = function.texts[name]
    short, long = make(length // 4), make(length)
    least_short = least_long = float("inf")
    for tries in range(1, 6):
        least_short = min(least_short, *(_seconds(function, short) for _ in range(3)))
        least_long = min(least_long, _seconds(function, long))
        if least_long < (0.8 if tries == 1 else 1.0) * RATIO * least_short or least_long > HOPELESS_S:
            break
    return _row(function, name, least_long / max(least_short, NOISE_S / 10), least_long)


def _row(function: Timed, name: str, ratio: float, seconds: float) -> Ratio:
    return {
        "function": function.name,
        "ratio_4n": round(ratio, 2),
        "input": name,
        "cpu_ms": round(seconds * 1000, 2),
    }


def _seconds(function: Timed, text: str) -> float:
    """CPU seconds. To be refused, as a mail with too many headers is, takes its time too."""
    began = time.process_time()
    with suppress(EventError):
        function.call(text)
    return time.process_time() - began


# ── the worst that is taken ────────────────────────────────────────────────────────────────────────────────────────


def worst(length: int = 20_000) -> list[Worst]:
    """CPU time and peak memory of the worst message, mail, template and question among the hostile ones.

    A message has as many characters as the hub lets through, a question as many as a statement may have.
    """
    with no_collection():
        return [
            _worst("a message, from event to row", _carried, {name: make(length) for name, make in TEXTS.items()}),
            _worst("a mail", parse_mail, _mails(10 * length)),
            _worst("a template", _compiled, {name: make(6 * length) for name, make in EXPRESSIONS.items()}),
            _worst("a question", _asked, {name: make(6 * length) for name, make in STATEMENTS.items()}),
        ]


def _worst(kind: str, call: Callable[[T], object], inputs: Mapping[str, T]) -> Worst:
    taken = {name: _cpu_s(call, each) for name, each in inputs.items()}
    name = max(taken, key=lambda each: taken[each])
    gc.collect()
    tracemalloc.start()
    try:
        call(inputs[name])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return {"input": f"{kind}: {name}", "cpu_ms": round(taken[name] * 1000, 1), "peak_mb": round(peak / 2**20, 1)}


def _cpu_s(call: Callable[[T], object], argument: T) -> float:
    began = time.process_time()
    call(argument)
    return time.process_time() - began


def _carried(text: str) -> object:
    """What a message costs beside stores and models: its language and commands, an answer that repeats it, its rows."""
    said = bounded(_said(text))
    detect(said.text, None, "en")
    consent_command(said.text)
    split(to_plain(said.text), fits_one_send)
    return _redacted(said.text)


def _mails(length: int) -> dict[str, bytes]:
    """Long bodies, and as many parts and headers as a mail may have."""
    bodies = {name: _mail(make(length)) for name, make in TEXTS.items()}
    pages = {f"HTML, {name}": _mail(make(length), "Content-Type: text/html") for name, make in TEXTS.items()}
    many = "; a=b" * 500
    part = f"--a\r\nContent-Type: text/plain{many}\r\nContent-Disposition: attachment{many}\r\n\r\nx\r\n"
    nested = "".join(
        f'--a{level}\r\nContent-Type: multipart/mixed; boundary="a{level + 1}"\r\n\r\n' for level in range(28)
    )
    return {
        **bodies,
        **pages,
        "500 parts": _mail(part * 490, _PARTS),
        "30 parts in one another": _mail(nested + "x\r\n" * length, 'Content-Type: multipart/mixed; boundary="a0"'),
        "5,000 headers": _mail("x", "\r\n".join(f"X-{number}: {'(a) ' * 40}" for number in range(4_900))),
    }
