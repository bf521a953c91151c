"""The hub's receipt rule stands beside others' rules and touches none of them."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.aws.custom import receipt_rule
from infra.aws.custom.resource import RefusedError
from tests.fakes.receiving import FakeReceiving

OWN, OTHERS = "parley-dev", "default-rule-set"
PROPERTIES = {
    "ServiceToken": "arn",
    "RuleSet": OWN,
    "Made": "true",
    "Name": "parley-dev",
    "Recipients": ["help@shop.example"],
    "Bucket": "mails",
    "Prefix": "mail/",
    "Topic": "arn:aws:sns:eu-west-1:111122223333:mail",
    "TlsRequired": "false",
}
NAMED = {"RuleSet": OTHERS, "Made": "false"}


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> FakeReceiving:
    fake = FakeReceiving()
    monkeypatch.setattr(receipt_rule, "_client", lambda: fake)
    return fake


def others(ses: FakeReceiving, *rules: str) -> None:
    ses.sets[OTHERS] = {rule: {"Name": rule} for rule in rules}
    ses.active = OTHERS


def create(**changed: object) -> dict[str, object]:
    return receipt_rule.handler({"RequestType": "Create", "ResourceProperties": {**PROPERTIES, **changed}}, None)


def update(before: Mapping[str, object], **changed: object) -> dict[str, object]:
    event = {
        "RequestType": "Update",
        "PhysicalResourceId": f"{OWN}/parley-dev",
        "ResourceProperties": {**PROPERTIES, **changed},
        "OldResourceProperties": {**PROPERTIES, **before},
    }
    return receipt_rule.handler(event, None)


def delete(**changed: object) -> None:
    event = {"RequestType": "Delete", "PhysicalResourceId": "x", "ResourceProperties": {**PROPERTIES, **changed}}
    receipt_rule.handler(event, None)


def rule_of(ses: FakeReceiving, rule_set: str = OWN) -> Any:
    return ses.sets[rule_set]["parley-dev"]


def test_where_no_set_is_active_one_is_made_and_activated(ses: FakeReceiving) -> None:
    assert create()["PhysicalResourceId"] == "parley-dev/parley-dev"
    assert ses.active == OWN
    assert rule_of(ses) == {
        "Name": "parley-dev",
        "Enabled": True,
        "Recipients": ["help@shop.example"],
        "Actions": [
            {
                "S3Action": {
                    "BucketName": "mails",
                    "ObjectKeyPrefix": "mail/",
                    "TopicArn": "arn:aws:sns:eu-west-1:111122223333:mail",
                }
            }
        ],
        "ScanEnabled": True,
        "TlsPolicy": "Optional",
    }


def test_mail_without_tls_is_refused_where_the_deployer_wants_that(ses: FakeReceiving) -> None:
    create(TlsRequired="true")
    assert rule_of(ses)["TlsPolicy"] == "Require"


def test_where_an_unnamed_set_is_active_the_deployment_fails_and_names_it(ses: FakeReceiving) -> None:
    others(ses, "archive")
    with pytest.raises(RefusedError, match=r"default-rule-set is active.*set hub\.mail_rule_set=default-rule-set"):
        create()
    assert (ses.active, list(ses.sets)) == (OTHERS, [OTHERS])


def test_the_rule_comes_after_the_last_of_the_named_set(ses: FakeReceiving) -> None:
    others(ses, "archive", "forward")
    create(**NAMED)
    assert list(ses.sets[OTHERS]) == ["archive", "forward", "parley-dev"]
    assert ses.active == OTHERS


def test_a_named_set_that_is_not_active_is_not_activated(ses: FakeReceiving) -> None:
    ses.sets[OTHERS] = {}
    with pytest.raises(RefusedError, match="default-rule-set is not active"):
        create(**NAMED)
    assert ses.active == ""


def test_creating_twice_is_creating_once(ses: FakeReceiving) -> None:
    create()
    ses.active = ""  # the answer to the first attempt was lost before the set was activated
    create()
    assert (ses.active, list(ses.sets[OWN])) == (OWN, ["parley-dev"])


def test_a_rule_of_the_same_name_that_is_not_ours_is_left_alone(ses: FakeReceiving) -> None:
    others(ses, "parley-dev")
    with pytest.raises(RefusedError, match="has a rule parley-dev that is not this deployment's"):
        create(**NAMED)
    assert rule_of(ses, OTHERS) == {"Name": "parley-dev"}


def test_an_attempt_that_fails_leaves_no_set_behind(ses: FakeReceiving) -> None:
    ses.refuse = "CreateReceiptRule"
    with pytest.raises(ClientError):
        create()
    assert (ses.active, ses.sets) == ("", {})


def test_an_update_changes_the_rule_where_it_stands(ses: FakeReceiving) -> None:
    others(ses, "archive")
    create(**NAMED)
    ses.sets[OTHERS]["forward"] = {"Name": "forward"}
    answer = update(NAMED, **NAMED, Recipients=["shop.example"])
    assert list(ses.sets[OTHERS]) == ["archive", "parley-dev", "forward"]
    assert rule_of(ses, OTHERS)["Recipients"] == ["shop.example"]
    assert answer["PhysicalResourceId"] == f"{OWN}/parley-dev"


def test_another_set_makes_another_resource_so_that_the_former_is_deleted(ses: FakeReceiving) -> None:
    create()
    ses.sets[OTHERS], ses.active = {}, OTHERS
    assert update({}, **NAMED)["PhysicalResourceId"] == f"{OTHERS}/parley-dev"
    delete()
    assert {name: list(rules) for name, rules in ses.sets.items()} == {OTHERS: ["parley-dev"]}
    assert ses.active == OTHERS


def test_deleting_removes_the_set_that_was_made_here(ses: FakeReceiving) -> None:
    create()
    delete()
    assert (ses.active, ses.sets) == ("", {})


def test_deleting_leaves_others_rules_and_the_set_that_they_are_in(ses: FakeReceiving) -> None:
    create()
    ses.sets[OWN]["another"] = {"Name": "another"}
    delete()
    assert (ses.active, list(ses.sets[OWN])) == (OWN, ["another"])


def test_deleting_leaves_a_named_set_even_if_it_is_empty(ses: FakeReceiving) -> None:
    others(ses)
    create(**NAMED)
    delete(**NAMED)
    assert (ses.active, ses.sets) == (OTHERS, {OTHERS: {}})


def test_deleting_what_is_gone_already_succeeds(ses: FakeReceiving) -> None:
    delete()
    assert ses.calls == ["DeleteReceiptRule"]
