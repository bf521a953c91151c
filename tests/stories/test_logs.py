"""Whatever becomes of a customer's message, no log names the customer.

Every story is listened to as well (conftest.py): it fails where it logs an address.
"""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local.deployment import Deployment
from infra.local.providers.requests import refusal
from infra.local.workers import Workers
from orchestrator.errors import UpstreamError
from orchestrator.model import Answer, Question
from tests.kit import Machine, SmsLine, StubAnswerer, chosen
from tests.lines import BACKENDS, LINES, WhatsAppLine, everywhere
from tests.logs import customers_in, listening
from tests.unit.test_handlers import ingress, record

OPERATIONS = {"sms": "SendTextMessage", "whatsapp": "SendWhatsAppMessage", "email": "SendEmail"}
# What a provider answers, quoting the customer as SES does.
CODES = {
    "refused": "MessageRejected",
    "invalid": "ValidationException",
    "throttled": "ThrottlingException",
    "denied": "AccessDeniedException",
    "odd": "UnheardOfException",
}


def id_of(theirs: str) -> str:
    """As WhatsApp makes them: the number is in it, in base64."""
    return "wamid." + base64.b64encode(b"\x1d\x0b" + theirs.encode() + b"\x15\x02\x00\x12\x18\x14").decode()


def played(
    backend: str, name: str, path: Path, failures: int, failure: Callable[[str], Exception], **parts: Any
) -> Any:
    """A person's message, of which the provider's first answers are failures that name the person."""
    machine = BACKENDS[backend](path, line=LINES[name](), settings=chosen(max_receives=2), **parts)
    theirs = machine.line.person(1)
    machine.line.failures.extend(failure(theirs) for _ in range(failures))
    machine.deliver(machine.line.event("When do you open?", id_of(theirs), theirs, machine.clock()))
    machine.drain_patiently(minutes=5)
    return machine


@pytest.mark.usefixtures("aws")
@everywhere
@pytest.mark.parametrize("code", CODES.values(), ids=CODES.keys())
def test_what_a_provider_says_of_a_customer_is_not_logged(tmp_path: Path, backend: str, name: str, code: str) -> None:
    def failure(theirs: str) -> Exception:
        return refusal(OPERATIONS[name], code, f"Address is not verified: {theirs}, {theirs.lstrip('+')}")

    with listening() as said:
        played(backend, name, tmp_path, 9, failure)
    assert said.lines or backend == "embedded"
    assert {line: customers_in(line) for line in said.lines if customers_in(line)} == {}


@pytest.mark.usefixtures("aws")
@everywhere
@pytest.mark.parametrize("kind", [ValueError, UpstreamError])
def test_what_an_answerer_raises_of_a_customer_is_not_logged(
    tmp_path: Path, backend: str, name: str, kind: type[Exception]
) -> None:
    theirs = LINES[name]().person(1)

    def reply(question: Question) -> Answer:
        if issubclass(kind, UpstreamError):
            raise kind(f"the model knows nothing of {theirs}", code="Converse: Busy")
        raise kind(f"nothing is known of {theirs}: {question.text}")

    with listening() as said:
        played(backend, name, tmp_path, 0, lambda _: ValueError(), answerers=[StubAnswerer(reply)])
    assert said.lines
    assert {line: customers_in(line) for line in said.lines if customers_in(line)} == {}


def test_a_read_receipt_that_fails_is_logged_without_the_number(tmp_path: Path) -> None:
    class Refusing(WhatsAppLine):
        def send_whatsapp_message(self, **request: Any) -> dict[str, str]:
            if b'"status"' in request["message"]:
                raise refusal("SendWhatsAppMessage", "ValidationException", f"no message of {self.person(1)}")
            return super().send_whatsapp_message(**request)

    machine = Machine(tmp_path, line=Refusing())
    theirs = machine.line.person(1)
    with listening() as said:
        machine.deliver(machine.line.event("When do you open?", id_of(theirs), theirs, machine.clock()))
        machine.drain()
    assert any("no read receipt" in line for line in said.lines)
    assert {line: customers_in(line) for line in said.lines if customers_in(line)} == {}


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("name", sorted(LINES))
@pytest.mark.parametrize("spoilt", [b"", b"Zg", b"\xff"], ids=["whole", "odd", "no text"])
def test_what_is_received_is_logged_without_the_customer(tmp_path: Path, name: str, spoilt: bytes) -> None:
    machine = BACKENDS["deployed"](tmp_path, line=LINES[name]())
    theirs = machine.line.person(1)
    event = machine.line.event("When do you open?", id_of(theirs), theirs, machine.clock()) + spoilt
    with listening() as said:
        ingress(machine, record(event.decode("utf-8", "replace").encode()))
    assert any("received" in line for line in said.lines)
    assert {line: customers_in(line) for line in said.lines if customers_in(line)} == {}


def test_a_job_of_the_server_that_fails_is_logged_without_what_it_says(tmp_path: Path) -> None:
    with Deployment(tmp_path, chosen()) as deployment, listening() as said:
        workers = Workers(deployment, count=1)

        def job() -> None:
            workers._stopping.set()
            raise ValueError(SmsLine().person(1))

        workers.every(0.01, job)
        workers.start()
        workers._threads[-1].join()
        workers.stop()
    assert any("a defect while running a periodic job: ValueError" in line for line in said.lines)
    assert {line: customers_in(line) for line in said.lines if customers_in(line)} == {}


@pytest.mark.parametrize(
    "line",
    ["to +14255550101", "4255550101", f"ids ['{id_of('14255550101')}']", "ana@customer.example", "<a.b+c@d.co.uk>"],
)
def test_a_log_that_names_a_customer_is_found(line: str) -> None:
    assert customers_in(line)


@pytest.mark.parametrize("line", ["from +12065550100", "help@shop.example", "sms-" + "a1" * 16, "1425 messages"])
def test_a_log_that_names_nobody_is_not(line: str) -> None:
    assert not customers_in(line)
