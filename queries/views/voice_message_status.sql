-- title: Where each voice message stands, and what it cost
-- description: One row for each, at the furthest step that its events tell of; see message_status.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column message_id: the provider's id
-- column account_id: AWS account
-- column organization_id: the organisation it was sent for
-- column sending_address: who sent it
-- column recipient: whom it was sent to; E.164
-- column iso_country_code: the recipient's country, two letters
-- column turn_id: the turn whose answer it is; empty where it is none
-- column first_event_at: when the first thing happened to it; UTC
-- column last_event_at: when the last thing happened to it; UTC
-- column delivered_at: when it was answered, or heard to its end; UTC
-- column failed_at: when it failed; UTC
-- column delivery_status: where it stands: queued (called, ringing), delivered (answered), failed or unknown
-- column last_status: the provider's word for that: VOICE_COMPLETED, …
-- column call_duration_s: how long it was listened to; seconds
-- column message_price: what AWS asks for it; US dollars
-- scans: events from 1 hour before to 3 days after
SELECT
    message_id,
    account_id,
    organization_id,
    sending_address,
    recipient,
    iso_country_code,
    turn_id,
    first_event_at,
    last_event_at,
    delivered_at,
    failed_at,
    delivery_status,
    last_status,
    call_duration_s,
    message_price
FROM message_status
WHERE channel = 'voice'
