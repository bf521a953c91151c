-- title: What text messages cost, by the number of their parts
-- description: Each part is paid for: 160 characters of GSM-7 are one, 161 are two of 153; with an emoji, 70 are one.
--   Source: https://docs.aws.amazon.com/sms-voice/latest/userguide/sms-limitations-character.html
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column parts_per_message: parts a message was sent in; NULL where the events do not say
-- column messages: messages
-- column parts: parts they were sent in
-- column message_price: what AWS asks for them; US dollars
-- column carrier_fee: what carriers ask for them; US dollars
-- column total_price: both together; US dollars
-- column price_per_message: total_price of a message; US dollars
-- chart: bar x=parts_per_message y=messages
-- scans: events from 1 hour before to 3 days after
SELECT
    parts AS parts_per_message,
    count(*) AS messages,
    sum(parts) AS parts,
    sum(message_price) AS message_price,
    sum(carrier_fee) AS carrier_fee,
    sum(total_price) AS total_price,
    round(CAST(sum(total_price) AS double) / count(*), 5) AS price_per_message
FROM sms_message_status
GROUP BY parts
ORDER BY parts_per_message NULLS LAST
