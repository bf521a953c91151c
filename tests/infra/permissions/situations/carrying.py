"""Send, progress and sweep_sends: a company writes first."""

from collections.abc import Mapping

from orchestrator.model import ChannelName
from tests.infra.permissions.deployed import PROGRESS, SEND, SWEEP_SENDS, Deployed
from tests.infra.permissions.situations.situation import Situation, providers
from tests.kit import notification
from tests.sending import SEND as SEND_ID
from tests.sending import a_send

FROM: Mapping[ChannelName, Mapping[str, str]] = {
    "sms": {"send_sms_from": "phone-0123456789abcdef0123456789abcdef"},
    "whatsapp": {
        "send_whatsapp_from": "phone-number-id-0123456789abcdef0123456789abcdef",
        "whatsapp_phone_number_id": "phone-number-id-0123456789abcdef0123456789abcdef",
    },
    "email": {"send_email_from": "orders@shop.example"},
}


def situations() -> list[Situation]:
    return [
        *(_leaves(f"a step leaves by {channel}", channel) for channel in FROM),
        Situation(SEND, "a provider of a step is away", _away, providers(), FROM["sms"]),
        Situation(SEND, "what becomes of a step cannot be kept", _in_vain),
        Situation(PROGRESS, "a provider tells of a send", _told),
        Situation(PROGRESS, "a provider tells what is older than what is known", _told_late),
        Situation(PROGRESS, "what a provider tells cannot be kept", _told_in_vain),
        Situation(SWEEP_SENDS, "a send was forgotten", _forgotten),
    ]


def _leaves(name: str, channel: ChannelName) -> Situation:
    def play(deployed: Deployed) -> None:
        deployed.set(**FROM[channel])
        deployed.accepted(a_send(channel, "sms" if channel != "sms" else "email"))
        deployed.send()

    return Situation(SEND, name, play, providers(), FROM[channel])


def _away(deployed: Deployed) -> None:
    deployed.set(**FROM["sms"])
    sms = deployed.fakes["pinpoint-sms-voice-v2"]
    sms.failures.append(sms.throttled())
    deployed.accepted(a_send("sms"))
    deployed.send()


def _in_vain(deployed: Deployed) -> None:
    deployed.accepted(a_send("sms"))
    deployed.failing("dynamodb TransactWriteItems")
    deployed.send()


def _told(deployed: Deployed) -> None:
    deployed.accepted(a_send("sms"))
    deployed.told(_event("TEXT_DELIVERED"))


def _told_late(deployed: Deployed) -> None:
    deployed.accepted(a_send("sms"))
    deployed.told(_event("TEXT_DELIVERED"))
    deployed.told(_event("TEXT_SENT"))


def _told_in_vain(deployed: Deployed) -> None:
    deployed.accepted(a_send("sms"))
    deployed.failing("dynamodb TransactWriteItems")
    deployed.told(_event("TEXT_DELIVERED"))


def _forgotten(deployed: Deployed) -> None:
    deployed.accepted(a_send("sms"))
    deployed.clock.advance(minutes=5)
    deployed.invoke(SWEEP_SENDS, {})


def _event(kind: str) -> bytes:
    context = {"send_id": SEND_ID, "step": "1"}
    return notification({"eventType": kind, "eventTimestamp": 1773489600000, "messageId": "m-1", "context": context})
