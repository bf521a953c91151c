-- title: Which answers were delivered
-- description: One row for each answer that was sent, joined to the delivery events of its parts by turn_id. A part
--   stands where its furthest event says, whatever the order of arrival (the steps are those of message_events). The
--   same event twice changes nothing. Events count until 3 days after until_hour, the longest that carriers take for a
--   receipt.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival of answers that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival of answers that no longer counts, UTC
-- column turn_id: the turn
-- column conversation_id: its conversation
-- column channel: text, email or whatsapp
-- column person: whom it was sent to
-- column source: what answered: an answerer's name, or handoff, apology, …
-- column answer: the words
-- column answered_at: when the answer was finished; UTC
-- column delivery_status: failed when a part failed, else where the part stands that got least far; unconfirmed without
--   events
-- column delivered: whether every part that we have events of reached the person
-- column parts: parts that we have events of
-- column parts_delivered: parts that reached the person
-- column parts_failed: parts that did not, for good
-- column last_event_at: when the last delivery event happened; UTC
-- column failure: the provider's code and words for a part that failed; empty where none did
-- scans: conversations; events from 1 hour before to 3 days after
WITH answers AS (
    SELECT
        turn_id,
        max(conversation_id) AS conversation_id,
        max(channel) AS channel,
        max(destination_address) AS person,
        max(source) AS source,
        max(message) AS answer,
        max(occurred_at) AS occurred_at
    FROM conversations
    WHERE direction = 'outbound' AND message <> '' AND hour >= :from_hour AND hour < :until_hour
    GROUP BY turn_id
),
parts AS (
    SELECT
        turn_id,
        message_id,
        max(step) AS step,
        max_by(delivery_status, step) AS delivery_status,
        max(occurred_at) AS occurred_at,
        max(CASE WHEN step = 5 THEN trim(status_code || ' ' || status_message) ELSE '' END) AS failure
    FROM message_events
    WHERE turn_id <> '' AND step > 0
    GROUP BY turn_id, message_id
),
deliveries AS (
    SELECT
        turn_id,
        count(*) AS parts,
        count_if(step = 4 OR step > 5) AS parts_delivered,
        count_if(step = 5) AS parts_failed,
        min_by(delivery_status, step) AS least,
        max(occurred_at) AS occurred_at,
        max(CASE WHEN step = 5 THEN failure ELSE '' END) AS failure
    FROM parts
    GROUP BY turn_id
)
SELECT
    answers.turn_id,
    answers.conversation_id,
    answers.channel,
    answers.person,
    answers.source,
    answers.answer,
    from_unixtime(answers.occurred_at / 1e3) AS answered_at,
    CASE
        WHEN deliveries.turn_id IS NULL THEN 'unconfirmed'
        WHEN deliveries.parts_failed > 0 THEN 'failed'
        ELSE deliveries.least
    END AS delivery_status,
    coalesce(deliveries.parts_delivered = deliveries.parts, false) AS delivered,
    coalesce(deliveries.parts, 0) AS parts,
    coalesce(deliveries.parts_delivered, 0) AS parts_delivered,
    coalesce(deliveries.parts_failed, 0) AS parts_failed,
    from_unixtime(deliveries.occurred_at / 1e3) AS last_event_at,
    coalesce(deliveries.failure, '') AS failure
FROM answers
LEFT JOIN deliveries ON deliveries.turn_id = answers.turn_id
