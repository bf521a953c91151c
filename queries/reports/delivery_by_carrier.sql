-- title: Delivery rate by carrier
-- description: Text and picture messages by the carrier that took them. Some carriers never confirm a delivery: there,
--   look at failure_rate.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column iso_country_code: the recipients' country, two letters
-- column carrier: the carrier; empty where the events do not say
-- column messages: messages
-- column accepted: those that the carrier accepted, delivered ones included
-- column delivered: those that reached the phone
-- column failed: those that failed
-- column delivery_rate: delivered of messages; 0 to 1
-- column failure_rate: failed of messages; 0 to 1
-- chart: bar x=carrier,iso_country_code y=delivery_rate,failure_rate
-- scans: events from 1 hour before to 3 days after
SELECT
    iso_country_code,
    carrier,
    count(*) AS messages,
    count_if(delivery_status IN ('sent', 'delivered', 'read')) AS accepted,
    count_if(delivery_status IN ('delivered', 'read')) AS delivered,
    count_if(delivery_status = 'failed') AS failed,
    round(CAST(count_if(delivery_status IN ('delivered', 'read')) AS double) / count(*), 4) AS delivery_rate,
    round(CAST(count_if(delivery_status = 'failed') AS double) / count(*), 4) AS failure_rate
FROM message_status
WHERE channel IN ('text', 'media')
GROUP BY iso_country_code, carrier
ORDER BY messages DESC, iso_country_code, carrier
