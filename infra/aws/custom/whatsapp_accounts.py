"""Custom resource: WhatsApp Business accounts report to the deployment's topic.

An account reports to one destination. One that reports elsewhere already is left as it is, and the deployment fails:
its events are somebody's. What is linked here is released when it is no longer wanted, as it reported nowhere before.
Source: https://docs.aws.amazon.com/social-messaging/latest/APIReference/API_PutWhatsAppBusinessAccountEventDestinations.html
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import botocore.session

from infra.aws.custom.resource import Event, Made, Properties, RefusedError, answer


class Wanted(Properties, frozen=True):
    """The accounts, by id (waba-…), and the topic that they report to."""

    accounts: tuple[str, ...]
    topic_arn: str


def handler(event: Event, _context: object) -> dict[str, object]:
    """CloudFormation's request in, its answer out."""
    return answer(event, Wanted, WhatsAppAccounts(_client()))


class WhatsAppAccounts:
    """Fills `Resource`. Raises `RefusedError` naming every account that cannot be linked, before any is."""

    def __init__(self, client: Any) -> None:
        """`client` is botocore's of `socialmessaging`."""
        self._client = client

    def create(self, wanted: Wanted) -> Made:
        self._link(wanted, ours={wanted.topic_arn})
        return Made(wanted.topic_arn)

    def update(self, id_: str, wanted: Wanted, before: Wanted) -> Made:
        self._link(wanted, ours={wanted.topic_arn, before.topic_arn})
        self._release(set(before.accounts) - set(wanted.accounts), before.topic_arn)
        return Made(id_)

    def delete(self, _id: str, before: Wanted) -> None:
        self._release(set(before.accounts), before.topic_arn)

    def _link(self, wanted: Wanted, ours: set[str]) -> None:
        found = {account: self._destination(account) for account in wanted.accounts}
        faults = [_fault(account, found[account]) for account in found if found[account] not in {"", *ours}]
        if faults:
            raise RefusedError("; ".join(faults))
        for account, destination in found.items():
            if destination != wanted.topic_arn:
                self._report(account, [{"eventDestinationArn": wanted.topic_arn}])

    def _release(self, accounts: set[str], topic_arn: str) -> None:
        """One that has been unlinked, or led elsewhere, meanwhile is left alone."""
        for account in sorted(accounts):
            if self._destination(account) == topic_arn:
                self._report(account, [])

    def _destination(self, account: str) -> str | None:
        """ "" where it reports nowhere, None where there is no such account."""
        try:
            found = self._client.get_linked_whatsapp_business_account(id=account)["account"]["eventDestinations"]
        except self._client.exceptions.ResourceNotFoundException:
            return None
        return str(found[0]["eventDestinationArn"]) if found else ""

    def _report(self, account: str, destinations: Sequence[Mapping[str, str]]) -> None:
        self._client.put_whatsapp_business_account_event_destinations(id=account, eventDestinations=destinations)


def _fault(account: str, destination: str | None) -> str:
    if destination is None:
        return f"there is no WhatsApp account {account} in this account and region: correct sources.whatsapp_accounts"
    return (
        f"the WhatsApp account {account} reports to {destination} already, and an account reports to one place: set"
        f" sources.whatsapp_topic={destination} to share it, or turn off its event destination in the console of End"
        " User Messaging Social"
    )


@functools.cache
def _client() -> Any:
    return botocore.session.get_session().create_client("socialmessaging")
