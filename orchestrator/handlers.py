"""The Lambda entry points: thin shells around the hub.

    ingress    SQS (standard), fed by the SNS topics of SMS, WhatsApp and SES: keeps messages, wakes conversations
    converse   SQS FIFO, batch size 1, a group for each conversation: carries one turn to its end
    sweep      EventBridge, every minute: wakes what was forgotten, ends what is too old

Importing this module opens nothing; the hub is made at the first invocation and kept. What fails is reported message by
message (ReportBatchItemFailures) and shown again after a time of our own: full jitter, at most a minute.
Sources: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html (partial batches; a FIFO queue
stops at the first failure), https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html (without raw delivery,
which is not used here, the body is the notification with its timestamp; message attributes are inside it).
"""

import functools
import os
from collections.abc import Callable
from typing import Any, TypeVar

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from orchestrator import bootstrap, defects
from orchestrator.backoff import full_jitter
from orchestrator.envelopes import opened
from orchestrator.errors import DefectError, EventError, NotYetError, ParleyError, SupersededError
from orchestrator.hub import Hub, Received
from orchestrator.model import Turn
from orchestrator.sections import given, read
from orchestrator.settings import Answering, Receiving
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


@metrics.log_metrics
def ingress(event: dict[str, Any], _context: object) -> Failures:
    """Keep every event of the batch. Only what could not be kept is reported as failed."""
    metrics.add_metric("Events", MetricUnit.Count, len(event["Records"]))
    settings, client = _receiving()
    failures = []
    for record in event["Records"]:
        try:
            for received in _guarded("receiving", functools.partial(_receive, record["body"])):
                _count(received)
        except ParleyError as error:
            failures.append(_report_failed(record, error, client, settings.deployed.inbound_url))
    return {"batchItemFailures": failures}


@metrics.log_metrics
def converse(event: dict[str, Any], _context: object) -> Failures:
    """Wake the conversations of the batch, one after the other: it has one, by the mapping's batch size."""
    metrics.add_metric("WakeUps", MetricUnit.Count, len(event["Records"]))
    settings, client = _answering()
    for number, record in enumerate(event["Records"]):
        try:
            turn = _converse(record)
        except ParleyError as error:
            failed = _report_failed(record, error, client, settings.deployed.wake_ups_url)
            rest = [{"itemIdentifier": later["messageId"]} for later in event["Records"][number + 1 :]]
            return {"batchItemFailures": [failed, *rest]}
        if turn:
            _count_turn(turn)
    return {"batchItemFailures": []}


@metrics.log_metrics
def sweep(_event: dict[str, Any], _context: object) -> None:
    """Wake or end what is overdue."""
    touched = _guarded("sweeping", lambda: _receiving_hub().sweep())
    metrics.add_metric("Overdue", MetricUnit.Count, touched)


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
    metrics.add_metric("Failed", MetricUnit.Count, 1)
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


def _count(received: Received) -> None:
    ids = [defects.hashed(each) for each in received.message_ids]
    log.info("received", extra={"outcome": received.outcome, "channel": received.channel, "ids": ids})
    metrics.add_metric(received.outcome.title(), MetricUnit.Count, 1)


def _count_turn(turn: Turn) -> None:
    source = turn.answer.source if turn.answer else "none"
    log.info("turn", extra={"turn_id": turn.turn_id, "conversation_id": turn.conversation_id, "source": source})
    metrics.add_metric(f"Answered_{source}", MetricUnit.Count, 1)
    if turn.answer:
        metrics.add_metric("AnswerLatency", MetricUnit.Milliseconds, turn.answer.latency_ms)
        metrics.add_metric("Tokens", MetricUnit.Count, turn.answer.input_tokens + turn.answer.output_tokens)
    sent = [part for part in turn.parts if part.state == "sent"]
    metrics.add_metric("Replies", MetricUnit.Count, len(sent))
    metrics.add_metric("Segments", MetricUnit.Count, sum(int(part.detail.get("segments", 0)) for part in sent))
    if sent and turn.finished_at:
        waited = turn.finished_at - turn.latest.occurred_at
        metrics.add_metric("ReplyLatency", MetricUnit.Milliseconds, max(0, round(waited.total_seconds() * 1000)))
