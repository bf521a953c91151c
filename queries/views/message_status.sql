-- title: Where each message stands, on every channel
-- description: One row for each message that we sent. It stands where its furthest event says, whatever the order of
--   arrival and however often an event came. A message counts in the period in which it was sent, by the provider's
--   clock. WhatsApp does not tell when: there its first event stands for that, and a message of which only deliveries,
--   reads or withdrawals are seen was sent in an earlier period and is not counted again.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column message_id: the provider's id
-- column channel: text, media, voice, email or whatsapp
-- column account_id: AWS account
-- column organization_id: the organisation it was sent for
-- column sending_address: who sent it
-- column recipient: whom it was sent to, the first of several
-- column iso_country_code: the recipient's country, two letters; text, media and voice only
-- column message_type: TRANSACTIONAL or PROMOTIONAL; text and media only
-- column turn_id: the turn whose answer it is; empty where it is none
-- column first_event_at: when the first thing happened to it: it was sent, or, where that is not told, its first event;
--   UTC
-- column last_event_at: when the last thing happened to it; UTC
-- column sent_at: when it was sent; NULL without such an event; UTC
-- column delivered_at: when it was delivered; UTC
-- column read_at: when it was first read; UTC
-- column failed_at: when it first failed; UTC
-- column delivery_status: where it stands: queued, sent, delayed, delivered, failed, read, clicked, complained or
--   unknown
-- column last_status: the provider's word for that
-- column last_status_code: the provider's code for that
-- column last_status_message: what the provider says about that
-- column carrier: the recipient's carrier
-- column parts: parts it was sent in; NULL where the provider does not say
-- column message_price: what AWS asks for it, all parts, NULL where the provider does not say; US dollars
-- column carrier_fee: what the carrier asks for it, all parts, NULL where the provider does not say; US dollars
-- column total_price: both together; US dollars
-- column call_duration_s: how long a voice message was listened to; seconds
-- scans: events from 1 hour before to 3 days after
WITH messages AS (
    SELECT
        message_id,
        channel,
        max(account_id) AS account_id,
        max(organization_id) AS organization_id,
        max(sending_address) AS sending_address,
        max(recipient) AS recipient,
        max(iso_country_code) AS iso_country_code,
        max(CASE WHEN channel IN ('text', 'media') THEN type ELSE '' END) AS message_type,
        max(turn_id) AS turn_id,
        min(started_ms) AS first_event_ms,
        max(occurred_at) AS last_event_ms,
        min(CASE WHEN delivery_status = 'sent' THEN occurred_at END) AS sent_ms,
        min(CASE WHEN delivery_status = 'delivered' THEN occurred_at END) AS delivered_ms,
        min(CASE WHEN delivery_status = 'read' THEN occurred_at END) AS read_ms,
        min(CASE WHEN delivery_status = 'failed' THEN occurred_at END) AS failed_ms,
        max(step) AS step,
        max_by(delivery_status, step) AS delivery_status,
        max_by(status, ROW(step, occurred_at, event_id)) AS last_status,
        max_by(status_code, ROW(step, occurred_at, event_id)) AS last_status_code,
        max_by(status_message, ROW(step, occurred_at, event_id)) AS last_status_message,
        max(element_at(channel_data, 'carriername')) AS carrier,
        max(TRY_CAST(element_at(channel_data, 'totalmessageparts') AS bigint)) AS parts,
        max(TRY_CAST(element_at(channel_data, 'totalmessageprice') AS decimal(12, 5))) AS message_price,
        max(TRY_CAST(element_at(channel_data, 'totalcarrierfee') AS decimal(12, 5))) AS carrier_fee,
        max(TRY_CAST(element_at(channel_data, 'calldurationinseconds') AS bigint)) AS call_duration_s
    FROM message_events
    GROUP BY message_id, channel
    HAVING min(started_ms) >= 1e3 * to_unixtime(date_parse(:from_hour, '%Y/%m/%d/%H'))
        AND min(started_ms) < 1e3 * to_unixtime(date_parse(:until_hour, '%Y/%m/%d/%H'))
        AND bool_or(NOT late)
)
SELECT
    message_id,
    channel,
    account_id,
    organization_id,
    sending_address,
    coalesce(recipient, '') AS recipient,
    iso_country_code,
    message_type,
    turn_id,
    from_unixtime(first_event_ms / 1e3) AS first_event_at,
    from_unixtime(last_event_ms / 1e3) AS last_event_at,
    from_unixtime(sent_ms / 1e3) AS sent_at,
    from_unixtime(delivered_ms / 1e3) AS delivered_at,
    from_unixtime(read_ms / 1e3) AS read_at,
    from_unixtime(failed_ms / 1e3) AS failed_at,
    CASE WHEN step = 0 THEN 'unknown' ELSE delivery_status END AS delivery_status,
    last_status,
    last_status_code,
    last_status_message,
    coalesce(carrier, '') AS carrier,
    parts,
    message_price,
    carrier_fee,
    coalesce(message_price + carrier_fee, message_price, carrier_fee) AS total_price,
    call_duration_s
FROM messages
