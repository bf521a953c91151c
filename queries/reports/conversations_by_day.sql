-- title: Conversations and customers by day
-- description: A conversation counts on the day of its first turn. A customer, who is a person on a channel, returns
--   when they write on a day after their first one; both are counted within the period asked for.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column day: the day, UTC
-- column channel: text, email or whatsapp
-- column conversations: conversations that began
-- column turns_per_conversation: turns these had, on average, those of later days included
-- column average_duration_s: from their first question to their last answer, on average; seconds
-- column turns: turns of the day
-- column customers: people who wrote that day
-- column returning_customers: those of them who had written on an earlier day
-- chart: line x=day y=conversations,customers,returning_customers series=channel counts
-- scans: conversations
WITH conversations_begun AS (
    SELECT
        conversation_id,
        channel,
        date(min(asked_at)) AS day,
        count(*) AS turns,
        date_diff('second', min(asked_at), max(answered_at)) AS duration_s
    FROM conversation_turns
    GROUP BY conversation_id, channel
),
begun AS (
    SELECT
        day,
        channel,
        count(*) AS conversations,
        round(avg(CAST(turns AS double)), 2) AS turns_per_conversation,
        round(avg(CAST(duration_s AS double)), 1) AS average_duration_s
    FROM conversations_begun
    GROUP BY day, channel
),
people AS (
    SELECT
        date(asked_at) AS day,
        channel,
        person,
        count(*) AS turns
    FROM conversation_turns
    GROUP BY date(asked_at), channel, person
),
visits AS (
    SELECT day, channel, turns, min(day) OVER (PARTITION BY channel, person) AS first_day
    FROM people
),
written AS (
    SELECT
        day,
        channel,
        sum(turns) AS turns,
        count(*) AS customers,
        count_if(day > first_day) AS returning_customers
    FROM visits
    GROUP BY day, channel
)
SELECT
    written.day,
    written.channel,
    coalesce(begun.conversations, 0) AS conversations,
    begun.turns_per_conversation,
    begun.average_duration_s,
    written.turns,
    written.customers,
    written.returning_customers
FROM written
LEFT JOIN begun ON begun.day = written.day AND begun.channel = written.channel
ORDER BY written.day, written.channel
