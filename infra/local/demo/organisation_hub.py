"""One organisation's hub: the real one, its channels on made-up providers, its answerers at hand."""

from collections.abc import Iterable
from random import Random
from typing import NoReturn

from infra.local.demo.answering import Clock, MadeUpModel, QuotedDocuments
from infra.local.demo.people import Organisation, Person
from infra.local.demo.providers import Providers
from infra.local.deployment import Deployment, providers
from infra.local.workers import work
from orchestrator import bootstrap
from orchestrator.answerers.documents.answerer import DocumentsAnswerer
from orchestrator.envelopes import opened
from orchestrator.errors import EventError
from orchestrator.sections import changed
from orchestrator.settings import Settings

KEY = "conversation.key"


class OrganisationHub:
    """The hub of one organisation, on the store and the queue that all organisations share."""

    def __init__(
        self, organisation: Organisation, deployment: Deployment, made_up: Providers, chance: Random, clock: Clock
    ) -> None:
        self._deployment = deployment
        self._providers = made_up
        self._clock = clock
        self._settings = changed(
            Settings(),
            account_id=organisation.account_id,
            organization_id=organisation.name,
            email_addresses=(organisation.mail,),
            max_receives=1,  # what fails is not tried again, whose waiting would be left to chance
        )
        self._hub = bootstrap.hub(
            self._settings,
            providers(made_up, deployment.mail, _no_other),
            store=deployment.store,
            wake_ups=deployment.queue,
            keys=deployment.keys,
            clock=clock,
            asked=(
                QuotedDocuments(DocumentsAnswerer(deployment.documents), chance, clock),
                MadeUpModel(chance, clock),
            ),
        )

    def deliver(self, event: bytes) -> list[str]:
        """As the topics do: to the hub, and to the stream where the channel has one. Returns whom it woke."""
        keys: list[str] = []
        for delivered in opened(event, self._clock()):
            keys += self._deployment.receive(delivered, self._hub).keys
        return keys

    def reject(self, body: bytes) -> None:
        """Deliver bytes that are no event."""
        self._hub.reject(body, EventError("the event", "is not JSON"))

    def answer(self, keys: Iterable[str]) -> None:
        """Work off the wake-ups of these conversations, once each."""
        for key in dict.fromkeys(keys):
            while wake_up := self._deployment.queue.lease(key):
                work(self._hub, self._deployment.queue, wake_up, self._settings)

    def note_command(self, person: Person, text: str) -> None:
        """The SMS provider itself keeps STOP and START."""
        if person.channel == "sms" and text == "STOP":
            self._providers.opted_out.add(person.address)
        elif text == "START":
            self._providers.opted_out.discard(person.address)


def _no_other(service: str) -> NoReturn:
    raise AssertionError(f"the demo calls no {service}")
