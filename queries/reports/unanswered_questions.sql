-- title: What people ask and get no answer to, most often
-- description: Questions that ended in the hand-off or an apology, grouped by their words: what to write a document
--   about. A question is its set of words, lower case, without accents, a plural's s, and words that every question
--   has, in English and Spanish. Two questions are alike when they share enough of their words: the number shared over
--   the number in either. Each question joins the most frequent one that it is like, unless that one has joined
--   another.
-- parameter from_hour hour = 1970/01/01/00: the first hour of arrival that counts, UTC
-- parameter until_hour hour = 2999/12/31/23: the first hour of arrival that no longer counts, UTC
-- parameter similarity double = 0.5: how alike questions of a group are; 0 to 1, where 1 needs the same words
-- parameter compared bigint = 500: so many of the most frequent wordings can have a group
-- column questions: questions of the group
-- column people: people who asked them
-- column handed_off: those that were handed off
-- column failed: those that got an apology
-- column words: the words of the group's most frequent question
-- column example: one of those questions, as it was written; the latest
-- column wordings: different sets of words in the group
-- column last_asked_at: when the last of them was asked; UTC
-- chart: bar x=example y=questions
-- scans: conversations
WITH asked AS (
    SELECT
        turn_id,
        person,
        question,
        asked_at,
        outcome,
        regexp_split(
            translate(lower(question), 'áàâäéèêëíìîïóòôöúùûüñç', 'aaaaeeeeiiiioooouuuunc'), '[^\p{L}\p{N}]+'
        ) AS all_words
    FROM conversation_turns
    WHERE outcome IN ('handoff', 'apology')
),
spoken AS (
    SELECT DISTINCT asked.turn_id, regexp_replace(piece.word, '(\p{L}{3})s$', '$1') AS word
    FROM asked
    CROSS JOIN UNNEST(asked.all_words) AS piece (word)
    WHERE piece.word NOT IN (
            '',
            'a', 'about', 'al', 'algo', 'and', 'any', 'are', 'as', 'at', 'be', 'been', 'buenas', 'buenos', 'but',
            'by', 'can', 'como', 'con', 'could', 'cual', 'cuando', 'cuanto', 'de', 'del', 'dias', 'did', 'do',
            'does', 'donde', 'el', 'ella', 'en', 'es', 'esta', 'este', 'for', 'from', 'get', 'got', 'gracias',
            'had', 'has', 'have', 'hay', 'hello', 'hey', 'hi', 'hola', 'how', 'i', 'if', 'in', 'is', 'it', 'its',
            'just', 'la', 'las', 'lo', 'los', 'me', 'mi', 'mis', 'muy', 'my', 'no', 'not', 'o', 'of', 'on', 'or',
            'our', 'para', 'pero', 'please', 'por', 'puede', 'pueden', 'puedo', 'que', 'quien', 'se', 'ser', 'si',
            'sin', 'so', 'some', 'su', 'sus', 'tardes', 'te', 'tengo', 'thank', 'thanks', 'that', 'the', 'there',
            'they', 'this', 'tiene', 'tienen', 'tienes', 'to', 'todo', 'tu', 'un', 'una', 'us', 'usted', 'was',
            'we', 'were', 'what', 'when', 'where', 'which', 'who', 'why', 'will', 'with', 'would', 'y', 'ya', 'yo',
            'you', 'your'
        )
),
turns AS (
    SELECT asked.turn_id, coalesce(array_join(array_agg(spoken.word ORDER BY spoken.word), ' '), '') AS words
    FROM asked
    LEFT JOIN spoken ON spoken.turn_id = asked.turn_id
    GROUP BY asked.turn_id
),
wordings AS (
    SELECT words, count(*) AS questions, row_number() OVER (ORDER BY count(*) DESC, words) AS place
    FROM turns
    GROUP BY words
),
parts AS (
    SELECT DISTINCT turns.words, spoken.word
    FROM turns
    JOIN spoken ON spoken.turn_id = turns.turn_id
),
sizes AS (
    SELECT words, count(*) AS size
    FROM parts
    GROUP BY words
),
frequent AS (
    SELECT parts.words, parts.word, wordings.place
    FROM parts
    JOIN wordings ON wordings.words = parts.words
    WHERE wordings.place <= :compared
),
alike AS (
    SELECT mine.words, frequent.words AS other, max(frequent.place) AS place
    FROM parts AS mine
    JOIN frequent ON frequent.word = mine.word
    JOIN sizes AS my_size ON my_size.words = mine.words
    JOIN sizes AS other_size ON other_size.words = frequent.words
    GROUP BY mine.words, frequent.words
    HAVING CAST(count(*) AS double) / (max(my_size.size) + max(other_size.size) - count(*)) >= :similarity
),
followers AS (
    SELECT DISTINCT alike.words
    FROM alike
    JOIN wordings ON wordings.words = alike.words
    WHERE alike.place < wordings.place
),
led AS (
    SELECT alike.words, min_by(alike.other, alike.place) AS leader
    FROM alike
    LEFT JOIN followers ON followers.words = alike.other
    WHERE followers.words IS NULL
    GROUP BY alike.words
)
SELECT
    count(*) AS questions,
    count(DISTINCT asked.person) AS people,
    count_if(asked.outcome = 'handoff') AS handed_off,
    count_if(asked.outcome = 'apology') AS failed,
    coalesce(led.leader, turns.words) AS words,
    max_by(asked.question, ROW(led.leader IS NULL OR led.leader = turns.words, asked.asked_at, asked.turn_id))
        AS example,
    count(DISTINCT turns.words) AS wordings,
    max(asked.asked_at) AS last_asked_at
FROM asked
JOIN turns ON turns.turn_id = asked.turn_id
LEFT JOIN led ON led.words = turns.words
GROUP BY coalesce(led.leader, turns.words)
ORDER BY questions DESC, words
