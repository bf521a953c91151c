"""What sending reads."""

from typing import Annotated, Literal

import msgspec

from orchestrator.sections import about


class SendingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What sends leave from, and when a step is tried again."""

    send_sms_from: Annotated[str, about("phone number, pool or sender id that sends leave from by SMS")] = ""
    send_whatsapp_from: Annotated[
        str, about("our WhatsApp number, as people see it; PARLEY_WHATSAPP_PHONE_NUMBER_ID is its id")
    ] = ""
    send_email_from: Annotated[str, about("mail address that sends leave from")] = ""
    plans: Annotated[
        str, about("JSON of plans besides the shipped ones, as `parley plans show` prints them", long=True)
    ] = "{}"
    test_recipients: Annotated[
        tuple[str, ...],
        about("addresses (`sms:+12065550100`) whose sends never reach a provider, cost nothing, and are delivered"),
    ] = ()
    fates: Annotated[
        str,
        about("what becomes of sends on one machine, where providers are simulated: `sms=failed:TEXT_BLOCKED@1s`"),
    ] = ""
    send_claim_s: Annotated[
        float, about("seconds a worker may take over one step of a send before another may resume it", gt=0)
    ] = 60
    send_max_receives: Annotated[
        int, about("how often a step is tried whose provider cannot be reached; then it has failed", ge=1, le=1000)
    ] = 8
    unconfirmed_step: Annotated[
        Literal["resend", "skip"],
        about("what to do with a part of a send that may or may not have left before a crash"),
    ] = "resend"
