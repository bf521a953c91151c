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
from orchestrator.channels.whatsapp import events as whatsapp_events
from orchestrator.channels.whatsapp.errors import as_meta_says
from orchestrator.channels.whatsapp.inbound import items_in
from orchestrator.errors import ParleyError, RefusedError, UpstreamError
from orchestrator.model import Answer, ChannelName, Delivered, Ignored, InboundMessage, Part, Receipt, Turn
from orchestrator.settings import Settings

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
    """Fills `Channel`."""

    name: ChannelName = "whatsapp"
    keeps_consent = True  # neither Meta nor AWS acts on STOP
    on_stream = True  # the account's topic feeds the lake too, for the sake of the statuses

    def __init__(self, client: SocialClient, settings: Settings) -> None:
        self._client = client
        self._meta_api_version = settings.whatsapp_meta_api_version
        self._phone_number_id = settings.whatsapp_phone_number_id
        self.context_ttl_s = settings.context_ttl_s
        self.max_characters = settings.whatsapp_max_characters

    def recognises(self, event: Any) -> bool:
        return whatsapp_events.is_webhook(event)

    def parse(self, delivered: Delivered) -> Sequence[InboundMessage | Ignored]:
        return items_in(delivered, self._phone_number_id)

    def light(self, delivered: Delivered) -> Delivered:
        return delivered

    def prepare(self, message: InboundMessage) -> None:
        """Mark the message as read and show that an answer is being written: for 25 seconds, or until it is there.

        Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators/
        """
        courtesy = {"status": "read", "message_id": message.message_id, "typing_indicator": {"type": "text"}}
        try:
            self._request(message, courtesy)
        except ParleyError as error:
            log.warning("no read receipt for %s: %s", message.message_id, error)

    def compose(self, turn: Turn, answer: Answer) -> Sequence[Part]:
        text = "\n\n".join(filter(None, (to_whatsapp(answer.text), citation_line(answer, linked=True))))
        return [Part(body, detail={"characters": str(_units(body))}) for body in split(text, _fits)]

    def send(self, turn: Turn, part: Part) -> Receipt:
        to_whom = "to" if turn.latest.their_address.startswith("+") else "recipient"  # the latter: a user id
        response = self._request(
            turn.latest,
            {
                "recipient_type": "individual",
                to_whom: turn.latest.their_address,
                "type": "text",
                "text": {"preview_url": False, "body": part.body},
                "biz_opaque_callback_data": turn.turn_id,
            },
        )
        return Receipt(response.get("messageId", ""))

    def _request(self, message: InboundMessage, body: Mapping[str, object]) -> Any:
        with translated(_SEND), as_meta_says():
            return self._client.send_whatsapp_message(
                originationPhoneNumberId=message.detail["phone_number_id"],
                message=msgspec.json.encode({"messaging_product": "whatsapp", **body}),
                metaApiVersion=self._meta_api_version,
            )


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _fits(text: str) -> bool:
    return _units(text) <= MOST_UNITS
