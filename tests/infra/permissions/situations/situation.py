"""What a situation is, and what several have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.infra.permissions.deployed import Deployed
from tests.kit import SmsLine
from tests.lines import LINES, WhatsAppLine
from tests.unit.email_kit import Ses


@dataclass(frozen=True)
class Situation:
    """`play` leads `function`, by its handler's path, into it.

    `when` are the settings that lead there: it can come about in a deployment that has them too. A setting that is a
    choice must be the same, of another it counts whether there is one; "" says that there is none.
    """

    function: str
    name: str
    play: Callable[[Deployed], None]
    fakes: Mapping[str, Any] = field(default_factory=dict)
    when: Mapping[str, str] = field(default_factory=dict)


def providers() -> dict[str, Any]:
    """Behind every channel, one that takes what is sent."""
    return {"pinpoint-sms-voice-v2": SmsLine(), "socialmessaging": WhatsAppLine(), "sesv2": Ses()}


def person_writes(deployed: Deployed, channel: str, text: str = "When do you open?", number: int = 1) -> None:
    """And the hub receives it."""
    line = LINES[channel]()
    deployed.ingress(line.event(text, f"m{number}", line.person(1), deployed.clock.now))
