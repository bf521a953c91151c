"""Outages, as the templates' own alarms see them: the handlers run, and what they print is what CloudWatch has.

What AWS tells of its own services the tests put, under the resources that the alarms name, as it is documented:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html (Invocations),
https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html (IncomingRecords; for its
alarms, https://docs.aws.amazon.com/firehose/latest/dev/firehose-cloudwatch-metrics-best-practices.html),
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html (ExecutionFailed: 0 where none did),
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html (WriteThrottleEvents),
https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-cloudwatch-alarm.html (rates, 0 to 1)
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from infra.local.providers.requests import refusal
from orchestrator import handlers
from orchestrator.answerers.answerer import Answerer
from orchestrator.answerers.language_model import LanguageModelAnswerer
from orchestrator.model import Pass
from tests.deployed import DeployedMachine
from tests.emitted import emitted
from tests.fakes.models import FakeModels
from tests.infra.alarm_states import Alarms, Dimensions, Metrics, dimensions
from tests.infra.synthesis import synthesised
from tests.infra.test_watch import ALL
from tests.kit import Clock, Line, StubAnswerer, chosen, sms_refusal
from tests.lines import LINES

pytestmark = pytest.mark.slow

ALWAYS = 1000  # more failures than any of these days has calls
QUIET = dimensions(stage="dev", service="parley", channel="sms")


@cache
def templates() -> dict[str, dict[str, object]]:
    return synthesised(ALL)


class Day:
    """A deployment at work, watched: somebody writes now and then, and the sweep runs every minute."""

    def __init__(
        self, folder: Path, printed: Callable[[], str], line: Line | None = None, answerers: Sequence[Answerer] = ()
    ) -> None:
        self.metrics = Metrics()
        self.alarms = Alarms(templates(), self.metrics)
        self.pipe_works = True
        self._found: dict[tuple[str, str], set[Dimensions]] = {}
        self._printed = printed
        self._written = 0
        self.clock = Clock()
        self.machine = DeployedMachine(
            folder,
            settings=chosen(stage="dev"),
            clock=self.clock,
            line=line or LINES["sms"](),
            answerers=answerers or (StubAnswerer(),),
        )
        self._read()
        self.begun = self.clock.now

    def goes_on(self, minutes: int, *, every: int = 10) -> None:
        """`every`: so many minutes lie between two who write; 0 for nobody."""
        for minute in range(minutes):
            if every and minute % every == 0:
                self._write()
            self.machine.drain()
            with self.machine.serving():
                handlers.sweep({}, None)
            self._told_by_aws(turns=self._read())
            self.clock.advance(minutes=1)

    def rang(self) -> set[str]:
        """What has rung so far, from the end of the first five minutes."""
        return self.alarms.rang(self.begun + timedelta(minutes=5), self.clock.now)

    def put(self, namespace: str, name: str, value: float, of: str = "") -> None:
        """Told by AWS of every resource that an alarm watches, or of those that have `of` in their names."""
        for each in self._watched(namespace, name):
            if of in str(each):
                self.metrics.put(self.clock.now, namespace, name, each, value)

    def _watched(self, namespace: str, name: str) -> set[Dimensions]:
        if (namespace, name) not in self._found:
            self._found[namespace, name] = set(self.alarms.watched(namespace, name))
        assert self._found[namespace, name], f"no alarm watches {name}"
        return self._found[namespace, name]

    def _write(self) -> None:
        self._written += 1
        line, person = self.machine.line, self.machine.line.person(self._written)
        self.machine.deliver(line.event("When do you open?", f"m{self._written}", person, self.clock.now))

    def _told_by_aws(self, turns: int) -> None:
        self.put("AWS/Lambda", "Invocations", 1)
        if self.pipe_works:
            for name in ("ExecutionFailed", "ExecutionThrottled", "ExecutionTimeout"):
                self.put("AWS/EventBridge/Pipes", name, 0)
            if turns:
                self.put("AWS/Firehose", "IncomingRecords", turns)

    def _read(self) -> int:
        """What the functions have printed; returns how many turns have ended."""
        told = list(emitted(self._printed()))
        for each in told:
            self.metrics.put(self.clock.now, each.namespace, each.name, each.dimensions, each.value)
        return sum(each.name == "Apologies" for each in told)


@pytest.fixture
def day(tmp_path: Path, aws: None, capsys: pytest.CaptureFixture[str]) -> Callable[..., Day]:
    """Makes a day, with a line and answerers where they matter."""
    return lambda **around: Day(tmp_path, lambda: capsys.readouterr().out, **around)


def model(*script: Exception) -> list[Answerer]:
    """Bedrock, which answers each call like this."""
    return [LanguageModelAnswerer(FakeModels(*script), chosen(model_id="amazon.nova-lite-v1:0").bedrock)]


@pytest.mark.parametrize("channel", sorted(LINES))
def test_nothing_rings_on_a_good_day(day: Callable[..., Day], channel: str) -> None:
    good = day(line=LINES[channel](), answerers=model())
    good.goes_on(130)
    assert len(good.machine.line.replies) == 13
    assert good.rang() == set()


def test_nothing_rings_while_nobody_writes(day: Callable[..., Day]) -> None:
    night = day()
    night.goes_on(130, every=0)
    assert night.rang() == set()


def test_a_bedrock_that_denies_rings(day: Callable[..., Day]) -> None:
    denied = day(answerers=model(*[refusal("Converse", "AccessDeniedException", "not authorised")] * ALWAYS))
    denied.goes_on(35)
    assert denied.rang() == {"ApologiesGiven"}


def test_a_bedrock_that_throttles_rings_by_its_name(day: Callable[..., Day]) -> None:
    throttled = day(answerers=model(*[refusal("Converse", "ThrottlingException", "Too many tokens")] * ALWAYS))
    throttled.goes_on(35, every=5)
    rang = throttled.rang() - {"RepliesSlow"}  # which it is by how long the tries, at random, took
    assert rang == {"ApologiesGiven", "ProvidersThrottling", "WorkFailing"}


def test_an_answerer_that_answers_nothing_rings(day: Callable[..., Day]) -> None:
    empty = day(answerers=[StubAnswerer(lambda _: Pass("nothing found"))])
    empty.goes_on(65, every=5)
    assert empty.rang() == {"HandOffsGiven"}


REFUSALS = {
    "email": (refusal("SendEmail", "BadRequestException", "Domain contains illegal character"), {"EmailPartsFailed"}),
    "sms": (sms_refusal("ValidationException", "DESTINATION_PHONE_NUMBER_INVALID"), {"SmsPartsFailed"}),
    "whatsapp": (refusal("SendWhatsAppMessage", "ValidationException", "131047"), {"WhatsappPartsFailed"}),
}


@pytest.mark.parametrize("channel", sorted(REFUSALS))
def test_a_provider_that_refuses_rings_for_its_channel(day: Callable[..., Day], channel: str) -> None:
    error, expected = REFUSALS[channel]
    refused = day(line=LINES[channel]())
    refused.machine.line.failures = [error] * ALWAYS
    refused.goes_on(35)
    assert refused.machine.line.replies == []
    assert refused.rang() == expected


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("email", refusal("SendEmail", "MessageRejected", "Email address is not verified")),
        ("sms", refusal("SendTextMessage", "AccessDeniedException", "not authorised")),
    ],
)
def test_what_only_an_operator_can_mend_rings_while_it_is_tried_again(
    day: Callable[..., Day], channel: str, error: Exception
) -> None:
    rejected = day(line=LINES[channel]())
    rejected.machine.line.failures = [error] * ALWAYS
    rejected.goes_on(25, every=20)
    assert rejected.machine.line.replies == []
    assert rejected.rang() == {"WorkFailing"}


def test_a_bad_quarter_of_an_hour_of_a_provider_wakes_nobody(day: Callable[..., Day]) -> None:
    flaky = day(answerers=model(refusal("Converse", "ThrottlingException", "Too many tokens")))
    flaky.goes_on(35)
    assert flaky.rang() == set()


@pytest.mark.parametrize("pipe", ["Events", "Conversations"])
def test_a_pipe_that_fails_rings(day: Callable[..., Day], pipe: str) -> None:
    failing = day()
    for _ in range(20):
        failing.goes_on(1, every=0)
        failing.put("AWS/EventBridge/Pipes", "ExecutionFailed", 3, of=f"{pipe}Pipe")
    assert failing.rang() == {f"{pipe}PipeFailing"}


def test_a_pipe_that_is_stopped_tells_nothing_and_rings_by_the_turns_that_do_not_arrive(
    day: Callable[..., Day],
) -> None:
    stopped = day()
    stopped.pipe_works = False
    stopped.goes_on(65)
    assert stopped.rang() == {"ConversationsMissing"}


@pytest.mark.parametrize("stream", ["Events", "Conversations"])
def test_a_firehose_that_throttles_rings(day: Callable[..., Day], stream: str) -> None:
    throttled = day()
    throttled.put("AWS/Firehose", "ThrottledRecords", 400, of=f"{stream}Stream")
    throttled.goes_on(10)
    assert throttled.rang() == {f"{stream}Throttled"}


def test_a_table_that_throttles_rings_when_it_goes_on(day: Callable[..., Day]) -> None:
    throttled = day()
    throttled.put("AWS/DynamoDB", "WriteThrottleEvents", 5, of="GlobalSecondaryIndexName")
    throttled.goes_on(5)
    assert throttled.rang() == set()
    throttled.put("AWS/DynamoDB", "ReadThrottleEvents", 1)
    throttled.goes_on(10)
    assert throttled.rang() == {"TableThrottled"}


@pytest.mark.parametrize(
    ("metric", "rate", "expected"),
    [
        ("Reputation.BounceRate", 0.051, {"MailBouncing"}),
        ("Reputation.BounceRate", 0.049, set()),
        ("Reputation.ComplaintRate", 0.001, {"MailComplained"}),
        ("Reputation.ComplaintRate", 0.0009, set()),
    ],
)
def test_mail_rings_where_aws_begins_to_review_a_sender(
    day: Callable[..., Day], metric: str, rate: float, expected: set[str]
) -> None:
    sending = day()
    sending.put("AWS/SES", metric, rate, of="sources/EmailConfigurationSet")
    sending.goes_on(65)
    assert sending.rang() == expected


def test_documents_that_do_not_get_in_ring(day: Callable[..., Day]) -> None:
    uploaded = day()
    uploaded.put("Parley", "IngestionsFailed", 1, of="knowledge/KnowledgeBase")
    uploaded.goes_on(10)
    assert uploaded.rang() == {"IngestionFailing"}


def test_a_channel_that_falls_silent_rings_where_its_weeks_before_were_not(day: Callable[..., Day]) -> None:
    silent = day()
    for week in (1, 2, 3):
        for minutes in range(-60, 240, 10):
            at = silent.begun - timedelta(weeks=week) + timedelta(minutes=minutes)
            silent.metrics.put(at, "Parley", "MessagesIn", QUIET, 1)
    silent.goes_on(60)
    silent.goes_on(125, every=0)
    assert silent.alarms.ringing(silent.begun + timedelta(minutes=120)) == set(), "one quiet hour may be"
    assert silent.rang() == {"SmsSilent"}


def test_a_channel_that_has_always_been_quiet_does_not_ring(day: Callable[..., Day]) -> None:
    quiet = day()
    for week in (1, 2, 3):
        for hour in range(4):
            at: datetime = quiet.begun - timedelta(weeks=week) + timedelta(hours=hour)
            quiet.metrics.put(at, "Parley", "MessagesIn", QUIET, 0)
    quiet.goes_on(125, every=0)
    assert quiet.rang() == set()
