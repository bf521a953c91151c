"""Nothing personal is left in any column of a row, its JSON stays JSON, and joins still work."""

import base64
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit import NOON
from transformer import handler as functions
from transformer.batch import Batch, InputRecord
from transformer.pipeline import transform
from transformer.redaction.configured import from_environment
from transformer.redaction.places import DEEPEST, TOO_DEEP
from transformer.redaction.pseudonyms import Pseudonyms
from transformer.redaction.redactor import Redactor
from transformer.results import Rejected, Row
from transformer.schema import TABLES, Values

PERSON, MAIL, CARD, WAMID = "+14255550101", "zoe@person.example", "4111 1111 1111 1111", "wamid.HBgLMTQyNTU1NTAxMDE="
WORDS = f"I am at {MAIL} or (425) 555-0142, my card is {CARD}"
KEY = Pseudonyms(b"a key for tests, long")

SMS = {
    "originationNumber": PERSON,
    "destinationNumber": "+12065550100",
    "messageKeyword": "KEYWORD_1",
    "messageBody": WORDS,
    "inboundMessageId": "cae173d2-66b9-564c-8309-21f858e9fb84",
}
WHATSAPP = {
    "whatsAppWebhookEntry": json.dumps(
        {
            "id": "365731266123456",
            "changes": [
                {
                    "field": "messages",
                    "value": {
                        "metadata": {"display_phone_number": "12065550100", "phone_number_id": "4111111111111111"},
                        "contacts": [{"profile": {"name": "Zoe"}, "wa_id": "14255550101"}],
                        "messages": [
                            {
                                "from": "14255550101",
                                "id": WAMID,
                                "timestamp": "1772360401",
                                "type": "text",
                                "text": {"body": WORDS},
                            }
                        ],
                    },
                }
            ],
        }
    )
}
BOUNCE = {
    "eventType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bouncedRecipients": [
            {"emailAddress": MAIL, "diagnosticCode": f"smtp; 550 5.1.1 <{MAIL}>: user unknown"},
        ],
        "timestamp": "2026-03-01T10:21:00Z",
    },
    "mail": {
        "timestamp": "2026-03-01T10:20:00Z",
        "messageId": "0102018f00000001-7a1c4f0e-000000",
        "source": "Shop <help@shop.example>",
        "sourceArn": "arn:aws:ses:eu-west-1:444455556666:identity/shop.example",
        "destination": [MAIL],
        "headers": [{"name": "To", "value": f"Zoe Smith <{MAIL}>"}],
    },
}
TURN = {
    "parley": "turn",
    "channel": "sms",
    "turn": {
        "turn_id": "0" * 32,
        "conversation_id": "sms-" + "0" * 32 + "-0",
        "messages": [
            {
                "message_id": "in-1",
                "our_address": "+12065550100",
                "their_address": PERSON,
                "text": WORDS,
                "occurred_at": "2026-03-01T10:20:00Z",
            }
        ],
        "answer": {"text": "Call +1 206 555 0100", "source": "documents"},
        "finished_at": "2026-03-01T10:20:07Z",
    },
}


def rows(event: object, redactor: Redactor) -> list[Values]:
    (results,) = redactor([(record := orjson.dumps(event), transform(record, NOON))])
    assert all(isinstance(result, Row) for result in results)
    for result in results:
        TABLES[result.table].check(result.values)
    return [result.values for result in results]


def shown(values: Values) -> str:
    return orjson.dumps(values).decode()


@pytest.mark.parametrize("event", [SMS, WHATSAPP, TURN], ids=["sms", "whatsapp", "turn"])
def test_words_lose_what_is_personal_in_their_column_and_in_the_raw_event_alike(event: object) -> None:
    for values in rows(event, Redactor()):
        assert not [each for each in (MAIL, CARD, "555-0142") if each in shown(values)]


@pytest.mark.parametrize("event", [SMS, WHATSAPP, BOUNCE, TURN], ids=["sms", "whatsapp", "bounce", "turn"])
def test_with_a_key_no_address_is_left_anywhere(event: object) -> None:
    for values in rows(event, Redactor(pseudonyms=KEY)):
        assert not [each for each in (PERSON[1:], MAIL, WAMID, "12065550100", "help@") if each in shown(values)]


def test_without_a_key_the_columns_for_addresses_keep_them_and_the_raw_event_does_not() -> None:
    (values,) = rows(SMS, Redactor())
    assert values["sending_address"] == PERSON
    assert PERSON not in str(values["raw_event"])


def test_one_person_is_one_pseudonym_on_every_channel_in_columns_and_raw_events() -> None:
    redactor = Redactor(pseudonyms=KEY)
    (sms,), (whatsapp,), turn = rows(SMS, redactor), rows(WHATSAPP, redactor), rows(TURN, redactor)
    pseudonym = sms["sending_address"]
    assert whatsapp["destination_address"] == [pseudonym]
    assert [turn[0]["sending_address"], turn[1]["destination_address"]] == [pseudonym] * 2
    message = json.loads(str(whatsapp["raw_event"]))["changes"][0]["value"]["messages"][0]
    assert message["from"] == pseudonym
    assert message["id"] == whatsapp["message_id"] != WAMID


def test_a_raw_event_keeps_its_structure_its_ids_and_its_times() -> None:
    (before,) = transform(orjson.dumps(WHATSAPP), NOON)
    (after,) = rows(WHATSAPP, Redactor())
    raw = json.loads(str(after["raw_event"]))
    assert shape(raw) == shape(json.loads(str(before.values["raw_event"])))
    message = raw["changes"][0]["value"]["messages"][0]
    assert (message["id"], message["timestamp"], message["from"]) == (WAMID, "1772360401", "[PHONE]")


def shape(value: Any) -> object:
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value)


def test_a_name_beside_a_mail_address_goes_with_it_and_an_answer_of_smtp_keeps_its_sense() -> None:
    (values,) = rows(BOUNCE, Redactor())
    assert "Zoe Smith" not in str(values["raw_event"])
    assert "smtp; 550 5.1.1 <[EMAIL]>: user unknown" in str(values["raw_event"])
    assert values["sending_id"] == BOUNCE["mail"]["sourceArn"]  # type: ignore[index]


def test_our_own_public_addresses_are_shown() -> None:
    redactor = Redactor(pseudonyms=KEY, keep=["+12065550100"])
    _, answer = rows(TURN, redactor)
    assert answer["message"] == "Call +1 206 555 0100"
    assert answer["sending_address"] == "+12065550100"
    assert answer["destination_address"] == KEY.of(PERSON)


def test_rows_with_words_say_who_has_read_them_and_others_do_not() -> None:
    assert rows(SMS, Redactor())[0]["tags"] == {"redaction": "patterns"}
    assert rows(BOUNCE, Redactor())[0]["tags"] == {}


def test_json_within_strings_numbers_and_names_of_fields_are_redacted_too() -> None:
    event = {
        "odd": json.dumps({"form": {MAIL: 1}}),
        "from": 14255550101,
        MAIL: "x",
        "[EMAIL]": "y",
        "count": 14255550101,
        "deep": nested(DEEPEST + 5),
    }
    (values,) = rows(event, Redactor())
    raw = json.loads(str(values["raw_event"]))
    assert json.loads(raw["odd"]) == {"form": {"[EMAIL]": 1}}
    assert (raw["from"], raw["[EMAIL]"], raw["[EMAIL]'"], raw["count"]) == ("[PHONE]", "x", "y", 14255550101)
    assert TOO_DEEP in str(values["raw_event"])
    assert MAIL not in shown(values)


def nested(depth: int) -> object:
    value: object = MAIL
    for _ in range(depth):
        value = [value]
    return value


def test_the_ids_of_rows_do_not_change() -> None:
    before = [result.values["event_id"] for result in transform(orjson.dumps(TURN), NOON)]
    assert [values["event_id"] for values in rows(TURN, Redactor(pseudonyms=KEY))] == before


def test_a_rejected_row_keeps_its_original_so_that_it_can_be_replayed() -> None:
    (results,) = Redactor()([(b"", transform(b'{"from": "+14255550101"', NOON))])
    (rejected,) = results
    assert isinstance(rejected, Rejected)
    assert rejected.original == b'{"from": "+14255550101"'


def a_text_message(words: str) -> bytes:
    return orjson.dumps({**SMS, "messageBody": words})


def test_a_record_that_would_take_the_time_of_its_batch_is_set_aside_alone() -> None:
    records = [a_text_message("hello"), a_text_message("1/2/" * 100_000), a_text_message("call +1 425 555 0101")]
    good, aside, other = Redactor()([(record, transform(record, NOON)) for record in records])
    (rejected,) = aside
    assert isinstance(rejected, Rejected)
    assert (rejected.stage, rejected.reason) == ("redact", "more than 50,000 digits to look for numbers in")
    assert rejected.original == records[1]  # it can be replayed
    assert [type(result) for result in (*good, *other)] == [Row, Row]


def test_many_addresses_in_the_names_of_fields_cost_time_in_proportion() -> None:
    names = map("".join, itertools.islice(itertools.product("abcdefghijk", repeat=5), 20_000))
    event = {"eventType": "x", "fields": {f"{name}@mail.example": "x" for name in names}}
    began = time.process_time()
    (values,) = rows(event, Redactor())
    assert time.process_time() - began < 5  # 20,000² / 2 comparisons took a minute and a gigabyte
    assert len(json.loads(str(values["raw_event"]))["fields"]) == 20_000


def test_real_events_stay_whole_and_lose_their_persons() -> None:
    redactor = Redactor(pseudonyms=KEY)
    for path in sorted(Path("tests/golden").glob("*/input.json")):
        made = transform(path.read_bytes(), NOON)
        (results,) = redactor([(b"", made)])
        for before, after in zip(made, results, strict=True):
            if isinstance(after, Rejected):
                continue
            TABLES[after.table].check(after.values)
            assert after.values["event_id"] == before.values["event_id"]
            assert "person@mail.example" not in shown(after.values)
            assert "4255550182" not in shown(after.values)
            json.loads(str(after.values.get("raw_event", "{}")))


_TEXTS = st.sampled_from([PERSON, MAIL, CARD, WAMID, WORDS, "{", '{"a": "+14255550101"}', "", "x"]) | st.text(
    max_size=8
)
_NAMES = st.sampled_from(
    ["from", "text", "id", "note", "name", "Message", "Type", "mail", "eventType", MAIL]
) | st.text(max_size=3)
_EVENTS = st.dictionaries(
    _NAMES,
    st.recursive(
        st.none() | st.booleans() | st.integers(0, 10**15) | _TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
        max_leaves=12,
    ),
    max_size=4,
)


@given(_EVENTS, st.sampled_from([Redactor(), Redactor(pseudonyms=KEY)]))
def test_any_event_stays_whole_and_loses_what_is_personal(event: object, redactor: Redactor) -> None:
    made = transform(orjson.dumps(event), NOON)
    (results,) = redactor([(b"", made)])
    for before, after in zip(made, results, strict=True):
        assert type(before) is type(after)
        if isinstance(after, Row) and after.table == "events":
            TABLES[after.table].check(after.values)
            json.loads(str(after.values["raw_event"]))
            assert MAIL not in str(after.values["raw_event"])
            assert WORDS not in str(after.values["raw_event"])


def test_the_id_of_a_mail_is_no_address_and_an_address_in_an_id_is_one() -> None:
    (values,) = rows({"id": "<4711@mail.example>", "user_id": "x", "orderId": f"{MAIL}/{PERSON}"}, Redactor())
    raw = json.loads(str(values["raw_event"]))
    assert (raw["id"], raw["orderId"]) == ("<4711@mail.example>", "[EMAIL]/[PHONE]")


def record(event: object) -> InputRecord:
    return {"recordId": "1", "approximateArrivalTimestamp": 0, "data": base64.b64encode(orjson.dumps(event)).decode()}


def test_a_batch_answers_with_redacted_rows() -> None:
    reply = Batch("", redact=Redactor()).answer([record(SMS), record(TURN), record(BOUNCE)])
    assert [answer["result"] for answer in reply["records"]] == ["Ok"] * 3
    written = b"".join(base64.b64decode(answer["data"]) for answer in reply["records"]).decode()
    assert CARD not in written
    assert written.count("\n") == 4


@pytest.fixture
def _settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    functions._redactor.cache_clear()
    yield
    functions._redactor.cache_clear()


@pytest.mark.usefixtures("_settings")
def test_the_function_redacts_as_its_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_REDACTION", "patterns")
    monkeypatch.setenv("PARLEY_PSEUDONYM_KEY", "a key for tests, long")
    reply = functions.handler({"records": [record(SMS)]}, None)
    (values,) = [orjson.loads(base64.b64decode(answer["data"])) for answer in reply["records"]]
    assert values["sending_address"] == KEY.of(PERSON)


@pytest.mark.parametrize(
    ("environ", "problem"),
    [
        ({"PARLEY_REDACTION": "some"}, "PARLEY_REDACTION"),
        ({"PARLEY_REDACTION": "patterns", "PARLEY_PSEUDONYM_KEY": "short"}, "PARLEY_PSEUDONYM_KEY"),
        ({"PARLEY_PSEUDONYM_KEY": "a key for tests, long"}, "no effect"),
    ],
)
def test_a_wrong_setting_is_named(environ: dict[str, str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        from_environment(environ)


def test_nothing_is_redacted_unless_asked_for() -> None:
    assert from_environment({}) is None


@pytest.mark.parametrize(
    ("case", "persons"),
    [
        ("ses_complaint_of_one_of_three", ("ana@", "ben@", "cleo@")),
        ("whatsapp_user_preferences", ("14255550182", "14255550183")),
    ],
)
def test_nobody_is_left_where_an_event_is_about_some_of_those_it_names(case: str, persons: tuple[str, ...]) -> None:
    record = (Path(__file__).parents[1] / "golden" / case / "input.json").read_bytes()
    (results,) = Redactor(pseudonyms=KEY)([(record, transform(record, NOON))])
    shown = str([result.values for result in results])
    assert [person for person in persons if person in shown] == []
