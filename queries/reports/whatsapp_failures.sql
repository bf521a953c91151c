-- title: Why WhatsApp messages fail
-- description: Messages that failed, by Meta's error code, most frequent first, with what it means and who or what can
--   help.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column error_code: Meta's code
-- column meaning: what went wrong; Meta's own words for a code that whatsapp_error_codes does not know
-- column remedy: retry, wait, template, other channel, opt-out, pause, mend, operator or give up; empty where not known
-- column messages: messages it happened to
-- column share: of all messages that failed; 0 to 1
-- column last_at: when it happened last; UTC
-- column example: the id of the message it happened to last
-- chart: bar x=meaning y=messages
-- scans: events from 1 hour before to 3 days after
WITH failures AS (
    SELECT
        error_code,
        max(error_message) AS error_message,
        count(*) AS messages,
        max(failed_at) AS last_at,
        max_by(message_id, ROW(failed_at, message_id)) AS example
    FROM whatsapp_message_status
    WHERE delivery_status = 'failed'
    GROUP BY error_code
)
SELECT
    failures.error_code,
    coalesce(codes.meaning, failures.error_message) AS meaning,
    coalesce(codes.remedy, '') AS remedy,
    failures.messages,
    round(CAST(failures.messages AS double) / sum(failures.messages) OVER (), 4) AS share,
    failures.last_at,
    failures.example
FROM failures
LEFT JOIN whatsapp_error_codes AS codes ON codes.error_code = failures.error_code
ORDER BY failures.messages DESC, failures.error_code
