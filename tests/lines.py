"""Every channel as the shared tests drive it, embedded and deployed: what holds for one holds for all."""

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import pytest

from infra.local.providers import whatsapp as outbox_whatsapp
from infra.local.providers.requests import check, refusal
from orchestrator.channels.channel import Channel
from orchestrator.channels.text.markdown import to_whatsapp
from orchestrator.channels.whatsapp.channel import WhatsAppChannel
from orchestrator.model import ChannelName, Part
from orchestrator.settings import Settings
from tests.deployed import DeployedMachine
from tests.kit import OURS, Line, Machine, Reply, SmsLine, notification
from tests.unit.email_kit import EmailLine


class WhatsAppLine:
    """`socialmessaging` as far as it is used; read receipts are taken and set apart."""

    name: ChannelName = "whatsapp"

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.receipts: list[dict[str, Any]] = []
        self.failures: list[Exception] = []
        self._count = itertools.count(1)

    def channel(self, client: Any, settings: Settings) -> Channel:
        return WhatsAppChannel(client, settings.whatsapp, settings.turns.context_ttl_s)

    def event(self, text: str, message_id: str, theirs: str, at: datetime) -> bytes:
        return notification(outbox_whatsapp.message_event(text, message_id, OURS, theirs, at), at)

    def person(self, number: int) -> str:
        return f"+1425555{number:04}"

    def send_whatsapp_message(self, **request: Any) -> dict[str, str]:
        check("socialmessaging", "SendWhatsAppMessage", request)
        message = msgspec.json.decode(request["message"])
        if "status" in message:
            self.receipts.append(message)
            return {}
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)
        return {"messageId": f"sent-{next(self._count)}"}

    @property
    def replies(self) -> list[Reply]:
        return [
            Reply(message["to"], message["biz_opaque_callback_data"], message["text"]["body"]) for message in self.sent
        ]

    def throttled(self) -> Exception:
        return refusal("SendWhatsAppMessage", "ThrottlingException", "Rate exceeded")

    def rendered(self, markdown: str) -> str:
        return to_whatsapp(markdown)

    def readable(self, part: Part) -> str:
        return part.body


LINES: dict[str, Callable[[], Line]] = {"sms": SmsLine, "whatsapp": WhatsAppLine, "email": EmailLine}

BACKENDS: dict[str, Callable[..., Any]] = {"embedded": Machine, "deployed": DeployedMachine}
everywhere = pytest.mark.parametrize(
    ("backend", "name"),
    [
        pytest.param(backend, name, marks=[pytest.mark.slow] if backend == "deployed" else [])
        for backend in BACKENDS
        for name in sorted(LINES)
    ],
)
