"""The sample's two tables: its names for our columns, and which of our rows it would have.

Names, types and their order are those of the Glue tables in the sample's backend stack. Its events table is partitioned
by `ingest_timestamp`, a timestamp of whole hours; its conversations table is not partitioned.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from transformer.schema import CONVERSATIONS, EVENTS, Column, Table

DATABASE = "engagementdb-glue-db"
PARTITION = "ingest_timestamp"
_HOUR_AS_TIMESTAMP = "try(date_parse(hour, '%Y/%m/%d/%H'))"  # DuckDB prunes files by what cannot fail alone


@dataclass(frozen=True, slots=True)
class SampleTable:
    """One of its tables. `columns` maps its names to ours, in its order; `rows` is a condition, "" for every row."""

    name: str
    ours: Table
    columns: Mapping[str, str]
    is_partitioned: bool
    rows: str = ""

    def sql(self, database: str = "") -> str:
        """The table as a question to ours, in Athena SQL; ours are in `database`, or where the question is asked."""
        shown = [f'"{ours}" AS "{name}"' for name, ours in self.columns.items()]
        if self.is_partitioned:
            shown.append(f'{_HOUR_AS_TIMESTAMP} AS "{PARTITION}"')
        where = f" WHERE {self.rows}" if self.rows else ""
        table = f'"{database}"."{self.ours.name}"' if database else f'"{self.ours.name}"'
        return f"SELECT {', '.join(shown)} FROM {table}{where}"  # noqa: S608  # nothing of an analyst's is in it

    def column(self, name: str) -> Column:
        """Our column behind one of its names."""
        return next(column for column in self.ours.columns if column.name == self.columns[name])


_EVENTS = SampleTable(
    "engagementdb-events-table",
    EVENTS,
    {
        "accountid": "account_id",
        "organizationid": "organization_id",
        "sendingid": "sending_id",
        "sendingaddress": "sending_address",
        "destinationaddress": "destination_address",
        "channel": "channel",
        "type": "type",
        "status": "status",
        "statuscode": "status_code",
        "statusmessage": "status_message",
        "rawstatus": "raw_status",
        "isocountrycode": "iso_country_code",
        "timestamp": "occurred_at",
        "messageid": "message_id",
        "tags": "tags",
        "channeldata": "channel_data",
        "rawevent": "raw_event",
    },
    is_partitioned=True,
    # It has what providers tell of messages, and WhatsApp's own inbound ones; no other inbound messages, no consent.
    rows="source IN ('sms_event', 'ses_event', 'whatsapp_status', 'whatsapp_message', 'sample_event')"
    " AND type <> 'rejected'",
)

_CONVERSATIONS = SampleTable(
    "engagementdb-conversations-table",
    CONVERSATIONS,
    {
        "accountid": "account_id",
        "organizationid": "organization_id",
        "messageid": "message_id",
        "sendingaddress": "sending_address",
        "destinationaddress": "destination_address",
        "channel": "channel",
        "direction": "direction",
        "knowledgebaseid": "answerer_id",
        "sessionid": "session_id",
        "source": "source",
        "message": "message",
        "timestamp": "occurred_at",
        "tags": "tags",
    },
    is_partitioned=False,
)

TABLES: Mapping[str, SampleTable] = {table.name: table for table in (_EVENTS, _CONVERSATIONS)}
