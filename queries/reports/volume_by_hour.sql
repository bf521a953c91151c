-- title: Messages received and sent over time, by channel
-- description: Messages that came in and messages that we sent, by the hour in which they came or the first thing
--   happened to them. A message counts once, however many events tell of it.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column happened_in: the hour's beginning, UTC
-- column channel: text, media, voice, email or whatsapp
-- column received: messages that people wrote
-- column sent: messages that we sent
-- column delivered: those of them that arrived
-- column failed: those of them that failed
-- chart: line x=happened_in y=received,sent series=channel counts
-- scans: events from 1 hour before to 3 days after
WITH received AS (
    SELECT message_id, channel, from_unixtime(min(occurred_at) / 1e3) AS happened_at
    FROM events
    WHERE direction = 'inbound'
        AND message_id <> ''
        AND hour >= date_format(date_parse(:from_hour, '%Y/%m/%d/%H') - INTERVAL '1' HOUR, '%Y/%m/%d/%H')
        AND hour < date_format(date_parse(:until_hour, '%Y/%m/%d/%H') + INTERVAL '3' DAY, '%Y/%m/%d/%H')
    GROUP BY message_id, channel
    HAVING min(occurred_at) >= 1e3 * to_unixtime(date_parse(:from_hour, '%Y/%m/%d/%H'))
        AND min(occurred_at) < 1e3 * to_unixtime(date_parse(:until_hour, '%Y/%m/%d/%H'))
),
messages AS (
    SELECT channel, happened_at, 1 AS received, 0 AS sent, '' AS delivery_status
    FROM received
    UNION ALL
    SELECT channel, first_event_at AS happened_at, 0 AS received, 1 AS sent, delivery_status
    FROM message_status
)
SELECT
    date_trunc('hour', happened_at) AS happened_in,
    channel,
    sum(received) AS received,
    sum(sent) AS sent,
    count_if(delivery_status IN ('delivered', 'read', 'clicked', 'complained')) AS delivered,
    count_if(delivery_status = 'failed') AS failed
FROM messages
GROUP BY date_trunc('hour', happened_at), channel
ORDER BY happened_in, channel
