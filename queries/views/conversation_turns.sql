-- title: Turns: what was asked, what was answered, and how fast
-- description: One row for each turn: the messages that were answered together, and their answer.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column turn_id: the turn
-- column conversation_id: its conversation
-- column account_id: AWS account
-- column organization_id: the organisation whose customers write
-- column channel: text, email or whatsapp
-- column person: who asked
-- column messages: messages answered together
-- column question: their words, one message a line
-- column asked_at: when the last of them was written; UTC
-- column answer: the words of the answer; empty when there was none
-- column answered_at: when the turn was finished; UTC
-- column source: what answered: an answerer's name, or handoff, apology, consent, restart, budget, attachment, courtesy, silence
-- column outcome: answered by an answerer; handoff to a person; apology, when answering failed; fixed for the house's
--   other texts; silence when nothing was sent
-- column answerer_id: which agent, knowledge base, model or folder
-- column reason: why, as the hub noted it
-- column language: the answer's language, two letters
-- column response_ms: from asked_at to answered_at; milliseconds
-- column latency_ms: how long the answerer took of that; milliseconds
-- column input_tokens: tokens read to answer
-- column output_tokens: tokens written
-- scans: conversations
WITH rows_once AS (
    SELECT
        event_id,
        max(turn_id) AS turn_id,
        max(sending_address) AS sending_address,
        max(message) AS message,
        max(occurred_at) AS occurred_at
    FROM conversations
    WHERE direction = 'inbound' AND hour >= :from_hour AND hour < :until_hour
    GROUP BY event_id
),
questions AS (
    SELECT
        turn_id,
        max(sending_address) AS person,
        count(*) AS messages,
        array_join(array_agg(message ORDER BY occurred_at, event_id), chr(10)) AS question,
        max(occurred_at) AS asked_ms
    FROM rows_once
    GROUP BY turn_id
),
answers AS (
    SELECT
        turn_id,
        max(conversation_id) AS conversation_id,
        max(account_id) AS account_id,
        max(organization_id) AS organization_id,
        max(channel) AS channel,
        max(message) AS answer,
        max(occurred_at) AS answered_ms,
        max(source) AS source,
        max(answerer_id) AS answerer_id,
        max(element_at(tags, 'reason')) AS reason,
        max(element_at(tags, 'language')) AS language,
        max(latency_ms) AS latency_ms,
        max(input_tokens) AS input_tokens,
        max(output_tokens) AS output_tokens
    FROM conversations
    WHERE direction = 'outbound' AND hour >= :from_hour AND hour < :until_hour
    GROUP BY turn_id
)
SELECT
    answers.turn_id,
    answers.conversation_id,
    answers.account_id,
    answers.organization_id,
    answers.channel,
    questions.person,
    questions.messages,
    questions.question,
    from_unixtime(questions.asked_ms / 1e3) AS asked_at,
    answers.answer,
    from_unixtime(answers.answered_ms / 1e3) AS answered_at,
    answers.source,
    CASE
        WHEN answers.source IN ('handoff', 'apology') THEN answers.source
        WHEN answers.answer = '' THEN 'silence'
        WHEN answers.source IN ('consent', 'restart', 'budget', 'attachment', 'courtesy') THEN 'fixed'
        ELSE 'answered'
    END AS outcome,
    answers.answerer_id,
    coalesce(answers.reason, '') AS reason,
    coalesce(answers.language, '') AS language,
    answers.answered_ms - questions.asked_ms AS response_ms,
    answers.latency_ms,
    answers.input_tokens,
    answers.output_tokens
FROM answers
JOIN questions ON questions.turn_id = answers.turn_id
