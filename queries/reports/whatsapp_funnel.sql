-- title: From sending a WhatsApp message to its being read, by day
-- description: How many messages get how far. People may hide that they read: read is a lower bound.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column day: the day on which the first thing happened to it, UTC
-- column messages: messages
-- column sent: those that WhatsApp sent
-- column delivered: those that reached the phone
-- column read: those that were read
-- column failed: those that failed
-- column delivery_rate: delivered of messages; 0 to 1
-- column read_rate: read of delivered; 0 to 1
-- column failure_rate: failed of messages; 0 to 1
-- chart: line x=day y=sent,delivered,read,failed counts
-- scans: events from 1 hour before to 3 days after
SELECT
    day,
    sum(messages) AS messages,
    sum(sent) AS sent,
    sum(delivered) AS delivered,
    sum(read) AS read,
    sum(failed) AS failed,
    round(CAST(sum(delivered) AS double) / sum(messages), 4) AS delivery_rate,
    round(CAST(sum(read) AS double) / nullif(sum(delivered), 0), 4) AS read_rate,
    round(CAST(sum(failed) AS double) / sum(messages), 4) AS failure_rate
FROM whatsapp_conversion_rates
GROUP BY day
ORDER BY day
