"""Whose row it is: as our own hub tells, and as nobody else can."""

import base64

import orjson
import pytest

from tests.golden.cases import ARRIVAL, FOLDER
from transformer.batch import Batch, InputRecord
from transformer.json_text import JsonObject
from transformer.pipeline import transform
from transformer.results import Rejected, as_event

SMS: JsonObject = {"originationNumber": "+14255550182", "destinationNumber": "+12065550100", "inboundMessageId": "in-1"}
CONSENT: JsonObject = {
    "parley": "consent",
    "consent": "opted_out",
    "channel": "sms",
    "our_address": "+12065550100",
    "their_address": "+14255550182",
}


def tenant(event: JsonObject) -> object:
    (result,) = transform(orjson.dumps(event), ARRIVAL)
    return result.values["tenant"]


def test_a_row_of_our_own_hub_is_the_tenants_that_it_names() -> None:
    assert tenant({**CONSENT, "tenant": "lamps"}) == "lamps"


@pytest.mark.parametrize("told", [{}, {"tenant": ""}, {"tenant": None}, {"tenant": 7}, {"tenant": ["lamps"]}])
def test_a_row_whose_event_names_no_tenant_is_the_default_ones(told: JsonObject) -> None:
    assert tenant({**CONSENT, **told}) == "default"


def test_an_event_that_is_not_our_hubs_cannot_name_a_tenant() -> None:
    assert tenant({**SMS, "tenant": "lamps"}) == "default"


@pytest.mark.parametrize("stage", ["expand", "render"])
def test_what_is_rejected_of_our_own_hub_stays_its_tenants(stage: str) -> None:
    turn: JsonObject = {"messages": [{}]} if stage == "render" else {}
    (result,) = transform(orjson.dumps({"parley": "turn", "tenant": "lamps", "turn": turn}), ARRIVAL)
    assert isinstance(result, Rejected)
    assert (result.stage, result.tenant) == (stage, "lamps")


def test_a_rejection_that_travels_among_rows_gives_its_tenant_again() -> None:
    (result,) = transform(orjson.dumps({"parley": "turn", "tenant": "lamps"}), ARRIVAL)
    assert isinstance(result, Rejected)
    row = as_event(result)
    assert row["tenant"] == "lamps"
    (again,) = transform(str(row["raw_event"]).encode(), ARRIVAL)
    assert again.values["tenant"] == "lamps"


def test_a_row_on_the_wrong_stream_is_kept_for_its_tenant() -> None:
    turn = (FOLDER / "turn_of_a_tenant" / "input.json").read_bytes()
    record: InputRecord = {"recordId": "1", "data": base64.b64encode(turn + orjson.dumps(SMS)).decode()}
    (answer,) = Batch("", table="events").answer([record])["records"]
    rows = [orjson.loads(line) for line in base64.b64decode(answer["data"]).splitlines()]
    assert [(row["type"], row["tenant"]) for row in rows[:-1]] == [("rejected", "lamps")] * 2
