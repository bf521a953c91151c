-- title: What conversations cost
-- description: Tokens times their price, and messages times theirs, dearest first. Text messages cost what AWS says in
--   their delivery events; where it says nothing, nothing is added. Each answer is one message at least; messages we
--   have no events of are not counted beyond that. Prices change and depend on region, model and country: give your
--   own. The defaults, in US dollars, are not verified: they have the size of Amazon Nova Lite's
--   (https://aws.amazon.com/bedrock/pricing/), SES's (https://aws.amazon.com/ses/pricing/) and AWS's fee for a WhatsApp
--   message in or out (https://aws.amazon.com/end-user-messaging/pricing/), without Meta's own.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- parameter input_price double = 0.06: of a million tokens read; US dollars, unverified
-- parameter output_price double = 0.24: of a million tokens written; US dollars, unverified
-- parameter email_price double = 0.0001: of a mail, sent or received; US dollars, unverified
-- parameter whatsapp_price double = 0.005: of a WhatsApp message, sent or received; US dollars, unverified
-- column conversation_id: the conversation
-- column channel: text, email or whatsapp
-- column person: who wrote
-- column started_at: when its first turn was asked; UTC
-- column turns: turns
-- column messages_in: messages of the person
-- column messages_out: messages that we sent
-- column input_tokens: tokens read to answer
-- column output_tokens: tokens written
-- column tokens_cost: what these cost; US dollars
-- column messages_cost: what the messages cost, in and out; US dollars
-- column cost: both together; US dollars
-- column cost_per_turn: cost of a turn; US dollars
-- chart: bar x=conversation_id y=tokens_cost,messages_cost
-- scans: conversations; events from 1 hour before to 3 days after
WITH sends AS (
    SELECT turn_id, count(*) AS messages, sum(CAST(total_price AS double)) AS price
    FROM message_status
    WHERE turn_id <> ''
    GROUP BY turn_id
),
costs AS (
    SELECT
        turns.conversation_id,
        max(turns.channel) AS channel,
        max(turns.person) AS person,
        min(turns.asked_at) AS started_at,
        count(*) AS turns,
        sum(turns.messages) AS messages_in,
        sum(coalesce(sends.messages, CASE WHEN turns.answer = '' THEN 0 ELSE 1 END)) AS messages_out,
        sum(turns.input_tokens) AS input_tokens,
        sum(turns.output_tokens) AS output_tokens,
        sum(coalesce(sends.price, 0)) AS told_price
    FROM conversation_turns AS turns
    LEFT JOIN sends ON sends.turn_id = turns.turn_id
    GROUP BY turns.conversation_id
),
priced AS (
    SELECT
        conversation_id,
        channel,
        person,
        started_at,
        turns,
        messages_in,
        messages_out,
        input_tokens,
        output_tokens,
        (input_tokens * :input_price + output_tokens * :output_price) / 1e6 AS tokens_cost,
        told_price + CASE channel
            WHEN 'email' THEN (messages_in + messages_out) * :email_price
            WHEN 'whatsapp' THEN (messages_in + messages_out) * :whatsapp_price
            ELSE 0
        END AS messages_cost
    FROM costs
)
SELECT
    conversation_id,
    channel,
    person,
    started_at,
    turns,
    messages_in,
    messages_out,
    input_tokens,
    output_tokens,
    round(tokens_cost, 6) AS tokens_cost,
    round(messages_cost, 6) AS messages_cost,
    round(tokens_cost + messages_cost, 6) AS cost,
    round((tokens_cost + messages_cost) / turns, 6) AS cost_per_turn
FROM priced
ORDER BY cost DESC, conversation_id
