"""Every door that strangers' bytes come in by, and what may come of them: an outcome, or a refusal of ours.

A door returns for what it accepts or refuses in its own way (a rejected row, a status below 500), raises one of the
errors it promises, and does neither for longer than `WITHIN_S` of CPU. Anything else is a finding. Seeds are the events
and mails of the tests and, where it is there, of the corpus; what is found is told by door, number and bytes.
"""

import base64
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from urllib.parse import quote

from starlette.testclient import TestClient

from infra.aws.settings.deployment import DeploymentSettings
from infra.console.server import Server
from infra.local.deployment import Deployment
from infra.local.providers import customers
from infra.local.workers import Workers
from orchestrator.channels.channel import Channel
from orchestrator.channels.email.mime import parse_mail
from orchestrator.envelopes import opened
from orchestrator.errors import ConfigurationError, EventError, UpstreamError
from orchestrator.model import Delivered
from orchestrator.settings import Settings, described
from orchestrator.texts import Texts
from queries.asking import asked, prepared
from queries.catalogue.entries import Catalogue
from queries.compatibility.database import SampleDatabase
from queries.errors import QueryError
from queries.trino.examples import examples
from tests import corpus
from tests.golden.cases import all_cases
from tests.lines import LINES
from tests.prove.mutating import mutated
from tests.unit.email_kit import HEAD
from transformer.batch import Batch
from transformer.overrides import compile_override
from transformer.pipeline import split, transform
from transformer.render import TemplateError
from transformer.results import Row
from transformer.schema import TABLES
from transformer.sources import shipped_templates

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
WITHIN_S = 5.0  # of CPU, for at most `mutating.MOST` bytes, on the slowest machine that runs the tests
ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "transformer/templates"


@dataclass(frozen=True)
class Door:
    """`enter` raises `promised` errors only; `seeds` are valid inputs."""

    name: str
    seeds: Sequence[bytes]
    enter: Callable[[bytes], object]
    promised: tuple[type[Exception], ...] = ()


@dataclass(frozen=True)
class Finding:
    """What came of an input that nobody promised."""

    door: str
    number: int  # of the input, with the same seed
    content: bytes
    what: str

    def __str__(self) -> str:
        return f"{self.door} {self.number}: {self.what} for {self.content[:300]!r}"


def fuzzed(door: Door, inputs: int, seed: int = 1, within_s: float = float("inf")) -> tuple[int, list[Finding]]:
    """How many inputs were tried, at most so many and for so long, and what was found."""
    chance = Random(f"{seed} {door.name}")
    ends_at = time.monotonic() + within_s
    found: list[Finding] = []
    number = 0
    while number < inputs and time.monotonic() < ends_at:
        content = mutated(chance, door.seeds)
        what = _entered(door, content)
        if what:
            found.append(Finding(door.name, number, content, what))
        number += 1
    return number, found


def _entered(door: Door, content: bytes) -> str:
    """What is wrong; "" where all is as promised."""
    began = time.process_time()
    try:
        door.enter(content)
    except door.promised:
        pass
    except Exception as error:  # noqa: BLE001 - what is looked for
        return f"{type(error).__name__}: {error}"[:300]
    took = time.process_time() - began
    return f"{took:.1f} s of CPU" if took > WITHIN_S else ""


# ── seeds ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def events() -> tuple[bytes, ...]:
    """Of every provider, as its topic, its configuration set or EventBridge delivers them."""
    ours = [path.read_bytes() for path in sorted((ROOT / "tests/events").glob("*.json"))]
    golden = [case.record for case in all_cases()]
    written = [customers.event(name, customers.A_CUSTOMER[name], "When?", NOON)[1] for name in customers.OURS]
    return (*ours, *golden, *written, *(path.read_bytes() for path in corpus.files("**/*.json")))


@cache
def mails() -> tuple[bytes, ...]:
    parts = b"--b\r\nContent-Type: text/html\r\n\r\n<p>Does it <b>whistle</b>?</p>\r\n--b\r\n\r\nDoes it?\r\n--b--\r\n"
    written = [
        HEAD + b"\r\nDoes it whistle?",
        HEAD + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n" + parts,
    ]
    found = corpus.files("**/*.eml", "**/*.email", "**/*.raw", "SpamScope*/**/mail_test_*")
    return (*written, *(path.read_bytes()[:100_000] for path in found))


@cache
def questions() -> tuple[bytes, ...]:
    entries = [
        path.read_bytes() for folder in ("views", "reports") for path in sorted((ROOT / "queries" / folder).iterdir())
    ]
    calls = [b"SELECT " + example.selected.encode() + b" AS found FROM events" for example in examples()]
    return (*entries, *calls, b"SHOW TABLES", b"DESCRIBE events", b"EXPLAIN SELECT 1", b"delivery_by_turn")


# ── doors ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def doors(data: Path) -> Iterator[list[Door]]:
    """All of them; `data` is a folder for the server's."""
    with _server(data) as client:
        yield [
            *(
                Door(f"events of {name}", events(), _channel(name), (EventError, UpstreamError))
                for name in sorted(LINES)
            ),
            Door("mails", mails(), _mail, (EventError,)),
            Door("records of the lake", events(), _record),
            Door("a batch of Firehose", events(), _batch),
            Door("templates", [path.read_bytes() for path in sorted(TEMPLATES.glob("*.jinja"))], _template),
            Door("questions", questions(), _question, (QueryError,)),
            Door("settings", _settings_seeds(), _settings, (ConfigurationError,)),
            Door("a deployment's settings", _settings_seeds(), _deployment_settings, (ConfigurationError,)),
            Door(
                "fixed texts",
                [b'{"en": {"apology": "Sorry."}}'],
                lambda each: Texts.with_overrides(_text(each)),
                (ConfigurationError,),
            ),
            Door("the API: events", events(), lambda each: _posted(client, "/api/events", each)),
            Door("the API: messages", _messages(), lambda each: _posted(client, "/api/messages", each)),
            Door("the API: questions", _asked(), lambda each: _posted(client, "/api/query", each)),
            Door(
                "the API: paths",
                [b"/api/conversations/sms-0", b"/api/replies?after=1"],
                lambda each: _got(client, each),
            ),
        ]


def _channel(name: str) -> Callable[[bytes], object]:
    line = LINES[name]()
    channel: Channel = line.channel(line, Settings())

    def entered(content: bytes) -> object:
        return [_told(channel, delivered) for delivered in opened(content, NOON)]

    return entered


def _told(channel: Channel, delivered: Delivered) -> object:
    parsed = channel.parse(delivered) if channel.recognises(delivered.event) else ()
    return parsed, channel.progress(delivered)


def _mail(content: bytes) -> object:
    return parse_mail(content)


def _record(content: bytes) -> object:
    results = transform(content, NOON)
    for result in results:
        TABLES[result.table].check(result.values)
    for piece in split(content, NOON):
        transform(piece, NOON)
    return results


def _batch(content: bytes) -> object:
    """Twice: as Firehose sends it, and as something else that calls the function might."""
    in_base64 = base64.b64encode(content).decode()
    records = [{"recordId": "1", "data": in_base64}, {"recordId": "2", "data": in_base64[1:]}]
    answered = Batch("").answer(records)["records"]  # type: ignore[arg-type]
    if len(answered) != len(records):
        raise AssertionError(f"{len(answered)} answers")
    return answered


def _template(content: bytes) -> object:
    """Compiled; and where it is one, every golden event rendered by it, to a row or a rejected one."""
    try:
        template = compile_override("sms_event", content)
    except TemplateError as error:
        return error
    templates = {**shipped_templates(), "sms_event": template}
    results = [each for case in _sms_events() for each in transform(case, NOON, templates=templates)]
    for result in results:
        if isinstance(result, Row):
            TABLES[result.table].check(result.values)
    return results


@cache
def _sms_events() -> tuple[bytes, ...]:
    return tuple(case.record for case in all_cases() if case.name.startswith("sms_event"))


@cache
def _catalogue() -> Catalogue:
    return Catalogue.shipped()


def _question(content: bytes) -> object:
    known = asked(_text(content), _catalogue())
    made = prepared(known, _catalogue(), {"hours": 3}, NOON, SampleDatabase())
    return made.translated() if made else None


def _settings_seeds() -> list[bytes]:
    """`NAME=value` for each setting, with values of every kind."""
    values = ("1", "-1", "true", "off", "en", '{"en": {}}', "a,b", "https://a.example", "+12065550100", "1e9")
    return [f"{each.variable}={value}".encode() for each in described() for value in (each.default, *values)]


def _settings(content: bytes) -> object:
    name, _, value = _text(content).partition("=")
    return Settings.read({name: value})


def _deployment_settings(content: bytes) -> object:
    name, _, value = _text(content).partition("=")
    return DeploymentSettings.read({f"settings.{name.removeprefix('PARLEY_').lower()}": value, "stage": "dev"})


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace").replace("\0", "")


# ── the server ─────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _server(data: Path) -> Iterator[TestClient]:
    """Whatever it raises is raised here, and not told by a status."""
    settings = Settings()
    with Deployment(data, settings) as deployment:
        workers = Workers(deployment, count=2)
        application = Server(deployment, workers, "token").application()
        headers = {"authorization": "Bearer token", "content-type": "application/json"}
        with TestClient(application, base_url="http://localhost", headers=headers) as client:
            yield client


def _messages() -> list[bytes]:
    return [
        json.dumps({"text": "When do you open?", "channel": name, "sender": customers.A_CUSTOMER[name]}).encode()
        for name in customers.OURS
    ]


def _asked() -> list[bytes]:
    sql = [each.decode() for each in questions()]
    return [json.dumps({"sql": each, "parameters": {"hours": 3}}).encode() for each in sql]


def _posted(client: TestClient, path: str, content: bytes) -> object:
    return _clear(client.post(path, content=content).status_code)


def _got(client: TestClient, content: bytes) -> object:
    return _clear(client.get("http://localhost/" + quote(content.lstrip(b"/"), safe="/?&=+%#:")).status_code)


def _clear(status: int) -> int:
    """503: what is asked for may be there later, such as a mail in a bucket."""
    if status >= 500 and status != 503:
        raise AssertionError(f"status {status}")
    return status
