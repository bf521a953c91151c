"""One organisation's hub: the real one, its channels on made-up providers, its answerers at hand."""

from collections.abc import Iterable
from random import Random

from infra.local.demo.answering import Clock, MadeUpModel, QuotedDocuments
from infra.local.demo.cast import Organisation, Person
from infra.local.demo.providers import Providers
from infra.local.deployment import Deployment
from infra.local.providers.mail_folder import MailFolder
from infra.local.workers import work
from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from orchestrator.channels.channel import Channel
from orchestrator.channels.email.channel import EmailChannel
from orchestrator.channels.sms.channel import SmsChannel
from orchestrator.channels.whatsapp.channel import WhatsAppChannel
from orchestrator.envelopes import opened
from orchestrator.errors import EventError
from orchestrator.hub import Hub
from orchestrator.keys import Keys
from orchestrator.settings import Settings

KEY = "conversation.key"


class House:
    """On the store and the queue that all organisations share."""

    def __init__(
        self, organisation: Organisation, deployment: Deployment, providers: Providers, chance: Random, clock: Clock
    ) -> None:
        self._deployment = deployment
        self._providers = providers
        self._clock = clock
        self._settings = Settings(
            account_id=organisation.account_id,
            organization_id=organisation.name,
            email_addresses=(organisation.mail,),
            max_receives=1,  # what fails is not tried again, whose waiting would be left to chance
        )
        self._channels: tuple[Channel, ...] = (
            SmsChannel(providers, self._settings),
            WhatsAppChannel(providers, self._settings),
            EmailChannel(providers, MailFolder(deployment.data / "mail"), self._settings),
        )
        self._hub = Hub(
            channels=self._channels,
            answerers=(
                QuotedDocuments(DocumentsAnswerer(deployment.documents), chance, clock),
                MadeUpModel(chance, clock),
            ),
            store=deployment.store,
            queue=deployment.queue,
            keys=Keys(bytes.fromhex((deployment.data / KEY).read_text())),
            settings=self._settings,
            clock=clock,
        )

    def deliver(self, event: bytes) -> list[str]:
        """As the topics do: to the hub, and to the stream where the channel has one. Returns whom it woke."""
        keys: list[str] = []
        for delivered in opened(event, self._clock()):
            if any(channel.on_stream and channel.recognises(delivered.event) for channel in self._channels):
                self._deployment.store.record([delivered.original])
            keys += self._hub.receive(delivered).keys
        return keys

    def reject(self, body: bytes) -> None:
        """Bytes that are no event."""
        self._hub.reject(body, EventError("the event", "is not JSON"))

    def answer(self, keys: Iterable[str]) -> None:
        """Work off what was woken."""
        for key in dict.fromkeys(keys):
            while wake_up := self._deployment.queue.lease(key):
                work(self._hub, self._deployment.queue, wake_up, self._settings)

    def note_command(self, person: Person, text: str) -> None:
        """The SMS provider itself keeps STOP and START."""
        if person.channel == "sms" and text == "STOP":
            self._providers.opted_out.add(person.address)
        elif text == "START":
            self._providers.opted_out.discard(person.address)
