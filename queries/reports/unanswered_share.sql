-- title: How many questions go unanswered
-- description: Of the turns that asked for an answer (those that got one, the hand-off or an apology), the share that
--   were handed off to a person and the share in which answering failed, by day and channel.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column day: the day on which it was asked, UTC
-- column channel: text, email or whatsapp
-- column questions: turns that asked for an answer
-- column answered: those that were answered
-- column handed_off: those that were handed off to a person
-- column failed: those that got an apology
-- column handed_off_share: handed_off of questions; 0 to 1
-- column failed_share: failed of questions; 0 to 1
-- column unanswered_share: both together; 0 to 1
-- chart: line x=day y=handed_off_share,failed_share series=channel
-- scans: conversations
SELECT
    date(asked_at) AS day,
    channel,
    count(*) AS questions,
    count_if(outcome = 'answered') AS answered,
    count_if(outcome = 'handoff') AS handed_off,
    count_if(outcome = 'apology') AS failed,
    round(CAST(count_if(outcome = 'handoff') AS double) / count(*), 4) AS handed_off_share,
    round(CAST(count_if(outcome = 'apology') AS double) / count(*), 4) AS failed_share,
    round(CAST(count_if(outcome <> 'answered') AS double) / count(*), 4) AS unanswered_share
FROM conversation_turns
WHERE outcome IN ('answered', 'handoff', 'apology')
GROUP BY date(asked_at), channel
ORDER BY day, channel
