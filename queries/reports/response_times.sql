-- title: How fast questions are answered
-- description: From the person's last message of a turn to its end, by what answered and channel; and how much of that
--   the answerer took. Turns in which nothing was sent are left out. Percentiles are exact: the smallest time that so
--   many of the turns did not exceed. Of an SMS we know only when it reached us.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column source: what answered: an answerer's name, or handoff, apology, …
-- column channel: text, email or whatsapp
-- column turns: turns
-- column median_ms: half of them took no longer; milliseconds
-- column p90_ms: nine of ten took no longer; milliseconds
-- column p99_ms: 99 of 100 took no longer; milliseconds
-- column slowest_ms: the slowest; milliseconds
-- column answerer_median_ms: half of the answers took the answerer no longer; milliseconds
-- column answerer_p90_ms: nine of ten answers took the answerer no longer; milliseconds
-- chart: bar x=source y=median_ms,p90_ms,p99_ms series=channel
-- scans: conversations
SELECT
    source,
    channel,
    count(*) AS turns,
    element_at(array_sort(array_agg(response_ms)), CAST(ceil(0.5 * count(*)) AS integer)) AS median_ms,
    element_at(array_sort(array_agg(response_ms)), CAST(ceil(0.9 * count(*)) AS integer)) AS p90_ms,
    element_at(array_sort(array_agg(response_ms)), CAST(ceil(0.99 * count(*)) AS integer)) AS p99_ms,
    max(response_ms) AS slowest_ms,
    element_at(array_sort(array_agg(latency_ms)), CAST(ceil(0.5 * count(*)) AS integer)) AS answerer_median_ms,
    element_at(array_sort(array_agg(latency_ms)), CAST(ceil(0.9 * count(*)) AS integer)) AS answerer_p90_ms
FROM conversation_turns
WHERE outcome <> 'silence'
GROUP BY source, channel
ORDER BY turns DESC, source, channel
