-- title: Where each WhatsApp message stands
-- description: One row for each message that we sent, at the furthest step that its statuses tell of. A message counts
--   in the period of its first status, by WhatsApp's clock; when all we see of it is that it was delivered, read or
--   deleted, it was sent in an earlier period and is not counted again.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column message_id: WhatsApp's id
-- column account_id: AWS account
-- column organization_id: the WhatsApp business account
-- column sending_address: our number; E.164
-- column recipient: the person's number, or user id; E.164
-- column turn_id: the turn whose answer it is; empty where it is none
-- column first_event_at: when the first thing happened to it; UTC
-- column last_event_at: when the last thing happened to it; UTC
-- column accepted_at: when WhatsApp took it; UTC
-- column sent_at: when WhatsApp sent it; UTC
-- column delivered_at: when it reached the phone; UTC
-- column read_at: when it was read; NULL too where the person hides that; UTC
-- column failed_at: when it failed; UTC
-- column delivery_status: where it stands: queued (accepted), sent, delivered, failed, read or unknown
-- column delivered: whether it reached the phone
-- column error_code: Meta's code; empty where it did not fail; meanings are in whatsapp_error_codes
-- column error_message: Meta's words
-- column whatsapp_conversation_id: WhatsApp's own conversation; empty since it is no longer told for every message
-- column origin: who opened that, and what for: service, marketing, utility, authentication, …
-- column category: what it is priced as: service, marketing, utility, authentication, …
-- column pricing_type: regular, free_customer_service, …
-- column billable: true or false, as Meta says; empty where it does not
-- scans: events from 1 hour before to 3 days after
WITH messages AS (
    SELECT
        message_id,
        max(account_id) AS account_id,
        max(organization_id) AS organization_id,
        max(sending_address) AS sending_address,
        max(recipient) AS recipient,
        max(turn_id) AS turn_id,
        min(started_ms) AS first_event_ms,
        max(occurred_at) AS last_event_ms,
        min(CASE WHEN status = 'accepted' THEN occurred_at END) AS accepted_ms,
        min(CASE WHEN status = 'sent' THEN occurred_at END) AS sent_ms,
        min(CASE WHEN status = 'delivered' THEN occurred_at END) AS delivered_ms,
        min(CASE WHEN delivery_status = 'read' THEN occurred_at END) AS read_ms,
        min(CASE WHEN status = 'failed' THEN occurred_at END) AS failed_ms,
        max_by(status_code, ROW(status = 'failed', occurred_at, event_id)) AS error_code,
        max_by(status_message, ROW(status = 'failed', occurred_at, event_id)) AS error_message,
        max(element_at(channel_data, 'conversationid')) AS conversation_id,
        max(element_at(channel_data, 'conversationtype')) AS origin,
        max(element_at(channel_data, 'pricingcategory')) AS category,
        max(element_at(channel_data, 'pricingtype')) AS pricing_type,
        max(element_at(channel_data, 'pricingbillable')) AS billable,
        max(step) AS step,
        max_by(delivery_status, step) AS delivery_status
    FROM message_events
    WHERE channel = 'whatsapp'
    GROUP BY message_id
    HAVING min(started_ms) >= 1e3 * to_unixtime(date_parse(:from_hour, '%Y/%m/%d/%H'))
        AND min(started_ms) < 1e3 * to_unixtime(date_parse(:until_hour, '%Y/%m/%d/%H'))
        AND bool_or(NOT late)
)
SELECT
    message_id,
    account_id,
    organization_id,
    sending_address,
    coalesce(recipient, '') AS recipient,
    turn_id,
    from_unixtime(first_event_ms / 1e3) AS first_event_at,
    from_unixtime(last_event_ms / 1e3) AS last_event_at,
    from_unixtime(accepted_ms / 1e3) AS accepted_at,
    from_unixtime(sent_ms / 1e3) AS sent_at,
    from_unixtime(delivered_ms / 1e3) AS delivered_at,
    from_unixtime(read_ms / 1e3) AS read_at,
    from_unixtime(failed_ms / 1e3) AS failed_at,
    CASE WHEN step = 0 THEN 'unknown' ELSE delivery_status END AS delivery_status,
    step IN (4, 6) AS delivered,
    CASE WHEN failed_ms IS NOT NULL THEN error_code ELSE '' END AS error_code,
    CASE WHEN failed_ms IS NOT NULL THEN error_message ELSE '' END AS error_message,
    coalesce(conversation_id, '') AS whatsapp_conversation_id,
    coalesce(origin, '') AS origin,
    coalesce(category, '') AS category,
    coalesce(pricing_type, '') AS pricing_type,
    coalesce(billable, '') AS billable
FROM messages
