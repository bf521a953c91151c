"""A custom resource does what CloudFormation asks for, and says what it has made."""

import pytest

from infra.aws.custom.resource import Made, Properties, RefusedError, answer


class Wanted(Properties, frozen=True):
    """What the resource of these tests is told."""

    two_way: bool
    size: int = 1


class Remembering:
    """Keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def create(self, wanted: Wanted) -> Made:
        if wanted.size > 10:
            raise RefusedError("size is 11, where 10 is the most: choose a smaller one")
        self.asked.append(("create", wanted))
        return Made("made", {"Name": "x"})

    def update(self, id_: str, wanted: Wanted, before: Wanted) -> Made:
        self.asked.append(("update", id_, wanted, before))
        return Made("another")

    def delete(self, id_: str, before: Wanted) -> None:
        self.asked.append(("delete", id_, before))


TOLD = {"ServiceToken": "arn:aws:lambda:…", "TwoWay": "true", "Size": "3"}


def test_what_is_made_has_the_properties_of_the_template_and_tells_its_attributes() -> None:
    resource = Remembering()
    reply = answer({"RequestType": "Create", "ResourceProperties": TOLD}, Wanted, resource)
    assert resource.asked == [("create", Wanted(two_way=True, size=3))]
    assert reply == {"PhysicalResourceId": "made", "Data": {"Name": "x"}}


def test_an_update_knows_what_was_before_and_may_make_another() -> None:
    resource = Remembering()
    event = {
        "RequestType": "Update",
        "PhysicalResourceId": "made",
        "ResourceProperties": TOLD,
        "OldResourceProperties": {"TwoWay": "false"},
    }
    assert answer(event, Wanted, resource)["PhysicalResourceId"] == "another"
    assert resource.asked == [("update", "made", Wanted(two_way=True, size=3), Wanted(two_way=False, size=1))]


def test_a_deletion_keeps_the_id() -> None:
    resource = Remembering()
    event = {"RequestType": "Delete", "PhysicalResourceId": "made", "ResourceProperties": TOLD}
    assert answer(event, Wanted, resource) == {"PhysicalResourceId": "made", "Data": {}}
    assert resource.asked == [("delete", "made", Wanted(two_way=True, size=3))]


def test_a_refusal_reaches_the_deployer_as_it_is() -> None:
    event = {"RequestType": "Create", "ResourceProperties": {**TOLD, "Size": "11"}}
    with pytest.raises(RefusedError, match="choose a smaller one"):
        answer(event, Wanted, Remembering())


def test_another_request_is_no_success() -> None:
    with pytest.raises(ValueError, match="Import"):
        answer({"RequestType": "Import", "ResourceProperties": TOLD}, Wanted, Remembering())
