"""Phone numbers of End User Messaging SMS, as far as pointing them somewhere needs them."""

from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.exceptions import ClientError

from infra.local.providers.requests import check
from tests.fakes.account import number
from tests.fakes.shapes import as_documented

_SERVICE = "pinpoint-sms-voice-v2"
_CLIENT = botocore.session.get_session().create_client(
    _SERVICE, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
)
_CHANGEABLE = ("TwoWayEnabled", "TwoWayChannelArn", "SelfManagedOptOutsEnabled")


class FakeNumbers:
    """Each number is off, unless the test says otherwise. Requests and replies are held to botocore's model."""

    exceptions: Any = _CLIENT.exceptions

    def __init__(self) -> None:
        self.numbers: dict[str, dict[str, Any]] = {}
        self.updates = 0

    def add(self, id_: str, **members: object) -> None:
        off = {"TwoWayEnabled": False, "TwoWayChannelArn": "arn:aws:sns:eu-west-1:111122223333:before"}
        self.numbers[id_] = number(**{"PhoneNumberId": id_, **off, **members})

    def describe_phone_numbers(self, **request: Any) -> Mapping[str, Any]:
        check(_SERVICE, "DescribePhoneNumbers", request)
        found = [self._known(id_) for id_ in request["PhoneNumberIds"]]
        return as_documented(_SERVICE, "DescribePhoneNumbers", {"PhoneNumbers": found})

    def update_phone_number(self, **request: Any) -> None:
        check(_SERVICE, "UpdatePhoneNumber", request)
        known = self._known(request["PhoneNumberId"])
        if "PoolId" in known:
            raise _raised(self.exceptions.ConflictException)
        self.updates += 1
        known |= {name: request[name] for name in _CHANGEABLE if name in request}

    def destination(self, id_: str) -> str:
        """Where people's words go; "" for nowhere."""
        known = self.numbers[id_]
        return str(known["TwoWayChannelArn"]) if known["TwoWayEnabled"] else ""

    def _known(self, id_: str) -> dict[str, Any]:
        if id_ not in self.numbers:
            raise _raised(self.exceptions.ResourceNotFoundException)
        return self.numbers[id_]


def _raised(kind: type[ClientError]) -> ClientError:
    return kind({"Error": {"Code": kind.__name__, "Message": "refused"}}, "")
