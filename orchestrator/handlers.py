"""The Lambda entry points: thin shells around the hub.

    ingress    SQS (standard), fed by the SNS topics of SMS, WhatsApp and SES: keeps messages, wakes conversations
    converse   SQS FIFO, batch size 1, a group for each conversation: carries one turn to its end
    send       SQS (standard), batch size 1: does what is to be done with one send now
    progress   SQS (standard), fed by the topics on which providers tell what became of messages: takes what is of sends
    sweep      EventBridge, every minute: wakes what was forgotten, ends what is too old; sweep_sends likewise

Importing this module opens nothing; the hub is made at the first invocation and kept. What fails is reported message by
message (ReportBatchItemFailures) and shown again after a time of our own: full jitter, at most a minute.
Sources: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html (partial batches; a FIFO queue
stops at the first failure), https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html (without raw delivery,
which is not used here, the body is the notification with its timestamp; message attributes are inside it).
"""

import functools
import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from orchestrator import bootstrap, defects
from orchestrator.backoff import full_jitter
from orchestrator.channels.channel import Reporter
from orchestrator.envelopes import opened
from orchestrator.errors import DefectError, EventError, NotYetError, ParleyError, SupersededError, ThrottledError
from orchestrator.hub import Hub, Received
from orchestrator.model import Progress, Turn
from orchestrator.sections import given, read
from orchestrator.sending.dispatcher import Dispatcher
from orchestrator.settings import Answering, Receiving, Sending
from orchestrator.stores.sqs import show_again_in

log = Logger(service="parley")
metrics = Metrics(namespace="Parley", service="parley")

T = TypeVar("T")
Failures = dict[str, list[dict[str, str]]]
SUPERSEDED_S = 1.0  # how long the worker that was first may need


@functools.cache
def _receiving() -> tuple[Receiving, bootstrap.Client]:
    return read(Receiving, given(os.environ)), bootstrap.clients()


@functools.cache
def _receiving_hub() -> Hub:
    """Of ingress and sweep, which ask nobody."""
    return bootstrap.deployed(*_receiving())


@functools.cache
def _answering() -> tuple[Answering, bootstrap.Client]:
    settings = read(Answering, given(os.environ))
    return settings, bootstrap.clients(settings.answering.answer_timeout_s)


@functools.cache
def _answering_hub() -> Hub:
    settings, client = _answering()
    return bootstrap.deployed(settings, client, bootstrap.answerers(settings, client))


@functools.cache
def _sending() -> tuple[Sending, bootstrap.Client]:
    return read(Sending, given(os.environ)), bootstrap.clients()


@functools.cache
def _dispatcher() -> Dispatcher:
    return bootstrap.sending(*_sending())


@functools.cache
def _reporters() -> Sequence[Reporter]:
    return bootstrap.channels(*_sending())


@metrics.log_metrics
def ingress(event: dict[str, Any], _context: object) -> Failures:
    """Keep every event of the batch. Only what could not be kept is reported as failed."""
    settings, client = _receiving()
    metrics.add_dimension("stage", settings.deployed.stage)
    metrics.add_metric("Events", MetricUnit.Count, len(event["Records"]))
    failures = []
    for record in event["Records"]:
        try:
            for received in _guarded("receiving", functools.partial(_receive, record["body"])):
                _count(received, settings.deployed.stage)
            metrics.add_metric("Failed", MetricUnit.Count, 0)
        except ParleyError as error:
            failures.append(_report_failed(record, error, client, settings.deployed.inbound_url))
    return {"batchItemFailures": failures}


@metrics.log_metrics
def converse(event: dict[str, Any], _context: object) -> Failures:
    """Wake the conversations of the batch, one after the other: it has one, by the mapping's batch size."""
    settings, client = _answering()
    metrics.add_dimension("stage", settings.deployed.stage)
    metrics.add_metric("WakeUps", MetricUnit.Count, len(event["Records"]))
    for number, record in enumerate(event["Records"]):
        try:
            turn = _converse(record)
        except ParleyError as error:
            failed = _report_failed(record, error, client, settings.deployed.wake_ups_url)
            rest = [{"itemIdentifier": later["messageId"]} for later in event["Records"][number + 1 :]]
            return {"batchItemFailures": [failed, *rest]}
        metrics.add_metric("Failed", MetricUnit.Count, 0)
        if turn:
            _count_turn(turn, settings.deployed.stage)
    return {"batchItemFailures": []}


@metrics.log_metrics
def send(event: dict[str, Any], _context: object) -> Failures:
    """Do what is to be done with the sends of the batch now."""
    settings, client = _sending()
    metrics.add_dimension("stage", settings.deployed.stage)
    metrics.add_metric("SendWakeUps", MetricUnit.Count, len(event["Records"]))
    failures = []
    for record in event["Records"]:
        last = _receives(record) >= settings.sending.send_max_receives
        dispatch = functools.partial(_dispatcher().dispatch, record["body"], last_receive=last)
        try:
            carried = _guarded("carrying a send", dispatch)
        except ParleyError as error:
            failures.append(_report_failed(record, error, client, settings.deployed.sends_url))
        else:
            if carried and carried.is_over:
                metrics.add_metric(f"Send_{carried.status}", MetricUnit.Count, 1)
    return {"batchItemFailures": failures}


@metrics.log_metrics
def progress(event: dict[str, Any], _context: object) -> Failures:
    """Take what providers tell of sends. An event that is none of them is left to the lake."""
    settings, client = _sending()
    metrics.add_dimension("stage", settings.deployed.stage)
    failures = []
    for record in event["Records"]:
        try:
            told = _guarded("taking progress", functools.partial(_tell, record["body"]))
        except ParleyError as error:
            failures.append(_report_failed(record, error, client, settings.deployed.progress_url))
        else:
            metrics.add_metric("Progress", MetricUnit.Count, told)
    return {"batchItemFailures": failures}


@metrics.log_metrics
def sweep(_event: dict[str, Any], _context: object) -> None:
    """Wake or end what is overdue. Every minute says of every channel that nothing came, for silence has no events."""
    stage = _receiving()[0].deployed.stage
    metrics.add_dimension("stage", stage)
    touched = _guarded("sweeping", lambda: _receiving_hub().sweep(on_end=lambda turn: _count_turn(turn, stage)))
    metrics.add_metric("Overdue", MetricUnit.Count, touched)
    for channel in _receiving_hub().channels:
        _count_of(stage, "MessagesIn", [0], channel=channel.name)


@metrics.log_metrics
def sweep_sends(_event: dict[str, Any], _context: object) -> None:
    """Wake the sends that are overdue: whose wait was longer than a message's can be, or whose wake-up was lost."""
    metrics.add_dimension("stage", _sending()[0].deployed.stage)
    metrics.add_metric("OverdueSends", MetricUnit.Count, _guarded("sweeping sends", lambda: _dispatcher().sweep()))


def _tell(body: str) -> int:
    return sum(_dispatcher().tell(each) for each in _progress_in(body, _reporters()))


def _progress_in(body: str, reporters: Sequence[Reporter]) -> list[Progress]:
    """What an event says, whatever channel it is of. One that nobody can read is the lake's to reject."""
    try:
        return [
            each
            for delivered in opened(body.encode("utf-8", "replace"), bootstrap.now())
            for reporter in reporters
            for each in reporter.progress(delivered)
        ]
    except EventError as error:
        log.warning("an event says nothing of sends: %s", error)
        return []


def _converse(record: dict[str, Any]) -> Turn | None:
    """The conversation's turn, to its end. On the last receive a defect ends in an apology too."""
    key, last = record["body"], _receives(record) >= _answering()[0].turns.max_receives
    try:
        return _guarded("carrying a turn", lambda: _answering_hub().converse(key, last_receive=last))
    except DefectError:
        if not last:
            raise
        return _guarded("giving up", lambda: _answering_hub().converse(key, last_receive=True, giving_up=True))


def _guarded(doing: str, call: Callable[[], T]) -> T:
    """The outermost call of a worker: what nobody promised is counted, and comes out as an error of ours."""
    with defects.watched() as met:
        try:
            with defects.translated(doing):
                return call()
        finally:
            if met:
                metrics.add_metric("Defects", MetricUnit.Count, len(met))


def _receive(body: str) -> list[Received]:
    original = body.encode("utf-8", "replace")
    try:
        return [_receiving_hub().receive(delivered) for delivered in opened(original, bootstrap.now())]
    except EventError as error:
        return [_receiving_hub().reject(original, error)]


def _report_failed(record: dict[str, Any], error: ParleyError, client: bootstrap.Client, url: str) -> dict[str, str]:
    """Report the message as failed, to be shown again when it makes sense."""
    log.warning("%s failed: %s", record["messageId"], type(error).__name__, extra={"reason": error.logged})
    _count_failed(error)
    try:
        show_again_in(client("sqs"), url, record["receiptHandle"], _delay_s(record, error))
    except ParleyError as later:
        log.warning("the queue's own visibility timeout applies: %s", later.logged)
    return {"itemIdentifier": record["messageId"]}


def _delay_s(record: dict[str, Any], error: ParleyError) -> float:
    if isinstance(error, NotYetError):
        return error.delay_s
    return SUPERSEDED_S if isinstance(error, SupersededError) else full_jitter(_receives(record))


def _receives(record: dict[str, Any]) -> int:
    return int(record["attributes"]["ApproximateReceiveCount"])


def _count_failed(error: ParleyError) -> None:
    """Whoever comes back at another moment, or finds that another worker goes on, has not failed."""
    metrics.add_metric("Failed", MetricUnit.Count, not isinstance(error, (NotYetError, SupersededError)))
    if isinstance(error, ThrottledError):
        metrics.add_metric("Throttled", MetricUnit.Count, 1)


def _count(received: Received, stage: str) -> None:
    ids = [defects.hashed(each) for each in received.message_ids]
    log.info("received", extra={"outcome": received.outcome, "channel": received.channel, "ids": ids})
    metrics.add_metric(received.outcome.title(), MetricUnit.Count, 1)
    if received.to_answer:
        _count_of(stage, "MessagesIn", [len(received.to_answer)], channel=received.channel)


def _count_turn(turn: Turn, stage: str) -> None:
    """Apologies and hand-offs are counted as 0 or 1, so that their average is their share of the turns."""
    source = turn.answer.source if turn.answer else "none"
    log.info("turn", extra={"turn_id": turn.turn_id, "conversation_id": turn.conversation_id, "source": source})
    metrics.add_metric(f"Answered_{source}", MetricUnit.Count, 1)
    metrics.add_metric("Apologies", MetricUnit.Count, source == "apology")
    metrics.add_metric("HandOffs", MetricUnit.Count, source == "handoff")
    if turn.answer:
        metrics.add_metric("AnswerLatency", MetricUnit.Milliseconds, turn.answer.latency_ms)
        metrics.add_metric("Tokens", MetricUnit.Count, turn.answer.input_tokens + turn.answer.output_tokens)
    sent = [part for part in turn.parts if part.state == "sent"]
    metrics.add_metric("Replies", MetricUnit.Count, len(sent))
    metrics.add_metric("Segments", MetricUnit.Count, sum(int(part.detail.get("segments", 0)) for part in sent))
    if sent and turn.finished_at:
        waited = turn.finished_at - turn.latest.occurred_at
        metrics.add_metric("ReplyLatency", MetricUnit.Milliseconds, max(0, round(waited.total_seconds() * 1000)))
    _count_parts(turn, stage)


def _count_parts(turn: Turn, stage: str) -> None:
    """0 for each part that went out, 1 for each that could not, so that the average is the share that fails.

    Whom a provider sends nothing because they opted out there is as they want it: counted by reason only.
    """
    channel = turn.latest.channel
    ended = [part for part in turn.parts if part.state in ("sent", "failed")]
    failed = [part.state == "failed" and part.failure != "opted_out" for part in ended]
    if failed:
        _count_of(stage, "PartsFailed", failed, channel=channel)
    for part in ended:
        if part.state == "failed":
            _count_of(stage, "PartsFailed", [1], channel=channel, reason=part.failure or "unknown")


def _count_of(stage: str, name: str, values: Sequence[int], **dimensions: str) -> None:
    """Values of a metric with more dimensions than the rest: a line of its own."""
    counted = EphemeralMetrics(namespace="Parley", service="parley")
    for dimension, value in {"stage": stage, **dimensions}.items():
        counted.add_dimension(dimension, value)
    for each in values:
        counted.add_metric(name, MetricUnit.Count, each)
    counted.flush_metrics()
