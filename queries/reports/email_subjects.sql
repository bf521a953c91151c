-- title: What was mailed to one address
-- description: The subjects of the mails sent to an address, newest first, and where each mail stands. The case of
--   letters does not matter.
-- parameter address varchar: the mail address
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column first_event_at: when the first thing happened to it; UTC
-- column subject: the subject
-- column campaign: the tag campaign; empty without one
-- column delivery_status: where it stands
-- column opens: how often it was opened
-- column clicks: how often links in it were clicked
-- column bounce_type: Permanent, Transient or Undetermined; empty where it did not bounce
-- column sending_address: who sent it
-- column message_id: SES's id
-- scans: events from 1 hour before to 3 days after
SELECT
    first_event_at,
    subject,
    campaign,
    delivery_status,
    opens,
    clicks,
    bounce_type,
    sending_address,
    message_id
FROM email_message_status
WHERE lower(recipient) = lower(:address)
ORDER BY first_event_at DESC, message_id
