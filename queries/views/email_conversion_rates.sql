-- title: How many mails arrive, are opened and clicked
-- description: By the day on which the first thing happened to a message, and by what it was. Rates are of the row; to
--   join rows, add the counts and divide.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column day: the day, UTC
-- column sending_domain: the domain they were sent from
-- column recipient_domain: the domain they were sent to
-- column campaign: the tag campaign; empty without one
-- column configuration_set: SES configuration set
-- column messages: mails we asked SES to send
-- column sent: those that SES did not reject
-- column delivered: those that reached the mailbox and stayed there
-- column opened: those that were opened; some mail programs open every mail by themselves
-- column clicked: those in which a link was clicked
-- column hard_bounced: those that bounced for good
-- column complained: those that were called spam
-- column delivery_rate: delivered of sent; 0 to 1
-- column open_rate: opened of delivered; 0 to 1
-- column click_rate: clicked of delivered; 0 to 1
-- column bounce_rate: hard_bounced of sent; 0 to 1
-- column complaint_rate: complained of delivered; 0 to 1
-- scans: events from 1 hour before to 3 days after
SELECT
    date(first_event_at) AS day,
    sending_domain,
    recipient_domain,
    campaign,
    configuration_set,
    count(*) AS messages,
    count_if(sent) AS sent,
    count_if(delivered) AS delivered,
    count_if(opens > 0) AS opened,
    count_if(clicks > 0) AS clicked,
    count_if(hard_bounced) AS hard_bounced,
    count_if(complained_at IS NOT NULL) AS complained,
    round(CAST(count_if(delivered) AS double) / nullif(count_if(sent), 0), 4) AS delivery_rate,
    round(CAST(count_if(opens > 0) AS double) / nullif(count_if(delivered), 0), 4) AS open_rate,
    round(CAST(count_if(clicks > 0) AS double) / nullif(count_if(delivered), 0), 4) AS click_rate,
    round(CAST(count_if(hard_bounced) AS double) / nullif(count_if(sent), 0), 4) AS bounce_rate,
    round(CAST(count_if(complained_at IS NOT NULL) AS double) / nullif(count_if(delivered), 0), 4) AS complaint_rate
FROM email_message_status
GROUP BY date(first_event_at), sending_domain, recipient_domain, campaign, configuration_set
