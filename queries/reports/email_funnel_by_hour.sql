-- title: From sending a mail to a click in it, by hour
-- description: How many mails of each get how far. Opens are a sign, no proof: some mail programs open every mail by
--   themselves, others hide it.
-- parameter from_hour hour = 1970/01/01/00: the first hour that counts, UTC: a message counts when it was sent
-- parameter until_hour hour = 2999/12/31/23: the first hour that no longer counts, UTC; later events count for 3 days
--   more
-- column happened_in: the beginning of the hour in which it was sent, UTC
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
-- chart: line x=happened_in y=sent,delivered,opened,clicked counts
-- scans: events from 1 hour before to 3 days after
SELECT
    date_trunc('hour', first_event_at) AS happened_in,
    count(*) AS messages,
    count_if(sent) AS sent,
    count_if(delivered) AS delivered,
    count_if(opens > 0) AS opened,
    count_if(clicks > 0) AS clicked,
    count_if(hard_bounced) AS hard_bounced,
    count_if(complained_at IS NOT NULL) AS complained,
    round(CAST(count_if(delivered) AS double) / nullif(count_if(sent), 0), 4) AS delivery_rate,
    round(CAST(count_if(opens > 0) AS double) / nullif(count_if(delivered), 0), 4) AS open_rate,
    round(CAST(count_if(clicks > 0) AS double) / nullif(count_if(delivered), 0), 4) AS click_rate
FROM email_message_status
GROUP BY date_trunc('hour', first_event_at)
ORDER BY happened_in
