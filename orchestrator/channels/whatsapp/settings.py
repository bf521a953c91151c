"""What the WhatsApp channel reads."""

from typing import Annotated

import msgspec

from orchestrator.sections import about


class WhatsAppSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How WhatsApp messages are sent."""

    whatsapp_meta_api_version: Annotated[
        str, about("version of Meta's API that messages are written for", pattern=r"^v\d+\.\d$")
    ] = "v23.0"
    whatsapp_phone_number_id: Annotated[
        str, about("End User Messaging's id or ARN of the number to send from, where an event does not tell")
    ] = ""
    whatsapp_max_characters: Annotated[
        int, about("how long an answer by WhatsApp should be at most", ge=70, le=4096)
    ] = 1500
