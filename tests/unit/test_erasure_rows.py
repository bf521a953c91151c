"""Whose rows are whose, where a mail went to several and only one of them bounced."""

from typing import Any

import pytest

from infra.operating.erasure.person import Person
from infra.operating.erasure.rows import forgotten, learn, tie

EVERYBODY = '["ana@mail.example","ben@mail.example"]'


def bounce(**changes: Any) -> dict[str, Any]:
    """As pyarrow gives it: a map is a list of pairs."""
    return {
        "message_id": "m-1",
        "sending_address": "help@shop.example",
        "destination_address": ["ben@mail.example"],
        "channel_data": [("subject", "Spring"), ("destination", EVERYBODY)],
        "raw_event": EVERYBODY,
        **changes,
    }


@pytest.mark.parametrize(("row", "messages"), [(bounce(), set()), (bounce(channel_data=[]), {"m-1"}), ({}, set())])
def test_a_message_to_several_is_not_the_one_persons_who_bounced(row: dict[str, Any], messages: set[str]) -> None:
    person = Person("ben@mail.example")
    learn(person, row)
    assert person.ids.messages == messages


def test_a_row_about_one_recipient_is_kept_without_the_address_of_another() -> None:
    person = Person("ana@mail.example")
    assert tie(person, bounce()) == ""
    kept = forgotten(person, bounce())
    assert "ana@mail.example" not in str(kept)
    assert kept["destination_address"] == ["ben@mail.example"]
