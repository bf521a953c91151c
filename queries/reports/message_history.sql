-- title: What happened to one message
-- description: Everything the lake knows about one message of any channel, by its provider's id, oldest first: its
--   events, and what was said with it. Each event stands here once. Without hours the whole lake is read.
-- parameter message_id varchar: the provider's id of the message
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column happened_at: when it happened, by the provider's clock; UTC
-- column received_at: when it reached us; UTC
-- column record: event, or message for what was said
-- column channel: text, media, voice, email or whatsapp
-- column direction: inbound (a person wrote) or outbound
-- column what: the provider's status, or the words
-- column code: the status's code or subdivision; for an answer, what answered
-- column detail: what the provider says about it; for an answer, why
-- column delivery_status: how far the message got, in one vocabulary
-- column sending_address: who sent the message
-- column recipient: whom it was sent to
-- column turn_id: the turn it belongs to, where it does
-- column raw_event: the event as it came, JSON; empty for what was said
-- scans: events; conversations
WITH history AS (
    SELECT
        event_id,
        min(occurred_at) AS occurred_at,
        min(received_at) AS received_at,
        'event' AS record,
        max(channel) AS channel,
        max(direction) AS direction,
        max(status) AS what,
        max(status_code) AS code,
        max(status_message) AS detail,
        max(delivery_status) AS delivery_status,
        max(sending_address) AS sending_address,
        coalesce(max(element_at(destination_address, 1)), '') AS recipient,
        max(turn_id) AS turn_id,
        max(raw_event) AS raw_event
    FROM events
    WHERE message_id = :message_id AND message_id <> '' AND hour >= :from_hour AND hour < :until_hour
    GROUP BY event_id
    UNION ALL
    SELECT
        event_id,
        min(occurred_at) AS occurred_at,
        min(received_at) AS received_at,
        'message' AS record,
        max(channel) AS channel,
        max(direction) AS direction,
        max(message) AS what,
        max(source) AS code,
        coalesce(max(element_at(tags, 'reason')), '') AS detail,
        '' AS delivery_status,
        max(sending_address) AS sending_address,
        max(destination_address) AS recipient,
        max(turn_id) AS turn_id,
        '' AS raw_event
    FROM conversations
    WHERE message_id = :message_id AND message_id <> '' AND hour >= :from_hour AND hour < :until_hour
    GROUP BY event_id
)
SELECT
    from_unixtime(occurred_at / 1e3) AS happened_at,
    from_unixtime(received_at / 1e3) AS received_at,
    record,
    channel,
    direction,
    what,
    code,
    detail,
    delivery_status,
    sending_address,
    recipient,
    turn_id,
    raw_event
FROM history
ORDER BY occurred_at, received_at, event_id
