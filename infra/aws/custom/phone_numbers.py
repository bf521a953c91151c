"""Has what people write to existing phone numbers, and pools of them, published to the hub's topic; ends that again.

A number or pool that sends people's words elsewhere already is left alone: the deployment fails, and names it and where
its messages go. So what was there before is always that they went nowhere, and that is what deletion restores, unless
somebody has pointed it elsewhere since.
Sources: https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_UpdatePhoneNumber.html (a number of a
pool has the pool's settings, and cannot be set itself), .../API_UpdatePool.html
"""

import functools
from collections.abc import Iterable
from typing import Any

import botocore.session
import msgspec

from infra.aws.custom.resource import Event, Made, Properties, RefusedError, answer


class TwoWay(Properties, frozen=True):
    """`numbers` are ids of numbers and pools.

    `self_managed_opt_outs`: whether the hub, not the service, answers and keeps STOP.
    """

    numbers: tuple[str, ...]
    topic: str
    self_managed_opt_outs: bool


class Destination(msgspec.Struct, frozen=True, rename="pascal", kw_only=True):
    """Where messages go, as the service tells of numbers and pools alike. An ARN may be told where two-way is off."""

    two_way_enabled: bool
    self_managed_opt_outs_enabled: bool
    two_way_channel_arn: str = ""

    @property
    def destination(self) -> str:
        """Where messages go now; "" for nowhere."""
        return self.two_way_channel_arn if self.two_way_enabled else ""


class Number(Destination, frozen=True, rename="pascal", kw_only=True):
    """As DescribePhoneNumbers tells."""

    phone_number_id: str
    phone_number: str
    pool_id: str = ""

    @property
    def name(self) -> str:
        return f"{self.phone_number_id} ({self.phone_number})"


class Pool(Destination, frozen=True, rename="pascal", kw_only=True):
    """As DescribePools tells."""

    pool_id: str

    @property
    def name(self) -> str:
        return self.pool_id


@functools.cache
def _client() -> Any:
    return botocore.session.get_session().create_client("pinpoint-sms-voice-v2")


def handler(event: Event, _context: object) -> dict[str, object]:
    """CloudFormation's request in, its answer out."""
    return answer(event, TwoWay, PhoneNumbers(_client()))


class PhoneNumbers:
    """Fills `Resource`. Raises `RefusedError` naming every number that cannot be set, before any is."""

    def __init__(self, sms: Any) -> None:
        self._sms = sms

    def create(self, wanted: TwoWay) -> Made:
        self._point(wanted, ours=(wanted.topic,))
        return Made("two-way-sms")

    def update(self, id_: str, wanted: TwoWay, before: TwoWay) -> Made:
        self._point(wanted, ours=(wanted.topic, before.topic))
        self._release([number for number in before.numbers if number not in wanted.numbers], before.topic)
        return Made(id_)

    def delete(self, id_: str, before: TwoWay) -> None:
        self._release(before.numbers, before.topic)

    def _point(self, wanted: TwoWay, ours: Iterable[str]) -> None:
        found = {id_: self._described(id_) for id_ in wanted.numbers}
        faults = [
            fault
            for id_, number in found.items()
            for fault in (_faults(number, wanted, ours) if number else [_gone(id_)])
        ]
        if faults:
            raise RefusedError("; ".join(faults))
        for id_, number in found.items():
            if number and number.destination != wanted.topic:
                self._set(id_, TwoWayEnabled=True, TwoWayChannelArn=wanted.topic)

    def _release(self, numbers: Iterable[str], topic: str) -> None:
        for id_ in numbers:
            number = self._described(id_)
            if number and number.destination == topic:
                self._set(id_, TwoWayEnabled=False)

    def _set(self, id_: str, **members: object) -> None:
        if _is_pool(id_):
            self._sms.update_pool(PoolId=id_, **members)
        else:
            self._sms.update_phone_number(PhoneNumberId=id_, **members)

    def _described(self, id_: str) -> Number | Pool | None:
        """None where the account has no such number or pool."""
        try:
            if _is_pool(id_):
                return msgspec.convert(self._sms.describe_pools(PoolIds=[id_])["Pools"][0], Pool)
            found = self._sms.describe_phone_numbers(PhoneNumberIds=[id_])["PhoneNumbers"]
        except self._sms.exceptions.ResourceNotFoundException:
            return None
        return msgspec.convert(found[0], Number)


def _is_pool(id_: str) -> bool:
    return id_.startswith("pool-")


def _faults(number: Number | Pool, wanted: TwoWay, ours: Iterable[str]) -> list[str]:
    name, faults = number.name, []
    if number.destination and number.destination not in ours:
        faults.append(
            f"what people write to {name} goes to {number.destination}: turn its two-way SMS off first, or leave it out"
            " of hub.sms_numbers"
        )
    if isinstance(number, Number) and number.pool_id and number.destination != wanted.topic:
        faults.append(
            f"{name} has the settings of its pool: name {number.pool_id} in its place in hub.sms_numbers, or take it"
            " out of the pool"
        )
    if number.self_managed_opt_outs_enabled != wanted.self_managed_opt_outs:
        faults.append(
            f"{name} has self-managed opt-outs {_word(number.self_managed_opt_outs_enabled)}, and the hub has them"
            f" {_word(wanted.self_managed_opt_outs)}: change it, or settings.self_managed_opt_outs"
        )
    return faults


def _gone(id_: str) -> str:
    return f"there is no phone number or pool {id_} in this account and region: correct hub.sms_numbers"


def _word(enabled: bool) -> str:
    return "on" if enabled else "off"
