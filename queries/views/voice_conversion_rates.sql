-- title: How many voice messages are answered, and what they cost
-- description: By the day on which the first thing happened to a message, and by what it was. Rates are of the row; to
--   join rows, add the counts and divide.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column day: the day, UTC
-- column organization_id: the organisation they were sent for
-- column iso_country_code: the recipients' country, two letters
-- column sending_address: who sent them
-- column messages: messages
-- column answered: those that were answered
-- column failed: those that were not, or failed
-- column answer_rate: answered of messages; 0 to 1
-- column average_call_duration_s: how long those that were answered were listened to; seconds
-- column message_price: what AWS asks for them; US dollars
-- scans: events from 1 hour before to 3 days after
SELECT
    date(first_event_at) AS day,
    organization_id,
    iso_country_code,
    sending_address,
    count(*) AS messages,
    count_if(delivery_status = 'delivered') AS answered,
    count_if(delivery_status = 'failed') AS failed,
    round(CAST(count_if(delivery_status = 'delivered') AS double) / count(*), 4) AS answer_rate,
    round(avg(CASE WHEN delivery_status = 'delivered' THEN CAST(call_duration_s AS double) END), 2)
        AS average_call_duration_s,
    sum(message_price) AS message_price
FROM voice_message_status
GROUP BY date(first_event_at), organization_id, iso_country_code, sending_address
