"""Existing phone numbers are pointed at the hub, others' destinations are left alone, and what was there comes back."""

from collections.abc import Mapping

import pytest

from infra.aws.custom import phone_numbers
from infra.aws.custom.resource import RefusedError
from tests.fakes.numbers import FakeNumbers

TOPIC = "arn:aws:sns:eu-west-1:111122223333:sms"
FOREIGN = "arn:aws:sns:eu-west-1:111122223333:another-program"
PROPERTIES = {
    "ServiceToken": "arn",
    "Numbers": ["phone-1", "phone-2"],
    "Topic": TOPIC,
    "SelfManagedOptOuts": "false",
}


@pytest.fixture
def sms(monkeypatch: pytest.MonkeyPatch) -> FakeNumbers:
    fake = FakeNumbers()
    fake.add("phone-1")
    fake.add("phone-2")
    monkeypatch.setattr(phone_numbers, "_client", lambda: fake)
    return fake


def create(**changed: object) -> dict[str, object]:
    return phone_numbers.handler({"RequestType": "Create", "ResourceProperties": {**PROPERTIES, **changed}}, None)


def update(before: Mapping[str, object], **changed: object) -> None:
    event = {
        "RequestType": "Update",
        "PhysicalResourceId": "two-way-sms",
        "ResourceProperties": {**PROPERTIES, **changed},
        "OldResourceProperties": {**PROPERTIES, **before},
    }
    phone_numbers.handler(event, None)


def delete() -> None:
    event = {"RequestType": "Delete", "PhysicalResourceId": "two-way-sms", "ResourceProperties": PROPERTIES}
    phone_numbers.handler(event, None)


def test_what_people_write_to_the_numbers_goes_to_the_topic(sms: FakeNumbers) -> None:
    create()
    assert [sms.destination(number) for number in ("phone-1", "phone-2")] == [TOPIC, TOPIC]


def test_creating_twice_changes_nothing_more(sms: FakeNumbers) -> None:
    create()
    create()
    assert sms.updates == 2


def test_a_number_that_goes_elsewhere_is_named_and_no_number_is_changed(sms: FakeNumbers) -> None:
    sms.add("phone-2", TwoWayEnabled=True, TwoWayChannelArn=FOREIGN, PhoneNumber="+14255550199")
    fault = rf"phone-2 \(\+14255550199\) goes to {FOREIGN}: turn its two-way SMS off first, or leave it out"
    with pytest.raises(RefusedError, match=fault):
        create()
    assert (sms.destination("phone-1"), sms.destination("phone-2"), sms.updates) == ("", FOREIGN, 0)


def test_every_number_that_cannot_be_set_is_named_at_once(sms: FakeNumbers) -> None:
    sms.add("phone-1", PoolId="pool-1")
    sms.add("phone-2", SelfManagedOptOutsEnabled=True)
    with pytest.raises(RefusedError) as raised:
        create(Numbers=["phone-1", "phone-2", "phone-3"])
    assert "phone-1 (+14255550100) has the settings of its pool: name pool-1 in its place" in str(raised.value)
    assert "phone-2 (+14255550100) has self-managed opt-outs on, and the hub has them off" in str(raised.value)
    assert "there is no phone number or pool phone-3" in str(raised.value)
    assert sms.updates == 0


def test_a_number_agrees_with_a_hub_that_keeps_opt_outs_itself(sms: FakeNumbers) -> None:
    sms.add("phone-1", SelfManagedOptOutsEnabled=True)
    create(Numbers=["phone-1"], SelfManagedOptOuts="true")
    assert sms.destination("phone-1") == TOPIC


def test_a_number_of_a_pool_that_comes_here_already_is_fine(sms: FakeNumbers) -> None:
    sms.add("phone-1", PoolId="pool-1", TwoWayEnabled=True, TwoWayChannelArn=TOPIC)
    create(Numbers=["phone-1"])
    assert sms.updates == 0


def test_a_number_that_is_left_out_goes_nowhere_again(sms: FakeNumbers) -> None:
    create()
    update({}, Numbers=["phone-2"])
    assert (sms.destination("phone-1"), sms.destination("phone-2")) == ("", TOPIC)


def test_numbers_follow_the_topic(sms: FakeNumbers) -> None:
    create()
    update({}, Topic=f"{TOPIC}-2")
    assert sms.destination("phone-1") == f"{TOPIC}-2"


def test_deleting_restores_what_was_there(sms: FakeNumbers) -> None:
    create()
    delete()
    assert [sms.destination(number) for number in ("phone-1", "phone-2")] == ["", ""]


def test_deleting_leaves_a_number_alone_that_goes_elsewhere_by_now(sms: FakeNumbers) -> None:
    create()
    sms.numbers["phone-1"]["TwoWayChannelArn"] = FOREIGN
    del sms.numbers["phone-2"]
    delete()
    assert sms.destination("phone-1") == FOREIGN


def test_what_people_write_to_the_numbers_of_a_pool_goes_to_the_topic_until_the_pool_is_left_out(
    sms: FakeNumbers,
) -> None:
    sms.add_pool("pool-1")
    sms.add("phone-1", PoolId="pool-1")
    create(Numbers=["pool-1"])
    assert (sms.destination("pool-1"), sms.destination("phone-1")) == (TOPIC, TOPIC)
    update({"Numbers": ["pool-1"]}, Numbers=["phone-2"])
    assert (sms.destination("pool-1"), sms.destination("phone-1"), sms.destination("phone-2")) == ("", "", TOPIC)


def test_a_pool_that_goes_elsewhere_or_is_not_there_is_named(sms: FakeNumbers) -> None:
    sms.add_pool("pool-1", TwoWayEnabled=True, TwoWayChannelArn=FOREIGN)
    with pytest.raises(RefusedError, match=rf"pool-1 goes to {FOREIGN}.*; there is no phone number or pool pool-2"):
        create(Numbers=["pool-1", "pool-2"])
    assert sms.updates == 0
