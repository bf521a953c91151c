"""What a deployer decides about sending: a company writes first."""

from typing import Annotated

from msgspec import Meta, Struct

from infra.aws.settings.hub import Hub
from orchestrator.errors import ConfigurationError
from orchestrator.sending.named import plans_of
from orchestrator.settings import Settings


class Sending(Struct, frozen=True, kw_only=True):
    """Sends: reminders, receipts, codes. What they leave from are settings of the hub's own, `settings.send_…_from`."""

    deployed: Annotated[bool, Meta(description="whether there is a stack that carries sends")] = False
    sms_identity: Annotated[
        str,
        Meta(
            description="id of the phone number (phone-…) or pool (pool-…) that texts leave from; empty: none do",
            pattern="^((phone|pool)-[0-9a-zA-Z]+)?$",
            examples=["pool-0123456789abcdef0123456789abcdef"],
        ),
    ] = ""
    mail_address: Annotated[
        str,
        Meta(
            description="mail address that sends leave from, of an identity of SES; empty: none do",
            pattern=r"^([^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?$",
            examples=["orders@example.com"],
        ),
    ] = ""
    whatsapp_number: Annotated[
        str,
        Meta(
            description="id (phone-number-id-…) of the WhatsApp number that sends leave from; empty: none do",
            pattern="^(phone-number-id-[0-9a-zA-Z]+)?$",
            examples=["phone-number-id-0123456789abcdef0123456789abcdef"],
        ),
    ] = ""
    at_once: Annotated[int, Meta(description="sends carried at the same time", ge=2, le=1000)] = 10


def sending_faults(sending: Sending, hub: Hub, settings: Settings) -> list[str]:
    """One line for each fault, with its remedy."""
    if not sending.deployed:
        return []
    faults = []
    if not hub.deployed:
        faults.append("sending.deployed: sends are kept in the hub's table; set hub.deployed=true too")
    if not (sending.sms_identity or sending.mail_address or sending.whatsapp_number):
        faults.append(
            "sending.deployed: nothing to send from; name sending.sms_identity, sending.mail_address or"
            " sending.whatsapp_number"
        )
    try:
        plans_of(settings.sending.plans)
    except ConfigurationError as error:
        faults.append(str(error).replace("PARLEY_PLANS", "settings.plans"))
    return faults
