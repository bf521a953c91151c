"""Plans by name: what a caller says instead of steps."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from orchestrator.errors import ConfigurationError, EventError
from orchestrator.model import ChannelName
from orchestrator.sends import LONGEST_WAIT, MOST_STEPS, SHORTEST_WAIT, Address, Step, Success

_Wait = Annotated[int, msgspec.Meta(ge=int(SHORTEST_WAIT.total_seconds()), le=int(LONGEST_WAIT.total_seconds()))]


class PlannedStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"wait_s": "wait"}):
    """A step as a plan has it: of a channel, of each address that the person has (`*`), or of one address."""

    to: ChannelName | Literal["*"] | str
    wait_s: _Wait = 300  # seconds
    success: Success = "delivered"
    again: bool = False  # whether it may reach an address a second time: a duplicate is better than a miss


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Steps in order, or all at once."""

    steps: Annotated[tuple[PlannedStep, ...], msgspec.Meta(min_length=1, max_length=MOST_STEPS)]
    at_once: bool = False  # for emergencies: every step goes, and no success stops another
    replies: tuple[str, ...] = ()  # words of the person that count as success: YES


SHIPPED: Mapping[str, Plan] = {
    "code": Plan((PlannedStep("*", wait_s=30),)),
    "reminder": Plan((PlannedStep("*", wait_s=60),)),
    "alert": Plan((PlannedStep("*", wait_s=300),), at_once=True),
}
DEFAULT = Plan((PlannedStep("*"),))


def plans_of(text: str) -> Mapping[str, Plan]:
    """The shipped plans, with those of a setting in their place or beside them. Raises `ConfigurationError`."""
    try:
        return {**SHIPPED, **msgspec.json.decode(text, type=dict[str, Plan])}
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"PARLEY_PLANS: {error}") from error


def steps_of(plan: Plan, addresses: tuple[Address, ...]) -> tuple[Step, ...]:
    """The steps of a plan for one person; those of channels on which the person has no address fall away.

    Raises `EventError` naming what is wrong with the plan, or that nothing of it is left.
    """
    steps: list[Step] = []
    for index, planned in enumerate(plan.steps):
        for address in _addressed(planned, addresses, f"plan.steps[{index}].to"):
            if not planned.again and any(step.to == address for step in steps):
                raise EventError(
                    f"plan.steps[{index}].to", f"reaches {address} a second time; say `again` to want that"
                )
            steps.append(Step(len(steps) + 1, address, planned.wait_s, planned.success))
    if not steps:
        raise EventError("plan", "has no step for which the recipient has an address")
    if len(steps) > MOST_STEPS:
        raise EventError("plan", f"becomes {len(steps)} steps, more than {MOST_STEPS}")
    return tuple(steps)


def _addressed(planned: PlannedStep, addresses: tuple[Address, ...], path: str) -> tuple[Address, ...]:
    if planned.to == "*":
        return addresses
    found = tuple(each for each in addresses if planned.to in (each.channel, str(each)))
    if not found and ":" in planned.to:
        raise EventError(path, f"is {planned.to}, which is no address of the recipient")
    return found[:1]
