-- title: What happened to messages that we sent
-- description: The events that other views are made of: those of outbound messages, each with the step it takes its
--   message to. Steps only ever go up, so that the order of arrival does not matter: 1 queued, 2 sent, 3 delayed, 4
--   delivered, 5 failed, 6 read, 7 clicked, 8 complained. (Failed stands after delivered, because a mail can bounce
--   after its delivery, and before read, because what was read had arrived.) The same event may stand here twice, with
--   the same event_id.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC; read from 1 hour before
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC; read until 3 days
--   later, the longest that carriers take for a receipt
-- column event_id: what identifies the event
-- column hour: when it arrived: yyyy/MM/dd/HH, UTC
-- column occurred_at: when it happened, by the provider's clock; epoch milliseconds
-- column message_id: the provider's id of the message
-- column channel: text, media, voice, email or whatsapp
-- column type: the message's kind: TRANSACTIONAL, PROMOTIONAL, messageStatus; for email the event's kind
-- column status: the provider's word: TEXT_DELIVERED, Bounce, read, …
-- column status_code: the status's code or subdivision
-- column status_message: what the provider says about it
-- column delivery_status: how far it says the message got, in one vocabulary
-- column step: the same as a number from 1 to 8; 0 where it says nothing about that
-- column started_ms: when its message was sent; where the provider does not tell that, when the event happened; epoch
--   milliseconds
-- column late: whether it only ever comes after others and does not tell when its message was sent, so that it begins no
--   new message: reads, clicks, complaints, withdrawals, deliveries by WhatsApp, and a carrier's silence (TEXT_UNKNOWN,
--   MEDIA_UNKNOWN), which is told after 3 days
-- column account_id: AWS account
-- column organization_id: the organisation the message was sent for
-- column sending_address: who sent it
-- column recipient: whom it was sent to, the first of several; NULL where the event does not say
-- column iso_country_code: the recipient's country, two letters
-- column turn_id: the turn whose answer it is; empty where it is none
-- column send_id: the send that it is a step of; empty where it is none
-- column send_step: which step of it, from 1
-- column tags: what the sender attached
-- column channel_data: details of the channel
-- scans: events from 1 hour before to 3 days after
SELECT
    event_id,
    hour,
    occurred_at,
    message_id,
    channel,
    type,
    status,
    status_code,
    status_message,
    delivery_status,
    array_position(
        ARRAY['queued', 'sent', 'delayed', 'delivered', 'failed', 'read', 'clicked', 'complained'], delivery_status
    ) AS step,
    coalesce(TRY_CAST(element_at(channel_data, 'requested_at') AS bigint), occurred_at) AS started_ms,
    element_at(channel_data, 'requested_at') IS NULL AND (
        delivery_status IN ('read', 'clicked', 'complained', 'unsubscribed', 'deleted')
        OR (channel = 'whatsapp' AND delivery_status = 'delivered')
        OR status IN ('TEXT_UNKNOWN', 'MEDIA_UNKNOWN')
    ) AS late,
    account_id,
    organization_id,
    sending_address,
    element_at(destination_address, 1) AS recipient,
    iso_country_code,
    turn_id,
    coalesce(send_id, '') AS send_id,
    coalesce(events.step, 0) AS send_step,
    tags,
    channel_data
FROM events
WHERE direction = 'outbound'
    AND message_id <> ''
    AND type <> 'sendStep'
    AND hour >= date_format(date_parse(:from_hour, '%Y/%m/%d/%H') - INTERVAL '1' HOUR, '%Y/%m/%d/%H')
    AND hour < date_format(date_parse(:until_hour, '%Y/%m/%d/%H') + INTERVAL '3' DAY, '%Y/%m/%d/%H')
