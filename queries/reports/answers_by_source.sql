-- title: Which answerer answers how many questions
-- description: Turns by what answered them, most frequent first, with what that took.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column source: an answerer's name, or handoff, apology, consent, restart, budget, attachment, silence
-- column outcome: answered, handoff, apology, fixed or silence
-- column turns: turns
-- column share: of all turns; 0 to 1
-- column people: people who got such answers
-- column input_tokens: tokens read to answer, together
-- column output_tokens: tokens written, together
-- column average_latency_ms: how long the answerer took; milliseconds
-- chart: bar x=source y=turns
-- scans: conversations
SELECT
    source,
    outcome,
    count(*) AS turns,
    round(CAST(count(*) AS double) / sum(count(*)) OVER (), 4) AS share,
    count(DISTINCT person) AS people,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens,
    round(avg(CAST(latency_ms AS double)), 1) AS average_latency_ms
FROM conversation_turns
GROUP BY source, outcome
ORDER BY turns DESC, source, outcome
