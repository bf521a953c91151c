-- title: Where each mail stands
-- description: One row for each mail that we sent, at the furthest step that its events tell of. A mail counts in the
--   period in which it was sent, which each of its events tells. Each open and each click is counted once, however often its
--   event came.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column message_id: SES's id
-- column account_id: AWS account
-- column organization_id: the organisation it was sent for
-- column sending_address: who sent it
-- column sending_domain: the domain of that
-- column recipient: whom it was sent to, the first of several
-- column recipient_domain: the domain of that, lower case
-- column subject: the subject
-- column campaign: the tag campaign that the sender attached; empty without one
-- column configuration_set: SES configuration set; empty where the event does not say
-- column turn_id: the turn whose answer it is; empty where it is none
-- column first_event_at: when the first thing happened to it: it was sent; UTC
-- column last_event_at: when the last thing happened to it; UTC
-- column sent_at: when SES accepted it; UTC
-- column delivered_at: when the recipient's mail server accepted it; UTC
-- column delayed_at: when its delivery was first delayed; UTC
-- column opened_at: when it was first opened; UTC
-- column opens: how often it was opened
-- column clicked_at: when a link in it was first clicked; UTC
-- column clicks: how often links in it were clicked
-- column last_link: the link that was clicked last
-- column bounced_at: when it first bounced; UTC
-- column bounce_type: Permanent, Transient or Undetermined; empty where it did not bounce
-- column bounce_subtype: the bounce's subdivision: General, MailboxFull, …
-- column complained_at: when the recipient called it spam; UTC
-- column complaint_type: abuse, fraud, …; empty where the recipient's provider does not say
-- column rejected_at: when SES refused to send it, for a virus or a template that could not be filled; UTC
-- column unsubscribed_at: when the recipient unsubscribed by it; UTC
-- column delivery_status: where it stands: sent, delayed, delivered, failed, read, clicked, complained or unknown
-- column sent: whether SES sent it: it was not rejected
-- column delivered: whether it reached the recipient's mailbox and stayed there
-- column hard_bounced: whether it bounced for good (bounce_type Permanent)
-- scans: events from 1 hour before to 3 days after
WITH mails AS (
    SELECT
        message_id,
        max(account_id) AS account_id,
        max(organization_id) AS organization_id,
        max(sending_address) AS sending_address,
        max(recipient) AS recipient,
        max(element_at(channel_data, 'subject')) AS subject,
        max(element_at(tags, 'campaign')) AS campaign,
        max(element_at(tags, 'ses:configuration-set')) AS configuration_set,
        max(turn_id) AS turn_id,
        min(started_ms) AS first_event_ms,
        max(occurred_at) AS last_event_ms,
        min(CASE WHEN status = 'Send' THEN occurred_at END) AS sent_ms,
        min(CASE WHEN status = 'Delivery' THEN occurred_at END) AS delivered_ms,
        min(CASE WHEN status = 'DeliveryDelay' THEN occurred_at END) AS delayed_ms,
        min(CASE WHEN status = 'Open' THEN occurred_at END) AS opened_ms,
        count(DISTINCT CASE WHEN status = 'Open' THEN event_id END) AS opens,
        min(CASE WHEN status = 'Click' THEN occurred_at END) AS clicked_ms,
        count(DISTINCT CASE WHEN status = 'Click' THEN event_id END) AS clicks,
        max_by(status_message, ROW(status = 'Click', occurred_at, event_id)) AS last_link,
        min(CASE WHEN status = 'Bounce' THEN occurred_at END) AS bounced_ms,
        max_by(status_code, ROW(status = 'Bounce', step, occurred_at, event_id)) AS bounce_type,
        max_by(status_message, ROW(status = 'Bounce', step, occurred_at, event_id)) AS bounce_subtype,
        min(CASE WHEN status = 'Complaint' THEN occurred_at END) AS complained_ms,
        max(CASE WHEN status = 'Complaint' THEN status_code END) AS complaint_type,
        min(CASE WHEN status IN ('Reject', 'Rendering Failure') THEN occurred_at END) AS rejected_ms,
        min(CASE WHEN status = 'Subscription' THEN occurred_at END) AS unsubscribed_ms,
        max(step) AS step,
        max_by(delivery_status, step) AS delivery_status
    FROM message_events
    WHERE channel = 'email'
    GROUP BY message_id
    HAVING min(started_ms) >= 1e3 * to_unixtime(date_parse(:from_hour, '%Y/%m/%d/%H'))
        AND min(started_ms) < 1e3 * to_unixtime(date_parse(:until_hour, '%Y/%m/%d/%H'))
        AND bool_or(NOT late)
)
SELECT
    message_id,
    account_id,
    organization_id,
    sending_address,
    coalesce(lower(regexp_extract(sending_address, '@([^@>]+)>?$', 1)), '') AS sending_domain,
    coalesce(recipient, '') AS recipient,
    coalesce(lower(regexp_extract(recipient, '@([^@>]+)>?$', 1)), '') AS recipient_domain,
    coalesce(subject, '') AS subject,
    coalesce(campaign, '') AS campaign,
    coalesce(configuration_set, '') AS configuration_set,
    turn_id,
    from_unixtime(first_event_ms / 1e3) AS first_event_at,
    from_unixtime(last_event_ms / 1e3) AS last_event_at,
    from_unixtime(sent_ms / 1e3) AS sent_at,
    from_unixtime(delivered_ms / 1e3) AS delivered_at,
    from_unixtime(delayed_ms / 1e3) AS delayed_at,
    from_unixtime(opened_ms / 1e3) AS opened_at,
    opens,
    from_unixtime(clicked_ms / 1e3) AS clicked_at,
    clicks,
    CASE WHEN clicks > 0 THEN last_link ELSE '' END AS last_link,
    from_unixtime(bounced_ms / 1e3) AS bounced_at,
    CASE WHEN bounced_ms IS NOT NULL THEN bounce_type ELSE '' END AS bounce_type,
    CASE WHEN bounced_ms IS NOT NULL THEN bounce_subtype ELSE '' END AS bounce_subtype,
    from_unixtime(complained_ms / 1e3) AS complained_at,
    coalesce(complaint_type, '') AS complaint_type,
    from_unixtime(rejected_ms / 1e3) AS rejected_at,
    from_unixtime(unsubscribed_ms / 1e3) AS unsubscribed_at,
    CASE WHEN step = 0 THEN 'unknown' ELSE delivery_status END AS delivery_status,
    rejected_ms IS NULL AS sent,
    step = 4 OR step > 5 AS delivered,
    bounced_ms IS NOT NULL AND bounce_type = 'Permanent' AS hard_bounced
FROM mails
