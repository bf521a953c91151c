-- title: WhatsApp's own conversations
-- description: One row for each conversation as WhatsApp counts them: the messages that we sent to a person within a
--   window of 24 hours. Messages without one, as Meta tells them less and less, are not here; Parley's conversations,
--   with what was said, are in conversation_turns.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column whatsapp_conversation_id: WhatsApp's id
-- column account_id: AWS account
-- column organization_id: the WhatsApp business account
-- column sending_address: our number; E.164
-- column recipient: the person's number, or user id; E.164
-- column origin: who opened it, and what for: service, marketing, utility, authentication, …
-- column started_at: when the first thing happened in it; UTC
-- column ended_at: when the last thing happened in it; UTC
-- column duration_s: from one to the other; seconds
-- column messages: messages that we sent in it
-- column delivered: those that reached the phone
-- column read: those that were read
-- column failed: those that failed
-- scans: events from 1 hour before to 3 days after
SELECT
    whatsapp_conversation_id,
    max(account_id) AS account_id,
    max(organization_id) AS organization_id,
    max(sending_address) AS sending_address,
    max(recipient) AS recipient,
    max(origin) AS origin,
    min(first_event_at) AS started_at,
    max(last_event_at) AS ended_at,
    date_diff('second', min(first_event_at), max(last_event_at)) AS duration_s,
    count(*) AS messages,
    count_if(delivered) AS delivered,
    count_if(delivery_status = 'read') AS read,
    count_if(delivery_status = 'failed') AS failed
FROM whatsapp_message_status
WHERE whatsapp_conversation_id <> ''
GROUP BY whatsapp_conversation_id
