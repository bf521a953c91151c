"""Phone numbers and pools of End User Messaging SMS, as far as pointing them somewhere needs them."""

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
        self.pools: dict[str, dict[str, Any]] = {}
        self.updates = 0

    def add(self, id_: str, **members: object) -> None:
        off = {"TwoWayEnabled": False, "TwoWayChannelArn": "arn:aws:sns:eu-west-1:111122223333:before"}
        self.numbers[id_] = number(**{"PhoneNumberId": id_, **off, **members})

    def add_pool(self, id_: str, **members: object) -> None:
        off = {"TwoWayEnabled": False, "SelfManagedOptOutsEnabled": False, "OptOutListName": "Default"}
        told = {"PoolId": id_, "PoolArn": f"arn:aws:sms-voice:eu-west-1:111122223333:pool/{id_}", "Status": "ACTIVE"}
        more = {"MessageType": "TRANSACTIONAL", "SharedRoutesEnabled": False, "DeletionProtectionEnabled": False}
        self.pools[id_] = {**told, **off, **more, "CreatedTimestamp": 0, **members}

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

    def describe_pools(self, **request: Any) -> Mapping[str, Any]:
        check(_SERVICE, "DescribePools", request)
        found = [self._known(id_) for id_ in request["PoolIds"]]
        return as_documented(_SERVICE, "DescribePools", {"Pools": found})

    def update_pool(self, **request: Any) -> None:
        """Every number of a pool has its settings."""
        check(_SERVICE, "UpdatePool", request)
        changed = {name: request[name] for name in _CHANGEABLE if name in request}
        self._known(request["PoolId"]).update(changed)
        for known in self.numbers.values():
            if known.get("PoolId") == request["PoolId"]:
                known.update(changed)
        self.updates += 1

    def destination(self, id_: str) -> str:
        """Where people's words go; "" for nowhere."""
        known = self._known(id_)
        return str(known["TwoWayChannelArn"]) if known["TwoWayEnabled"] else ""

    def _known(self, id_: str) -> dict[str, Any]:
        known = self.pools if id_.startswith("pool-") else self.numbers
        if id_ not in known:
            raise _raised(self.exceptions.ResourceNotFoundException)
        return known[id_]


def _raised(kind: type[ClientError]) -> ClientError:
    return kind({"Error": {"Code": kind.__name__, "Message": "refused"}}, "")
