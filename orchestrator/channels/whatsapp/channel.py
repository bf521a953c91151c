"""WhatsApp through AWS End User Messaging Social. What comes in: whatsapp/inbound.py, its shape: whatsapp/events.py.

An answer goes out as a text message of Meta's API inside SendWhatsAppMessage, from the number the person wrote to.
Sources: https://docs.aws.amazon.com/social-messaging/latest/APIReference/API_SendWhatsAppMessage.html,
https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages/
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from orchestrator.aws_errors import Operation, translated
from orchestrator.channels.text.citations import citation_line
from orchestrator.channels.text.markdown import to_whatsapp
from orchestrator.channels.text.splitting import split
from orchestrator.channels.whatsapp.errors import as_meta_says
from orchestrator.channels.whatsapp.events import is_webhook
from orchestrator.channels.whatsapp.inbound import items_in
from orchestrator.channels.whatsapp.progress import progress_in
from orchestrator.channels.whatsapp.settings import WhatsAppSettings
from orchestrator.defects import hashed
from orchestrator.errors import ConfigurationError, ParleyError, RefusedError, UpstreamError
from orchestrator.model import ChannelName, Delivered, Ignored, InboundMessage, Outgoing, Part, Progress, Receipt

log = logging.getLogger(__name__)

MOST_UNITS = 4096  # characters of one text, says Meta, not of which kind: UTF-16 units are the strictest count

# Codes of SendWhatsAppMessage beyond the shared ones. AWS answers DependencyException for trouble on Meta's side.
_SEND = Operation(
    "socialmessaging",
    "SendWhatsAppMessage",
    {"InvalidParametersException": RefusedError, "DependencyException": UpstreamError},
)


class SocialClient(Protocol):
    """The part of boto3's `socialmessaging` client that is used."""

    def send_whatsapp_message(self, **request: Any) -> Any: ...


class WhatsAppChannel:
    """Fills `Channel`: text in WhatsApp's markup, in parts of at most `MOST_UNITS`."""

    name: ChannelName = "whatsapp"

    def __init__(self, client: SocialClient, settings: WhatsAppSettings, context_ttl_s: int) -> None:
        self._client = client
        self._meta_api_version = settings.whatsapp_meta_api_version
        self._phone_number_id = settings.whatsapp_phone_number_id
        self.context_ttl_s = context_ttl_s
        self.max_characters = settings.whatsapp_max_characters

    def recognises(self, event: Any) -> bool:
        return is_webhook(event)

    def parse(self, delivered: Delivered) -> Sequence[InboundMessage | Ignored]:
        return items_in(delivered, self._phone_number_id)

    def for_the_lake(self, delivered: Delivered) -> Delivered:
        return delivered

    def acknowledge(self, message: InboundMessage) -> None:
        """Mark the message as read and show that an answer is being written: for 25 seconds, or until it is there.

        Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators/
        """
        courtesy = {"status": "read", "message_id": message.message_id, "typing_indicator": {"type": "text"}}
        try:
            self._request(self._number_of(message), courtesy)
        except ParleyError as error:
            log.warning("no read receipt for %s: %s", hashed(message.message_id), error.logged)

    def compose(self, outgoing: Outgoing) -> Sequence[Part]:
        content = outgoing.content
        text = "\n\n".join(filter(None, (to_whatsapp(content.text), citation_line(content, linked=True))))
        return [Part(body, detail={"characters": str(_units(body))}) for body in split(text, _fits)]

    def send(self, outgoing: Outgoing, part: Part) -> Receipt:
        to_whom = "to" if outgoing.their_address.startswith("+") else "recipient"  # the latter: a user id
        response = self._request(
            self._number_of(outgoing.question),
            {
                "recipient_type": "individual",
                to_whom: outgoing.their_address,
                "type": "text",
                "text": {"preview_url": False, "body": part.body},
                "biz_opaque_callback_data": outgoing.ref,
            },
        )
        return Receipt(response.get("messageId", ""))

    def progress(self, delivered: Delivered) -> Sequence[Progress]:
        return progress_in(delivered)

    def _number_of(self, question: InboundMessage | None) -> str:
        """The id of our number: the one that was written to, else that of the settings."""
        number = question.detail["phone_number_id"] if question else self._phone_number_id
        if not number:
            raise ConfigurationError("PARLEY_WHATSAPP_PHONE_NUMBER_ID names the number to send from, and is not set")
        return number

    def _request(self, phone_number_id: str, body: Mapping[str, object]) -> Any:
        with translated(_SEND), as_meta_says():
            return self._client.send_whatsapp_message(
                originationPhoneNumberId=phone_number_id,
                message=msgspec.json.encode({"messaging_product": "whatsapp", **body}),
                metaApiVersion=self._meta_api_version,
            )


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _fits(text: str) -> bool:
    return _units(text) <= MOST_UNITS
