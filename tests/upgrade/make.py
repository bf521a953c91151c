"""Makes what an upgrade must be able to open: a data folder and a table as the code that is checked out leaves them.

    python -m tests.upgrade.make tests/upgrade/<commit>

`fc890dd/` was made by this file over exactly the code of fc890dd, so by the commit that added it. Make another folder
at the last commit before the kept data change their shape, under that commit's name: test_upgrade.py takes every folder
that is there. What has been made is never made again. Ids that are random differ from run to run; nothing else does.

The history, the same in both: three conversations that were answered, somebody who opted out, a mail in quarantine, an
event that could not be read; then an hour later one more answer, a turn killed while asking, one killed while sending,
and a message that waits. In the folder the lake has a sealed batch, an open one, and lacks what came last.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import msgspec
from moto import mock_aws

from infra.local.deployment import Deployment
from infra.local.providers import email as outbox_email
from infra.local.providers import whatsapp as outbox_whatsapp
from infra.local.workers import work
from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from orchestrator.envelopes import opened
from orchestrator.hub import Hub
from orchestrator.keys import Keys
from orchestrator.model import Answer, Delivered, Pass, Question, WakeUp
from orchestrator.settings import Settings
from orchestrator.stores.dynamodb.items import table
from orchestrator.stores.dynamodb.store import DynamoStore
from tests.kit import NOON, OURS, Clock, notification, sms_event
from tests.upgrade.dumps import dump_folder, dump_items

SECRET = "5e" * 32  # the conversation key
HOURS = "# Opening hours\n\nWe are open from Monday to Friday, from nine to five.\n"
ANA, CAROL, ERIN = "+12065550142", "+13035550145", "+14155550147"  # SMS
WALTER, STOPPED, DAVE = "+15035550143", "+16175550144", "+17025550146"  # WhatsApp
EVA, MALLORY = "eva@customer.example", "mallory@person.example"
QUESTION = "When are you open?"


class Killed(BaseException):
    """As kill -9: nothing after it runs."""


class Answering:
    """The documents' answers, until it is killed."""

    name = "documents"
    killed = False

    def __init__(self, answerer: DocumentsAnswerer) -> None:
        self._answerer = answerer

    def answer(self, question: Question) -> Answer | Pass:
        if self.killed:
            raise Killed
        return self._answerer.answer(question)


class Waking:
    """A queue that only remembers."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def wake(self, wake_up: WakeUp) -> None:
        self.keys.append(wake_up.key)


class Life:
    """What happens to a deployment. `receive` takes an event, `work` carries the turns of all who wait to their end."""

    def __init__(
        self,
        deployment: Deployment,
        answering: Answering,
        receive: Callable[[Delivered], object],
        work: Callable[[], None],
    ) -> None:
        self._outbox = deployment.outbox
        self._clock = deployment.clock
        self._answering = answering
        self._receive = receive
        self._work = work
        self._count = 0

    def first_hour(self) -> None:
        self._event(sms_event(QUESTION, "a1", ANA, self._clock()))
        self._event(self._whatsapp(QUESTION, "w1", WALTER))
        self._event(notification(outbox_email.message_event(QUESTION, "e1", outbox_email.OUR_ADDRESS, EVA, NOON), NOON))
        self._event(self._whatsapp("STOP", "s1", STOPPED))
        virus = outbox_email.message_event("Open this", "v1", outbox_email.OUR_ADDRESS, MALLORY, self._clock())
        virus["receipt"]["virusVerdict"] = {"status": "FAIL"}
        self._event(notification(virus, self._clock()))
        self._event(notification({"originationNumber": ANA, "messageBody": {"no": "text"}}, self._clock()))
        self._work()

    def second_hour(self) -> None:
        self._event(sms_event("And from when?", "a2", ANA, self._clock()))
        self._work()

    def interrupted(self) -> None:
        self._event(sms_event(QUESTION, "c1", CAROL, self._clock()))
        self._answering.killed = True
        self._die()
        self._answering.killed = False
        self._event(self._whatsapp(QUESTION, "d1", DAVE))
        with _killed_sending(self._outbox):
            self._die()
        self._event(sms_event(QUESTION, "r1", ERIN, self._clock()))

    def _die(self) -> None:
        try:
            self._work()
        except Killed:
            return
        raise AssertionError("nobody was killed")

    def _event(self, event: bytes) -> None:
        for delivered in opened(event, self._clock()):
            self._receive(delivered)

    def _whatsapp(self, text: str, message_id: str, theirs: str) -> bytes:
        return whatsapp_event(text, message_id, theirs, self._clock())


def whatsapp_event(text: str, message_id: str, theirs: str, at: datetime) -> bytes:
    """A message to us."""
    return notification(outbox_whatsapp.message_event(text, f"wamid.{message_id}", OURS, theirs, at), at)


@contextmanager
def _killed_sending(outbox: Any) -> Iterator[None]:
    send = outbox.send_whatsapp_message

    def killed(**request: Any) -> Any:
        if "type" in msgspec.json.decode(request["message"]):
            raise Killed
        return send(**request)

    outbox.send_whatsapp_message = killed
    yield
    del outbox.send_whatsapp_message


def deployment(data: Path, clock: Clock) -> Deployment:
    (data / "documents").mkdir(parents=True)
    (data / "documents/hours.md").write_text(HOURS)
    (data / "conversation.key").write_text(SECRET)
    made = Deployment(data, Settings(), clock=clock)
    made.documents.add([data / "documents"])
    return made


def hub(of: Deployment, answering: Answering, store: Any, queue: Any) -> Hub:
    return Hub(
        channels=of.hub.channels,
        answerers=(answering,),
        store=store,
        wake_ups=queue,
        keys=Keys(bytes.fromhex(SECRET)),
        settings=of.settings,
        clock=of.clock,
    )


def make_folder(data: Path) -> None:
    """Two hours of a deployment on one machine, killed at the end."""
    clock = Clock()
    made = deployment(data, clock)
    answering = Answering(DocumentsAnswerer(made.documents))
    made.hub = hub(made, answering, made.store, made.queue)

    def drain() -> None:
        while wake_up := made.queue.lease():
            work(made.hub, made.queue, wake_up, made.settings)

    life = Life(made, answering, made.receive, drain)
    life.first_hour()
    made.lake.flush()
    made.lake.seal()
    clock.advance(hours=1)
    life.second_hour()
    made.lake.flush()
    clock.advance(minutes=30)
    life.interrupted()
    _bury_a_wake_up(made)
    made.store.database.close()


def _bury_a_wake_up(made: Deployment) -> None:
    key = "sms-" + "0" * 32  # of nobody
    made.queue.wake(WakeUp("turn", key, "given up"))
    given_up = made.queue.lease(key)
    assert given_up
    made.queue.bury(given_up)


def make_items(data: Path) -> list[dict[str, Any]]:
    """The same in a table; the providers are those of the machine."""
    clock = Clock()
    made = deployment(data, clock)
    answering = Answering(DocumentsAnswerer(made.documents))
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-1")
        client.create_table(**table("parley"))
        queue = Waking()
        deployed = hub(made, answering, DynamoStore(client, "parley", clock), queue)

        def drain() -> None:
            while queue.keys:
                deployed.converse(queue.keys.pop(0))

        life = Life(made, answering, deployed.receive, drain)
        life.first_hour()
        clock.advance(hours=1)
        life.second_hour()
        clock.advance(minutes=30)
        life.interrupted()
        items: list[dict[str, Any]] = client.scan(TableName="parley")["Items"]
    made.store.database.close()
    return items


def main(to: Path) -> None:
    """Write the fixtures to a folder that is not there yet."""
    to.mkdir(parents=True)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ[name] = "testing"
    with tempfile.TemporaryDirectory() as folder:
        make_folder(Path(folder) / "data")
        dump_folder(Path(folder) / "data", to)
        dump_items(make_items(Path(folder) / "of the table"), to)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
