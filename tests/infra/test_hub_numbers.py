"""Two-way SMS is wired to the hub's topic, for numbers that are there and for a new one."""

import pytest

from tests.infra.hub import hub, of_type, one, target

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hub")]  # the template is made once

NEW = "AWS::SMSVOICE::PhoneNumber"


def test_numbers_agree_with_the_hub_on_who_keeps_opt_outs() -> None:
    for template, ours in ((hub(), False), (hub("otherwise"), True)):
        existing = one(template, "Custom::ParleyPhoneNumbers", "PhoneNumbers")
        assert existing["Numbers"] == ["phone-1", "phone-2"]
        assert target(existing["Topic"]).startswith("SmsTopic")
        assert existing["SelfManagedOptOuts"] is ours
        assert one(template, NEW, "NewNumber")["SelfManagedOptOutsEnabled"] is ours


def test_a_new_number_is_requested_two_way() -> None:
    number = one(hub(), NEW, "NewNumber")
    assert (number["IsoCountryCode"], number["NumberType"]) == ("US", "SIMULATOR")
    assert number["TwoWay"]["Enabled"] is True
    assert target(number["TwoWay"]["ChannelArn"]).startswith("SmsTopic")


def test_the_topic_lets_the_service_in_before_a_number_points_to_it() -> None:
    template = hub()
    (policy,) = [name for name in of_type(template, "AWS::SNS::TopicPolicy") if name.startswith("SmsTopic")]
    for name in ("PhoneNumbers", "NewNumber"):
        assert policy in template["Resources"][name]["DependsOn"]


def test_a_new_number_which_is_paid_for_is_requested_after_what_may_be_refused() -> None:
    """Another program's rule set or number fails a deployment; the number would be left, and the next one asked for."""
    assert {"ReceiptRule", "PhoneNumbers"} <= set(hub()["Resources"]["NewNumber"]["DependsOn"])


def test_a_number_that_people_know_is_not_given_back_by_accident() -> None:
    number = next(each for each in hub()["Resources"].values() if each["Type"] == NEW)
    assert (number["DeletionPolicy"], number["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_a_first_deployment_that_fails_gives_its_number_back() -> None:
    """CloudFormation could not, if the number were protected from deletion."""
    assert "DeletionProtectionEnabled" not in one(hub(), NEW, "NewNumber")


def test_the_numbers_of_a_pool_are_answered_from_whichever_they_are() -> None:
    template = hub("a pool")
    assert one(template, "Custom::ParleyPhoneNumbers", "PhoneNumbers")["Numbers"] == ["pool-1"]
    statements = [
        statement
        for policy in of_type(template, "AWS::IAM::Policy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if "sms-voice:SendTextMessage" in statement["Action"]
    ]
    assert statements
    assert all("phone-number/*" in str(statement["Resource"]) for statement in statements)


def test_a_hub_without_sms_has_no_topic_for_it() -> None:
    template = hub("no channel")
    assert not of_type(template, "AWS::SNS::Topic")
    assert not of_type(template, "Custom::ParleyPhoneNumbers")
