"""Has what people write to existing phone numbers published to the hub's topic, and ends that again.

A number that sends people's words elsewhere already is left alone: the deployment fails, and names the number and where
its messages go. So what was there before is always that they went nowhere, and that is what deletion restores, unless
somebody has pointed the number elsewhere since.
Source: https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_UpdatePhoneNumber.html (a number of a
pool has the pool's settings, and cannot be set itself)
"""

import functools
from collections.abc import Iterable
from typing import Any

import botocore.session
import msgspec

from infra.aws.custom.resource import Event, Made, Properties, RefusedError, answer


class TwoWay(Properties, frozen=True):
    """`self_managed_opt_outs`: whether the hub, not the service, answers and keeps STOP."""

    numbers: tuple[str, ...]
    topic: str
    self_managed_opt_outs: bool


class Number(msgspec.Struct, frozen=True, rename="pascal"):
    """As DescribePhoneNumbers tells. The destination may still be told where two-way SMS is off."""

    phone_number_id: str
    phone_number: str
    two_way_enabled: bool
    self_managed_opt_outs_enabled: bool
    two_way_channel_arn: str = ""
    pool_id: str = ""

    @property
    def destination(self) -> str:
        """Where messages go now; "" for nowhere."""
        return self.two_way_channel_arn if self.two_way_enabled else ""


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
                self._sms.update_phone_number(PhoneNumberId=id_, TwoWayEnabled=True, TwoWayChannelArn=wanted.topic)

    def _release(self, numbers: Iterable[str], topic: str) -> None:
        for id_ in numbers:
            number = self._described(id_)
            if number and number.destination == topic:
                self._sms.update_phone_number(PhoneNumberId=id_, TwoWayEnabled=False)

    def _described(self, id_: str) -> Number | None:
        """None where the account has no such number."""
        try:
            found = self._sms.describe_phone_numbers(PhoneNumberIds=[id_])["PhoneNumbers"]
        except self._sms.exceptions.ResourceNotFoundException:
            return None
        return msgspec.convert(found[0], Number)


def _faults(number: Number, wanted: TwoWay, ours: Iterable[str]) -> list[str]:
    name = f"{number.phone_number_id} ({number.phone_number})"
    faults = []
    if number.destination and number.destination not in ours:
        faults.append(
            f"what people write to {name} goes to {number.destination}: turn its two-way SMS off first, or leave it out"
            " of hub.sms_numbers"
        )
    if number.pool_id and number.destination != wanted.topic:
        faults.append(f"{name} has the settings of its pool {number.pool_id}: take it out of the pool")
    if number.self_managed_opt_outs_enabled != wanted.self_managed_opt_outs:
        faults.append(
            f"{name} has self-managed opt-outs {_word(number.self_managed_opt_outs_enabled)}, and the hub has them"
            f" {_word(wanted.self_managed_opt_outs)}: change the number, or settings.self_managed_opt_outs"
        )
    return faults


def _gone(id_: str) -> str:
    return f"there is no phone number {id_} in this account and region: correct hub.sms_numbers"


def _word(enabled: bool) -> str:
    return "on" if enabled else "off"
