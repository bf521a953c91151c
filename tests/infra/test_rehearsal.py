"""One SMS, one WhatsApp message, one mail, one bounce, one receipt and one registration become rows, by the links
of the synthesised templates; without any one of these links something is missing.

Emulated are the hops that tests/infra/rehearsal/hops.py names; what moto itself makes is asked for at each service.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from tests.fakes.models import FakeModels, said
from tests.infra.permissions.recording import Recorder, recording
from tests.infra.permissions.situations.situation import providers
from tests.infra.rehearsal.account import MADE
from tests.infra.rehearsal.rehearsal import Rehearsal
from tests.infra.rehearsal.values import REGION
from tests.infra.synthesis import Template, synthesised
from tests.kit import Clock, sms_event
from tests.lines import WhatsAppLine
from tests.unit.email_kit import HEAD, OURS

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parents[1] / "golden"
CONTEXT = {
    "settings.answerers": "language_model",
    "hub.sms_numbers": "phone-0123456789abcdef0123456789abcdef",
    "hub.mail_recipients": OURS,
    "sources.whatsapp": "true",
    "sources.whatsapp_accounts": "waba-0123456789abcdef0123456789abcdef",
    "watch.deployed": "false",
}
# Resources that nothing refers to and that carry events: without one, the template could still be deployed.
LINKS = (
    "AWS::Events::Rule",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Pipes::Pipe",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "Custom::ParleyPhoneNumbers",
    "Custom::ParleyReceiptRule",
    "Custom::ParleyWhatsAppAccounts",
)
ANSWER = "We open at nine."


@cache
def templates() -> dict[str, Template]:
    return synthesised(CONTEXT)


def _links(kind: str) -> Iterator[tuple[str, str]]:
    """Of the policies those that let someone in; dead letters' own are left out, as nothing fails here."""
    for stack, template in templates().items():
        for name, resource in template["Resources"].items():
            is_closed = "PolicyDocument" in resource["Properties"] and '"Allow"' not in json.dumps(resource)
            if resource["Type"] == kind and "DeadLetters" not in name and not is_closed:
                yield stack, name


def _without(stack: str, name: str) -> dict[str, Template]:
    """A rule is switched off, as its queue of dead letters refers to it; everything else is taken out."""
    broken = copy.deepcopy(templates())
    resources = broken[stack]["Resources"]
    if resources[name]["Type"] == "AWS::Events::Rule":
        resources[name]["Properties"]["State"] = "DISABLED"
    else:
        del resources[name]
    return broken


@contextmanager
def rehearsed(stacks: Mapping[str, Template]) -> Iterator[Rehearsal]:
    recorder = Recorder({**providers(), "bedrock-runtime": FakeModels(*[said(ANSWER)] * 3)})
    with pytest.MonkeyPatch.context() as patch, recording(recorder), mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        yield Rehearsal(stacks, Clock())


def play(rehearsal: Rehearsal) -> None:
    """Everything happens once."""
    at = Clock()()
    rehearsal.sms(sms_event("Written by SMS", "sms-1", "+14255550101", at))
    rehearsal.whatsapp(WhatsAppLine().event("Written by WhatsApp", "wamid.1", WhatsAppLine().person(1), at))
    told = json.loads((GOLDEN.parent / "events/email_in_s3.json").read_bytes())
    rehearsal.mail(HEAD + b"\r\nWritten by mail\r\n", told)
    bounce = json.loads((GOLDEN / "ses_bounce/input.json").read_bytes())
    rehearsal.of_sent_mail(bounce, "bounce")
    rehearsal.of_sent_sms((GOLDEN / "sms_event_delivered/input.json").read_bytes())
    rehearsal.bridged((GOLDEN / "registration_submitted/input.json").read_bytes())
    rehearsal.settle()


def arrived(rehearsal: Rehearsal) -> set[str]:
    """What of it lies in the lake."""
    conversations, events = rehearsal.rows("conversations"), rehearsal.rows("events")
    said_so = [row for row in conversations if row["message"].startswith(("Written by", ANSWER))]
    turns = {f"{row['channel']}: {row['direction']}" for row in said_so}
    return turns | {f"{row['channel']}: {row['source']} {row['status']}" for row in events}


CONVERSATIONS = {f"{channel}: {way}" for channel in ("text", "whatsapp", "email") for way in ("inbound", "outbound")}
EVENTS = {
    *("email: ses_event Bounce", "text: sms_event TEXT_DELIVERED", ": registration SUBMITTED"),
    *("text: sms_inbound received", "whatsapp: whatsapp_message text", "email: ses_inbound received"),
}


def test_what_moto_knows_of_is_really_made() -> None:
    with rehearsed(templates()) as rehearsal:
        made = rehearsal.account.made()
    for kind in MADE:
        declared = [
            name
            for stack in ("lake", "sources", "hub")
            for name, resource in templates()[stack]["Resources"].items()
            if resource["Type"] == kind
        ]
        assert len(made[kind]) == len(declared) > 0, kind


def test_each_event_reaches_the_lake_as_rows() -> None:
    with rehearsed(templates()) as rehearsal:
        play(rehearsal)
        found = arrived(rehearsal)
    assert found == CONVERSATIONS | EVENTS


@pytest.mark.parametrize("kind", LINKS)
def test_without_a_link_something_is_missing(kind: str) -> None:
    links = list(_links(kind))
    assert links
    for stack, name in links:
        with rehearsed(_without(stack, name)) as rehearsal:
            play(rehearsal)
            assert arrived(rehearsal) < CONVERSATIONS | EVENTS, f"{stack}/{name}"
