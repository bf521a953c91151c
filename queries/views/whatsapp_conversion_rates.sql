-- title: How many WhatsApp messages arrive and are read
-- description: By the day on which the first thing happened to a message, and by what it was. Rates are of the row; to
--   join rows, add the counts and divide.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column day: the day, UTC
-- column organization_id: the WhatsApp business account
-- column sending_address: our number; E.164
-- column category: what they are priced as: service, marketing, …
-- column messages: messages
-- column sent: those that WhatsApp sent
-- column delivered: those that reached the phone
-- column read: those that were read; fewer than in truth, as people may hide it
-- column failed: those that failed
-- column delivery_rate: delivered of messages; 0 to 1
-- column read_rate: read of delivered; 0 to 1
-- column failure_rate: failed of messages; 0 to 1
-- scans: events from 1 hour before to 3 days after
SELECT
    date(first_event_at) AS day,
    organization_id,
    sending_address,
    category,
    count(*) AS messages,
    count_if(sent_at IS NOT NULL OR delivered) AS sent,
    count_if(delivered) AS delivered,
    count_if(delivery_status = 'read') AS read,
    count_if(delivery_status = 'failed') AS failed,
    round(CAST(count_if(delivered) AS double) / count(*), 4) AS delivery_rate,
    round(CAST(count_if(delivery_status = 'read') AS double) / nullif(count_if(delivered), 0), 4) AS read_rate,
    round(CAST(count_if(delivery_status = 'failed') AS double) / count(*), 4) AS failure_rate
FROM whatsapp_message_status
GROUP BY date(first_event_at), organization_id, sending_address, category
