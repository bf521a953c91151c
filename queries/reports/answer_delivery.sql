-- title: Which answers are delivered and read
-- description: Answers by what gave them and channel, joined to the delivery events of their parts. An answer is
--   delivered when every part of it is. Read is known for WhatsApp and email only, and there a lower bound.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival of answers that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival of answers that no longer counts, UTC
-- column channel: text, email or whatsapp
-- column source: what answered: an answerer's name, or handoff, apology, …
-- column answers: answers that were sent
-- column delivered: those of which every part arrived
-- column read: those of which every part was read
-- column failed: those of which a part failed
-- column unconfirmed: those of which we have no events
-- column delivered_share: delivered of answers; 0 to 1
-- column read_share: read of delivered; 0 to 1
-- chart: bar x=source y=answers,delivered,read,failed series=channel
-- scans: conversations; events from 1 hour before to 3 days after
WITH answers AS (
    SELECT
        channel,
        source,
        delivered,
        delivery_status,
        delivery_status IN ('read', 'clicked', 'complained') AS read
    FROM delivery_by_turn
)
SELECT
    channel,
    source,
    count(*) AS answers,
    count_if(delivered) AS delivered,
    count_if(read) AS read,
    count_if(delivery_status = 'failed') AS failed,
    count_if(delivery_status = 'unconfirmed') AS unconfirmed,
    round(CAST(count_if(delivered) AS double) / count(*), 4) AS delivered_share,
    round(CAST(count_if(read) AS double) / nullif(count_if(delivered), 0), 4) AS read_share
FROM answers
GROUP BY channel, source
ORDER BY answers DESC, channel, source
