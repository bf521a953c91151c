-- title: How good a sender we are to mailbox providers
-- description: Hard bounces and complaints of each sending domain, in all and by the recipients' domain, against the
--   limits that cost a sender its reputation. SES reviews an account at 5 % hard bounces or 0.1 % complaints and may
--   stop it at 10 % or 0.5 % (https://docs.aws.amazon.com/ses/latest/dg/reputationdashboardmessages.html). Gmail and
--   Yahoo want fewer than 0.1 % complaints and refuse mail from 0.3 % on (https://support.google.com/a/answer/81126).
--   Shares of few mails say little. Gmail reports no complaints to SES: look into its Postmaster Tools.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- parameter bounce_limit double = 0.05: share of hard bounces from which the verdict is warning; from twice as many,
--   critical
-- parameter complaint_limit double = 0.001: share of complaints from which the verdict is warning
-- parameter complaint_stop double = 0.003: share of complaints from which the verdict is critical
-- column account_id: AWS account
-- column sending_domain: the domain mails were sent from
-- column recipient_domain: the domain they were sent to; all for the sum of them
-- column sent: mails that SES sent
-- column delivered: those that reached the mailbox and stayed there
-- column hard_bounces: those that bounced for good
-- column complaints: those that were called spam
-- column bounce_rate: hard_bounces of sent; 0 to 1
-- column complaint_rate: complaints of delivered; 0 to 1
-- column verdict: ok, warning or critical
-- chart: bar x=recipient_domain,account_id y=bounce_rate,complaint_rate series=sending_domain
-- scans: events from 1 hour before to 3 days after
WITH counts AS (
    SELECT
        account_id,
        sending_domain,
        coalesce(recipient_domain, 'all') AS recipient_domain,
        count_if(sent) AS sent,
        count_if(delivered) AS delivered,
        count_if(hard_bounced) AS hard_bounces,
        count_if(complained_at IS NOT NULL) AS complaints
    FROM email_message_status
    GROUP BY GROUPING SETS ((account_id, sending_domain), (account_id, sending_domain, recipient_domain))
),
shares AS (
    SELECT
        account_id,
        sending_domain,
        recipient_domain,
        sent,
        delivered,
        hard_bounces,
        complaints,
        CAST(hard_bounces AS double) / sent AS bounce_rate,
        coalesce(CAST(complaints AS double) / nullif(delivered, 0), 0) AS complaint_rate
    FROM counts
    WHERE sent > 0
)
SELECT
    account_id,
    sending_domain,
    recipient_domain,
    sent,
    delivered,
    hard_bounces,
    complaints,
    round(bounce_rate, 5) AS bounce_rate,
    round(complaint_rate, 5) AS complaint_rate,
    CASE
        WHEN bounce_rate >= 2 * :bounce_limit OR complaint_rate >= :complaint_stop THEN 'critical'
        WHEN bounce_rate >= :bounce_limit OR complaint_rate >= :complaint_limit THEN 'warning'
        ELSE 'ok'
    END AS verdict
FROM shares
ORDER BY sent DESC, account_id, sending_domain, recipient_domain
