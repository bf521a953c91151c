-- title: What was said, in order
-- description: Every message and every answer once, oldest first when ordered by said_at. A turn's question and answer
--   share turn_id; a conversation is one person on one channel at one of our addresses.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- column said_at: when it was written, or the answer was finished; UTC
-- column conversation_id: the conversation
-- column turn_id: the messages answered together and their answer
-- column channel: text, email or whatsapp
-- column direction: inbound (a person) or outbound (the answer)
-- column person: the person's address
-- column message: the words
-- column source: what answered; empty on inbound rows
-- column latency_ms: from asking to having the answer, 0 on inbound rows; milliseconds
-- scans: conversations
SELECT
    from_unixtime(max(occurred_at) / 1e3) AS said_at,
    max(conversation_id) AS conversation_id,
    max(turn_id) AS turn_id,
    max(channel) AS channel,
    max(direction) AS direction,
    max(CASE WHEN direction = 'inbound' THEN sending_address ELSE destination_address END) AS person,
    max(message) AS message,
    max(source) AS source,
    max(latency_ms) AS latency_ms
FROM conversations
WHERE hour >= :from_hour AND hour < :until_hour
GROUP BY event_id
