"""Every setting: the sections that stand beside their packages, put together by what reads them.

    ingress, sweep              Receiving   a hub and its channels: they receive and end, and ask nobody
    converse                    Answering   and its answerers
    send, progress              Sending     and how sends leave
    search_documents            SearchSettings, of answerers/knowledge_base
    transformer                 RedactionSettings
    one machine, the operator   Settings    all of them

A setting is added to its section, and nowhere else. The README's table is generated from the sections.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

import msgspec

from orchestrator import sections
from orchestrator.answerers.agentcore.settings import AgentCoreSettings
from orchestrator.answerers.bedrock.settings import BedrockSettings
from orchestrator.answerers.bedrock_agent.settings import BedrockAgentSettings
from orchestrator.answerers.knowledge_base.settings import KnowledgeBaseSettings
from orchestrator.answerers.openai.settings import OpenAiSettings
from orchestrator.answerers.settings import AnsweringSettings, DocumentsSettings, QBusinessSettings
from orchestrator.channels.email.settings import EmailSettings
from orchestrator.channels.sms.settings import SmsSettings
from orchestrator.channels.whatsapp.settings import WhatsAppSettings
from orchestrator.hub_settings import HubSettings
from orchestrator.sections import about
from orchestrator.sending_settings import SendingSettings, SimulatedSettings


class DeployedSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment's stacks have made for its hub."""

    stage: Annotated[str, about("name of a deployment, by which its metrics are told from another's")] = "local"
    table_name: Annotated[str, about("DynamoDB table of a deployment")] = ""
    wake_ups_url: Annotated[str, about("SQS FIFO queue that wakes conversations in a deployment")] = ""
    inbound_url: Annotated[str, about("SQS queue that providers' events arrive on in a deployment")] = ""
    conversation_key_secret: Annotated[
        str, about("Secrets Manager secret that names conversations; losing it begins every conversation anew")
    ] = ""


class SendingQueuesSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment's stacks have made for its sends."""

    sends_url: Annotated[str, about("SQS queue that wakes sends in a deployment")] = ""
    progress_url: Annotated[str, about("SQS queue that brings what providers tell of sends in a deployment")] = ""


class RedactionSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is replaced before it is written to the lake: read by whatever turns events into rows."""

    redaction: Annotated[
        Literal["off", "patterns", "comprehend"],
        about("what replaces personal data before it is written to the lake: known forms, or Amazon Comprehend too"),
    ] = "off"
    redaction_keep: Annotated[
        tuple[str, ...], about("our own public numbers and mail addresses, which redaction leaves as they are")
    ] = ()
    pseudonym_key: Annotated[
        str,
        about(
            "secret of 16 bytes or more, or the ARN of one in Secrets Manager: redaction turns addresses into keyed"
            " hashes, the same in every row; losing it ends their joins"
        ),
    ] = ""


class Receiving(HubSettings, frozen=True, kw_only=True):
    """What receives messages, and ends what nobody woke."""

    deployed: DeployedSettings = DeployedSettings()
    sms: SmsSettings = SmsSettings()
    email: EmailSettings = EmailSettings()
    whatsapp: WhatsAppSettings = WhatsAppSettings()


class Sending(Receiving, frozen=True, kw_only=True):
    """What carries sends to their end."""

    sending: SendingSettings = SendingSettings()
    sending_queues: SendingQueuesSettings = SendingQueuesSettings()


class Answering(Receiving, frozen=True, kw_only=True):
    """What carries turns to their end."""

    answering: AnsweringSettings = AnsweringSettings()
    agentcore: AgentCoreSettings = AgentCoreSettings()
    bedrock_agent: BedrockAgentSettings = BedrockAgentSettings()
    qbusiness: QBusinessSettings = QBusinessSettings()
    bedrock: BedrockSettings = BedrockSettings()
    knowledge_base: KnowledgeBaseSettings = KnowledgeBaseSettings()


class Settings(Answering, frozen=True, kw_only=True):
    """All of them."""

    sending: SendingSettings = SendingSettings()
    sending_queues: SendingQueuesSettings = SendingQueuesSettings()
    simulated: SimulatedSettings = SimulatedSettings()
    documents: DocumentsSettings = DocumentsSettings()
    openai: OpenAiSettings = OpenAiSettings()
    redaction: RedactionSettings = RedactionSettings()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Raises `ConfigurationError` naming every setting that is wrong, not only the first."""
        return sections.read(cls, environ)


def described() -> list[sections.Described]:
    """Every setting, in the order of the sections."""
    return sections.described(Settings)
