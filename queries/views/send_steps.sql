-- title: Steps of sends: by which channel, and how far each got
-- description: One row for each step of each send that is over, with the furthest that its provider has told since. A
--   step that never began is here too, with the reason.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column send_id: the send
-- column step: which step of it, from 1
-- column channel: text, email or whatsapp
-- column person: whom it goes to
-- column sender: what it left from; empty where it did not
-- column status: how far it got: accepted, sent, delivered, read; or failed, skipped, canceled, expired
-- column reason: why it failed or was skipped
-- column began_at: when it began to leave; UTC; NULL where it did not
-- column message_id: the provider's id of its first message
-- column segments: parts of a text that are billed; NULL elsewhere
-- column wait_s: how long its success was waited for; seconds
-- column told: the furthest that the provider has told, in one vocabulary; empty where it told nothing
-- column told_at: when that happened; UTC
-- scans: events from 1 hour before to 3 days after
WITH ours AS (
    SELECT
        send_id,
        step,
        max_by(channel, version) AS channel,
        max_by(person, version) AS person,
        max_by(sender, version) AS sender,
        max_by(status, version) AS status,
        max_by(reason, version) AS reason,
        max_by(message_id, version) AS message_id,
        max_by(began_ms, version) AS began_ms,
        max_by(segments, version) AS segments,
        max_by(wait_s, version) AS wait_s
    FROM (
        SELECT
            send_id,
            step,
            channel,
            element_at(destination_address, 1) AS person,
            sending_address AS sender,
            status,
            status_message AS reason,
            message_id,
            TRY_CAST(element_at(channel_data, 'began_at') AS bigint) AS began_ms,
            TRY_CAST(element_at(channel_data, 'segments') AS bigint) AS segments,
            TRY_CAST(element_at(channel_data, 'wait_s') AS bigint) AS wait_s,
            TRY_CAST(element_at(channel_data, 'version') AS bigint) AS version
        FROM events
        WHERE type = 'sendStep' AND hour >= :from_hour AND hour < :until_hour
    )
    GROUP BY send_id, step
),
told AS (
    SELECT
        send_id,
        send_step,
        max_by(delivery_status, step) AS told,
        max(occurred_at) AS told_ms
    FROM message_events
    WHERE send_id <> '' AND step > 0
    GROUP BY send_id, send_step
)
SELECT
    ours.send_id,
    ours.step,
    ours.channel,
    ours.person,
    ours.sender,
    ours.status,
    ours.reason,
    from_unixtime(ours.began_ms / 1e3) AS began_at,
    ours.message_id,
    ours.segments,
    ours.wait_s,
    coalesce(told.told, '') AS told,
    from_unixtime(told.told_ms / 1e3) AS told_at
FROM ours
LEFT JOIN told ON told.send_id = ours.send_id AND told.send_step = ours.step
