-- title: Bounces, complaints and refusals, with their reasons
-- description: Mails that did not arrive or were not wanted, by what was the matter, most frequent first. One mail may
--   have several problems. Meanings of types: https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column problem: Bounce, Complaint, Reject, Rendering Failure or DeliveryDelay
-- column type: Permanent, Transient, abuse, MailboxFull, … as SES says
-- column subtype: the type's subdivision, or the error of a template
-- column recipient_domain: the domain they were sent to
-- column mails: mails it happened to
-- column last_at: when it happened last; UTC
-- column example: the id of the mail it happened to last
-- chart: bar x=type y=mails series=problem
-- scans: events
WITH problems AS (
    SELECT
        status AS problem,
        status_code AS type,
        status_message AS subtype,
        coalesce(lower(regexp_extract(recipient, '@([^@>]+)>?$', 1)), '') AS recipient_domain,
        message_id,
        occurred_at
    FROM message_events
    WHERE channel = 'email'
        AND status IN ('Bounce', 'Complaint', 'Reject', 'Rendering Failure', 'DeliveryDelay')
        AND hour >= :from_hour
        AND hour < :until_hour
)
SELECT
    problem,
    type,
    subtype,
    recipient_domain,
    count(DISTINCT message_id) AS mails,
    from_unixtime(max(occurred_at) / 1e3) AS last_at,
    max_by(message_id, ROW(occurred_at, message_id)) AS example
FROM problems
GROUP BY problem, type, subtype, recipient_domain
ORDER BY mails DESC, problem, type, subtype, recipient_domain
