"""From a record's bytes to the events in it, out of every transport envelope.

A record is one JSON document or several in a row: Firehose joins nothing, but producers do. A document is an event, an
envelope around events, or an envelope around envelopes:

    SNS          {"Type": "Notification", "TopicArn": "arn:aws:sns:…", "Message": "…", "Timestamp": "…Z"}
                 https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
    SNS, Lambda  {"Records": [{"EventSource": "aws:sns", "Sns": {…as above…}}]}
                 https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
    SQS          {"Records": [{"eventSource": "aws:sqs", "body": "…", "attributes": {"SentTimestamp": "1545…"}}]}
                 https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    SES, Lambda  {"Records": [{"eventSource": "aws:ses", "ses": {"mail": {…}, "receipt": {…}}}]}
                 https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-lambda-event.html
    EventBridge  {"detail-type": "…", "source": "aws.sms-voice", "account": "…", "time": "…Z", "detail": {…}}
                 https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
    DynamoDB     {"eventName": "INSERT", "dynamodb": {"NewImage": {"record": {"S": "…"}}}}, alone or in Records: what
                 the stream of Parley's own table tells. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
    Firehose     {"records": [{"recordId": "…", "data": "<base64>"}]}
                 https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
    Kinesis      {"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": "<base64>"}}]}
                 https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
    base64       a record encoded once more than it need be: the AWS CLI does that to what is base64 already
    a part       {"parley": "part", "envelope": {…}, "event": {…}}: how one part of an event is kept when it is rejected
    a rejection  {"parley": "rejected", "stage": "…", "reason": "…", "original": "<base64>"}: the hub could not parse it
"""

import base64
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from transformer.json_text import Json, JsonError, JsonObject, parse_documents, parse_json, to_json_text
from transformer.moments import NoTimeError, to_epoch_ms
from transformer.tenants import DEFAULT, tenant_of

Context: TypeAlias = JsonObject  # what envelopes tell: account_id, occurred_at (epoch ms), detail_type, source

# More layers than any service wraps; what claims more is taken as an event.
_MAX_LAYERS = 8
# Every envelope has one of these fields; a quick look spares most events a closer one.
_MARKS = frozenset(["Type", "Records", "records", "detail-type", "dynamodb", "parley"])


class Event(Struct, frozen=True, gc=False):
    """What a provider delivered, in its own shape, and what its envelopes said about it.

    A document that is no object (a text, an array) is {"content": the document}.
    """

    body: JsonObject
    context: Context


class Refused(NamedTuple):
    """Bytes that hold no event: no JSON at all, or what the hub has already rejected, with its stage and reason."""

    stage: str
    reason: str
    original: bytes
    tenant: str = DEFAULT


def events_of(record: bytes, context: Context) -> list[Event | Refused]:
    """Every event of a record, in order, then what could not be decoded."""
    try:
        documents, trouble = parse_documents(record), None
    except JsonError as error:
        documents, trouble = _in_base64(record), None
        if not documents:
            documents, trouble = error.before, Refused("unwrap", str(error), error.rest)
    found: list[Event | Refused] = []
    for document in documents:
        _unwrap(document, context, _MAX_LAYERS, found)
    return [*found, trouble] if trouble else found


def wrapped(body: JsonObject, context: Context) -> bytes:
    """One event with what its envelopes told, as a record that gives the same event again."""
    return to_json_text({"parley": "part", "envelope": context, "event": body}).encode()


def _unwrap(document: Json, context: Context, layers: int, found: list[Event | Refused]) -> None:
    """Finds the events of a document; the document itself where it is no envelope."""
    body: JsonObject = document if isinstance(document, dict) else {"content": document}
    inner = _open(body, context) if layers and not body.keys().isdisjoint(_MARKS) else ()
    if not inner:
        found.append(("parley" in body and _refused(body)) or Event(body, context))
    for content, told in inner:
        _unwrap(content, told, layers - 1, found)


def _refused(document: JsonObject) -> Refused | None:
    """The hub's own rejection; None where the document is not one, or keeps no bytes."""
    match document:
        case {"parley": "rejected", "stage": str(stage), "reason": str(reason), "original": str(original)}:
            try:
                return Refused(stage, reason, base64.b64decode(original, validate=True), tenant_of(document))
            except ValueError:
                return None
    return None


def _open(document: JsonObject, context: Context) -> list[tuple[Json, Context]]:
    """What one envelope holds and tells; nothing where the document is no envelope."""
    match document:
        case {"Type": "Notification", "Message": str(message)}:
            told = {"account_id": account_of(document.get("TopicArn")), "occurred_at": document.get("Timestamp")}
            return [(_json_or_text(message), _learn(context, told))]
        case {"Records": list(records)} | {"records": list(records)}:
            return [
                opened for record in records if isinstance(record, dict) for opened in _open_record(record, context)
            ]
        case {"detail-type": str(kind), "source": str(source), "detail": dict(detail)}:
            told = {"account_id": document.get("account"), "occurred_at": document.get("time")}
            return [(detail, _learn(context, {**told, "detail_type": kind, "source": source}))]
        case {"parley": "part", "envelope": dict(told), "event": event}:
            return [(event, _learn(context, told))]
        case {"dynamodb": dict()}:
            return _open_record(document, context)
    return []


def _open_record(record: JsonObject, context: Context) -> list[tuple[Json, Context]]:
    match record:
        case {"EventSource": "aws:sns", "Sns": dict(notification)}:
            return [(notification, context)]
        case {"eventSource": "aws:sqs", "body": str(body)}:
            attributes = record.get("attributes")
            sent = attributes.get("SentTimestamp") if isinstance(attributes, dict) else None
            return [(_json_or_text(body), _learn(context, {"occurred_at": sent}))]
        case {"eventSource": "aws:ses", "ses": dict(mail)}:
            return [(mail, context)]
        case {"dynamodb": {"NewImage": {"record": {"S": str(body)}}}}:
            return [(_json_or_text(body), context)]
        case {"recordId": str(), "data": str(data)} | {"kinesis": {"data": str(data)}}:
            return [(document, context) for document in _in_base64(data.encode()) or [record]]
    return [(record, context)]


def _in_base64(text: bytes) -> list[Json]:
    """The documents that a text holds in base64; nothing where it holds none."""
    try:
        return parse_documents(base64.b64decode(text.strip(), validate=True))
    except ValueError:  # no base64, or no JSON in it
        return []


def _json_or_text(text: str) -> Json:
    """A message need not be JSON: then it is an event that is a text."""
    try:
        return parse_json(text)
    except JsonError:
        return text


def _learn(context: Context, told: Context) -> Context:
    """What an inner envelope tells goes before what an outer one told; a time that is no time is not learned."""
    learned = context | {name: value for name, value in told.items() if value}
    try:
        learned["occurred_at"] = to_epoch_ms(learned["occurred_at"])
    except NoTimeError:
        learned["occurred_at"] = context["occurred_at"]
    return learned


def account_of(arn: Json) -> str:
    """The account of an ARN; "" where it names none. arn:aws:sns:eu-west-1:111122223333:topic"""
    fields = arn.split(":", 5) if isinstance(arn, str) else []
    return fields[4] if len(fields) == 6 and fields[4].isdigit() else ""
