-- title: Questions that were not answered
-- description: Turns that ended with the hand-off to a person (nothing that was known answered the question) or with an
--   apology (answering failed for good), newest first: what to write a document about, or to mend.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column asked_at: when the last message of the turn was written; UTC
-- column channel: text, email or whatsapp
-- column person: who asked
-- column question: the words, one message a line
-- column ended_in: handoff or apology
-- column reason: what passed or failed, as the hub noted it
-- column conversation_id: the conversation
-- column turn_id: the turn
-- scans: conversations
WITH rows_once AS (
    SELECT
        event_id,
        max(turn_id) AS turn_id,
        max(conversation_id) AS conversation_id,
        max(channel) AS channel,
        max(direction) AS direction,
        max(sending_address) AS sending_address,
        max(message) AS message,
        max(source) AS source,
        max(element_at(tags, 'reason')) AS reason,
        max(occurred_at) AS occurred_at
    FROM conversations
    WHERE hour >= :from_hour AND hour < :until_hour
    GROUP BY event_id
),
questions AS (
    SELECT
        turn_id,
        max(sending_address) AS person,
        array_join(array_agg(message ORDER BY occurred_at, event_id), chr(10)) AS question,
        max(occurred_at) AS occurred_at
    FROM rows_once
    WHERE direction = 'inbound'
    GROUP BY turn_id
)
SELECT
    from_unixtime(questions.occurred_at / 1e3) AS asked_at,
    answers.channel,
    questions.person,
    questions.question,
    answers.source AS ended_in,
    coalesce(answers.reason, '') AS reason,
    answers.conversation_id,
    answers.turn_id
FROM rows_once AS answers
JOIN questions ON questions.turn_id = answers.turn_id
WHERE answers.direction = 'outbound' AND answers.source IN ('handoff', 'apology')
ORDER BY questions.occurred_at DESC, answers.turn_id
