"""The store of a deployment: every subject in one DynamoDB table."""

from collections.abc import Callable
from datetime import datetime

from orchestrator.stores.dynamodb import contacts, conversations, journal, quarantine, sends
from orchestrator.stores.dynamodb.contacts import DynamoContacts
from orchestrator.stores.dynamodb.conversations import DynamoConversations
from orchestrator.stores.dynamodb.journal import DynamoJournal
from orchestrator.stores.dynamodb.quarantine import DynamoQuarantine
from orchestrator.stores.dynamodb.sends import DynamoSends
from orchestrator.stores.dynamodb.table import DynamoClient, Table

KINDS = {
    **conversations.KINDS,
    **contacts.KINDS,
    **quarantine.KINDS,
    **sends.KINDS,
    **journal.KINDS,
}  # of every item of the table


class DynamoStore:
    """Fills `Store` with the table of this name; nothing is called before it is used."""

    def __init__(self, client: DynamoClient, table_name: str, clock: Callable[[], datetime]) -> None:
        table = Table(client, table_name)
        self.journal = DynamoJournal(table, clock)
        self.contacts = DynamoContacts(table, self.journal, clock)
        self.conversations = DynamoConversations(table, self.contacts, self.journal, clock)
        self.quarantine = DynamoQuarantine(table)
        self.sends = DynamoSends(table, self.journal, clock)
