"""Whether a step may leave, and from where: the rules that stand between a plan and a person."""

from collections.abc import Callable
from typing import NamedTuple

from orchestrator.keys import Keys
from orchestrator.model import ChannelName, Contact
from orchestrator.sends import Send, Step


class Verdict(NamedTuple):
    """A step goes, from one of our addresses; or it is skipped for a reason."""

    our_address: str
    reason: str = ""


class Gate:
    """Asks the contacts that answering keeps, and the routes of the settings."""

    def __init__(self, origins: dict[ChannelName, str], keys: Keys, contact: Callable[[str], Contact]) -> None:
        self._origins = origins
        self._keys = keys
        self._contact = contact

    def verdict(self, send: Send, step: Step) -> Verdict:
        """What may leave now. A code is asked for by the person, and goes also to who has opted out of all else."""
        channel, address = step.to.channel, step.to.address
        ours = self._origins.get(channel, "")
        if not ours:
            return Verdict("", f"PARLEY_SEND_{channel.upper()}_FROM names what to send from, and is not set")
        contact = self._contact(self._keys.contact_of_addresses(channel, ours, address))
        if contact.consent == "opted_out" and send.purpose != "code":
            return Verdict(ours, "the person has opted out")
        return Verdict(ours)
