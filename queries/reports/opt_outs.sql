-- title: Who opts out and in, by day
-- description: Changes of consent, unsubscriptions by mail, and WhatsApp messages that failed because the person
--   stopped our marketing (131050). Each event counts once; a person who opts out twice in a day counts once.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column day: the day on which it happened, UTC
-- column channel: text, email or whatsapp
-- column opted_out: people who opted out
-- column opted_in: people who opted in
-- chart: line x=day y=opted_out,opted_in series=channel counts
-- scans: events
WITH changes AS (
    SELECT
        date(from_unixtime(occurred_at / 1e3)) AS day,
        channel,
        CASE WHEN type = 'consent' THEN sending_address ELSE element_at(destination_address, 1) END AS person,
        CASE WHEN type = 'consent' AND status = 'opted_in' THEN 'in' ELSE 'out' END AS direction
    FROM events
    WHERE hour >= :from_hour
        AND hour < :until_hour
        AND (
            (type = 'consent' AND status IN ('opted_in', 'opted_out'))
            OR (channel = 'email' AND delivery_status = 'unsubscribed')
            OR (channel = 'whatsapp' AND status = 'failed' AND status_code = '131050')
        )
)
SELECT
    day,
    channel,
    count(DISTINCT CASE WHEN direction = 'out' THEN person END) AS opted_out,
    count(DISTINCT CASE WHEN direction = 'in' THEN person END) AS opted_in
FROM changes
GROUP BY day, channel
ORDER BY day, channel
