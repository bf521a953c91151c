-- title: How many picture messages arrive, and what they cost
-- description: By the day on which the first thing happened to a message, and by what it was. Rates are of the row; to
--   join rows, add the counts and divide.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column day: the day, UTC
-- column organization_id: the organisation they were sent for
-- column iso_country_code: the recipients' country, two letters
-- column message_type: TRANSACTIONAL or PROMOTIONAL
-- column sending_address: who sent them
-- column messages: messages
-- column accepted: those that a carrier accepted, delivered ones included
-- column delivered: those that reached the phone
-- column failed: those that failed
-- column delivery_rate: delivered of messages; 0 to 1
-- column failure_rate: failed of messages; 0 to 1
-- column average_parts: parts of a message
-- column message_price: what AWS asks for them; US dollars
-- column carrier_fee: what carriers ask for them; US dollars
-- column total_price: both together; US dollars
-- scans: events from 1 hour before to 3 days after
SELECT
    date(first_event_at) AS day,
    organization_id,
    iso_country_code,
    message_type,
    sending_address,
    count(*) AS messages,
    count_if(delivery_status IN ('sent', 'delivered', 'read')) AS accepted,
    count_if(delivery_status IN ('delivered', 'read')) AS delivered,
    count_if(delivery_status = 'failed') AS failed,
    round(CAST(count_if(delivery_status IN ('delivered', 'read')) AS double) / count(*), 4) AS delivery_rate,
    round(CAST(count_if(delivery_status = 'failed') AS double) / count(*), 4) AS failure_rate,
    round(avg(CAST(parts AS double)), 2) AS average_parts,
    sum(message_price) AS message_price,
    sum(carrier_fee) AS carrier_fee,
    sum(total_price) AS total_price
FROM media_message_status
GROUP BY date(first_event_at), organization_id, iso_country_code, message_type, sending_address
