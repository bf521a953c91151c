-- title: Sends: what was told whom, and what became of it
-- description: One row for each send, as it stands: accepted and under way (waiting), or over. Its steps are in
--   send_steps.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column send_id: the send
-- column purpose: code, transactional or marketing
-- column plan: the name of its plan; empty where it has none
-- column campaign: what it belongs to; empty where it belongs to nothing
-- column business_line: for which line of business
-- column caller: who asked for it
-- column person: its first address
-- column status: waiting, or how it ended: accepted, sent, delivered, read, failed, skipped, canceled, expired
-- column reason: why it ended so
-- column created_at: when it was accepted; UTC
-- column finished_at: when it was over; UTC; NULL while it is not
-- column unconfirmed: messages that may have left twice, as a worker died before it could tell
-- column tags: what the caller attached
-- scans: events
WITH states AS (
    SELECT
        send_id,
        status,
        status_message,
        element_at(destination_address, 1) AS person,
        channel_data,
        tags,
        TRY_CAST(element_at(channel_data, 'version') AS bigint) AS version
    FROM events
    WHERE type = 'send' AND send_id <> '' AND hour >= :from_hour AND hour < :until_hour
),
latest AS (
    SELECT
        send_id,
        max_by(status, version) AS status,
        max_by(status_message, version) AS reason,
        max_by(person, version) AS person,
        max_by(channel_data, version) AS channel_data,
        max_by(tags, version) AS tags
    FROM states
    GROUP BY send_id
)
SELECT
    send_id,
    coalesce(element_at(channel_data, 'purpose'), '') AS purpose,
    coalesce(element_at(channel_data, 'plan'), '') AS plan,
    coalesce(element_at(channel_data, 'campaign'), '') AS campaign,
    coalesce(element_at(channel_data, 'business_line'), '') AS business_line,
    coalesce(element_at(channel_data, 'caller'), '') AS caller,
    person,
    status,
    reason,
    from_unixtime(TRY_CAST(element_at(channel_data, 'created_at') AS bigint) / 1e3) AS created_at,
    from_unixtime(TRY_CAST(element_at(channel_data, 'finished_at') AS bigint) / 1e3) AS finished_at,
    coalesce(TRY_CAST(element_at(channel_data, 'unconfirmed') AS bigint), 0) AS unconfirmed,
    tags
FROM latest
