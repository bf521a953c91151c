-- title: What text messages cost, by country
-- description: Prices are AWS's own, from the delivery events; each message counts once, and total_price is the sum of
--   the others.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column iso_country_code: the recipients' country, two letters; empty where the events do not say
-- column messages: messages
-- column parts: parts they were sent in
-- column message_price: what AWS asks for them; US dollars
-- column carrier_fee: what carriers ask for them; US dollars
-- column total_price: both together; US dollars
-- column price_per_message: total_price of a message; US dollars
-- chart: bar x=iso_country_code y=message_price,carrier_fee
-- scans: events from 1 hour before to 3 days after
SELECT
    iso_country_code,
    count(*) AS messages,
    sum(parts) AS parts,
    sum(message_price) AS message_price,
    sum(carrier_fee) AS carrier_fee,
    sum(total_price) AS total_price,
    round(CAST(sum(total_price) AS double) / count(*), 5) AS price_per_message
FROM sms_message_status
GROUP BY iso_country_code
ORDER BY total_price DESC NULLS LAST, iso_country_code
