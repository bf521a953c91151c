-- title: What could not become a row, and why
-- description: Rejected rows by reason, most frequent first: a template to mend, a sender to talk to. They are kept
--   whole and can be replayed. In a deployment they lie among the events, as type rejected; embedded, in a table of
--   their own. The same bytes count once.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column stage: where it failed: unwrap, expand or render, or a stage of the hub's
-- column source: the template that failed; empty before one was chosen
-- column reason: why: file, line and field where a template failed
-- column rows: how many
-- column first_at: when the first came; UTC
-- column last_at: when the last came; UTC
-- column template_version: the version of the template that the last failed on
-- column example: the id of the last
-- chart: bar x=reason y=rows
-- scans: rejected; events
WITH rejections AS (
    SELECT stage, source, reason, event_id, received_at, template_version
    FROM rejected
    WHERE hour >= :from_hour AND hour < :until_hour
    UNION ALL
    SELECT status AS stage, source, status_message AS reason, event_id, received_at, template_version
    FROM events
    WHERE type = 'rejected' AND hour >= :from_hour AND hour < :until_hour
),
rejections_once AS (
    SELECT
        event_id,
        min(received_at) AS received_at,
        min_by(stage, ROW(received_at, stage)) AS stage,
        min_by(source, ROW(received_at, source)) AS source,
        min_by(reason, ROW(received_at, reason)) AS reason,
        max_by(template_version, ROW(received_at, template_version)) AS template_version
    FROM rejections
    GROUP BY event_id
)
SELECT
    stage,
    source,
    reason,
    count(*) AS rows,
    from_unixtime(min(received_at) / 1e3) AS first_at,
    from_unixtime(max(received_at) / 1e3) AS last_at,
    max_by(template_version, ROW(received_at, event_id)) AS template_version,
    max_by(event_id, ROW(received_at, event_id)) AS example
FROM rejections_once
GROUP BY stage, source, reason
ORDER BY rows DESC, stage, source, reason
