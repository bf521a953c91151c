"""The tables of what a deployment costs: quantities as deployed and measured, arithmetic that can be followed."""

import math
from pathlib import Path
from typing import Any

import pytest

from infra.aws import costs
from tests import deploy_docs
from tests.deployed import DeployedMachine
from tests.lines import LINES


def size(item: dict[str, Any]) -> int:
    """Bytes of an item, as DynamoDB counts: names and values.

    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """

    def of(value: dict[str, Any]) -> int:
        ((kind, inner),) = value.items()
        if kind == "N":
            return (len(inner) + 1) // 2 + 1
        return len(inner) if kind == "B" else len(inner.encode())

    return sum(len(name.encode()) + of(value) for name, value in item.items())


def units(write: dict[str, Any]) -> int:
    """Of one write in a transaction: two for each KB begun. What is updated or deleted here has less than one."""
    ((kind, details),) = write.items()
    return 2 * math.ceil(size(details["Item"]) / 1024) if kind == "Put" else 2


@pytest.mark.parametrize("channel", LINES)
def test_a_turn_writes_as_many_units_and_records_as_the_table_counts(aws: None, tmp_path: Path, channel: str) -> None:
    machine = DeployedMachine(tmp_path, line=LINES[channel]())
    written = 0

    def seen(params: Any, model: Any, **_: Any) -> None:
        nonlocal written
        if model.name == "TransactWriteItems":
            written += sum(map(units, params["TransactItems"]))

    machine.dynamodb.unwrapped.meta.events.register("provide-client-params.dynamodb", seen)
    machine.deliver(machine.line.event("When do you open?", "m1", machine.line.person(1), machine.clock.now))
    machine.drain()
    assert written == costs.CHANNELS[channel].written_units
    assert len(machine.records) == costs.CHANNELS[channel].own_records


def test_every_channel_and_every_price_is_counted() -> None:
    assert set(costs.CHANNELS) == set(LINES)
    assert list(deploy_docs.unused()) == []


def test_the_arithmetic_can_be_followed() -> None:
    lines = {line.price: line.usd for line in costs.of_events()}
    five_kilobytes_a_million_times = 5 * 1024 * 1_000_000 / 1024**3
    assert lines["Firehose"] == pytest.approx(five_kilobytes_a_million_times * 0.029)
    assert lines["Lambda, arm64"] == pytest.approx(1_000_000 * 0.001 * 0.0000133334)
    polls = {line.price: line.usd for line in costs.AT_REST}
    assert polls["SQS"] == pytest.approx(5 * 730 * 3600 / 20 / 1_000_000 * 0.40)
    assert polls["Scheduler"] == pytest.approx(730 * 60 / 1_000_000)


def test_a_price_that_nobody_has_read_is_marked() -> None:
    rows = deploy_docs.prices().splitlines()[2:]
    assert len(rows) == len(costs.PRICES)
    for row, price in zip(rows, costs.PRICES.values(), strict=True):
        assert (deploy_docs.NOT_CONFIRMED in row) is not price.confirmed
        assert price.source in row


def test_a_table_ends_with_the_sum_of_its_lines() -> None:
    last = deploy_docs.cost(costs.AT_REST).splitlines()[-1]
    assert f"**{sum(line.usd for line in costs.AT_REST):.2f}**" in last
