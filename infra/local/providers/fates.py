"""What becomes of a message that a simulated provider has taken: told by whom it goes to, or chosen.

    sms=failed:TEXT_BLOCKED@1s,whatsapp=silent,email=delivered@2s

For each channel an outcome, after a colon the provider's code, after an @ how long it takes. `silent`: the provider
takes it, and nothing is ever heard. `refused`: it does not even take it.

AWS's own simulators do the same for fixed addresses:
https://docs.aws.amazon.com/sms-voice/latest/userguide/test-phone-numbers.html (two numbers for each country),
https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
"""

import re
from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from orchestrator.errors import ConfigurationError
from orchestrator.model import ChannelName

Outcome = Literal["silent", "refused", "accepted", "sent", "delivered", "read", "failed", "bounced", "complained"]

_FATE = re.compile(
    r"(?P<channel>\w+)=(?P<outcome>\w+)(?::(?P<code>[\w.-]+))?(?:@(?P<after>\d+(?:\.\d+)?)(?P<unit>m?s|m))?"
)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}
_DEFAULT_CODES: Mapping[tuple[ChannelName, Outcome], str] = {
    ("sms", "failed"): "TEXT_CARRIER_UNREACHABLE",
    ("sms", "refused"): "ConflictException",
    ("whatsapp", "failed"): "131026",
    ("email", "bounced"): "Permanent",
}


class Fate(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a message gets, and when that is told."""

    outcome: Outcome = "delivered"
    code: str = ""  # the provider's word for a failure
    after_s: float = 1.0


# Addresses of AWS's simulators, and labels of ours: `ana+bounce@…`.
_OF_NUMBERS: Mapping[str, Fate] = {
    "+14254147755": Fate("delivered"),
    "+14254147167": Fate("failed", "TEXT_UNREACHABLE"),
}
_OF_LABELS: Mapping[str, Fate] = {
    "bounce": Fate("bounced", "Permanent"),
    "suppressionlist": Fate("bounced", "Suppressed"),
    "complaint": Fate("complained"),
    "open": Fate("read"),
}
_SIMULATOR = "@simulator.amazonses.com"


def documented() -> Mapping[str, Fate]:
    """The addresses whose fate is known before, as `parley fates` shows them."""
    simulator = {f"{label}{_SIMULATOR}": fate for label, fate in _OF_LABELS.items() if label != "open"}
    own = {f"NAME+{label}@any.example": fate for label, fate in _OF_LABELS.items()}
    return {**_OF_NUMBERS, f"success{_SIMULATOR}": Fate("delivered"), **simulator, **own}


def fate_of(address: str) -> Fate:
    """What becomes of a message to an address, by the address alone."""
    local, _, domain = address.lower().partition("@")
    label = local if f"@{domain}" == _SIMULATOR else local.rpartition("+")[2] if "+" in local and domain else ""
    return _OF_NUMBERS.get(address) or _OF_LABELS.get(label) or Fate()


def fates_of(text: str) -> Mapping[ChannelName, Fate]:
    """The fates that a text chooses, by channel. Raises `ConfigurationError` for what is none."""
    chosen: dict[ChannelName, Fate] = {}
    for each in filter(None, (part.strip() for part in text.split(","))):
        match = _FATE.fullmatch(each)
        if not match or match["channel"] not in get_args(ChannelName) or match["outcome"] not in get_args(Outcome):
            raise ConfigurationError(
                f"{each!r} is no fate; write CHANNEL=OUTCOME[:CODE][@TIME], like sms=failed:TEXT_BLOCKED@1s, "
                f"with an outcome of {', '.join(get_args(Outcome))}"
            )
        channel: ChannelName = match["channel"]  # type: ignore[assignment]  # it is one of them
        outcome: Outcome = match["outcome"]  # type: ignore[assignment]
        after = float(match["after"]) * _UNITS[match["unit"]] if match["after"] else Fate().after_s
        code = match["code"] or _DEFAULT_CODES.get((channel, outcome), "")
        chosen[channel] = Fate(outcome, code, after)
    return chosen
