"""Questions that people asked and what they were answered, from a lake: as redacted as the lake is.

The recorded answer is the reference: an answer is right that cites one of its sources, or, where it cited none, has
much the same words. What was handed off should be passed. Each question is asked alone, without what was said before
it; a turn that the hub itself answered (consent, courtesy, budget, …) asked nothing of an answerer and is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

import msgspec

from infra.operating.evaluation.cases import Case
from infra.operating.evaluation.files import MOST_ROWS, language_of
from orchestrator.model import Citation
from queries.asking import Engine
from queries.result import Cell

_HANDED_OFF = "handoff"
_NO_ANSWERER = frozenset(
    {"", "apology", "attachment", "budget", "consent", "courtesy", "restart", "silence"}
)  # sources of answers that are the hub's own
_ROWS = """
SELECT event_id, turn_id, direction, message, source, citations, occurred_at
FROM conversations
WHERE hour >= :from_hour AND turn_id <> ''
ORDER BY occurred_at, event_id
"""

Said: TypeAlias = Mapping[str, Cell]


def recorded(engine: Engine, since: datetime) -> list[Case]:
    """The first `MOST_ROWS` questions that came to the lake since then, oldest first. Raises `QueryError`."""
    hour = since.astimezone(UTC).strftime("%Y/%m/%d/%H")
    result = engine.query(_ROWS, {"from_hour": hour})
    turns: defaultdict[str, dict[str, Said]] = defaultdict(dict)
    for row in result.rows:
        said = dict(zip(result.column_names, row, strict=True))
        turns[str(said["turn_id"])][str(said["event_id"])] = said  # an event may be in the lake twice
    made = (_case(number, turn.values()) for number, turn in enumerate(turns.values(), 1))
    return [case for case in made if case][:MOST_ROWS]


def _case(number: int, turn: Iterable[Said]) -> Case | None:
    rows = list(turn)
    question = "\n".join(str(said["message"]) for said in rows if said["direction"] == "inbound" and said["message"])
    answers = [said for said in rows if said["direction"] == "outbound"]
    if not question or not answers or answers[-1]["source"] in _NO_ANSWERER:
        return None
    language = language_of(number, "", question)
    if answers[-1]["source"] == _HANDED_OFF:
        return Case(number, question, language)
    return Case(number, question, language, _sources(answers[-1]), reference=str(answers[-1]["message"]))


def _sources(answer: Said) -> tuple[str, ...]:
    """By their addresses where they have one, else by their titles."""
    given = answer["citations"]
    cited = [msgspec.json.decode(str(each), type=Citation) for each in given] if isinstance(given, list) else []
    return tuple(dict.fromkeys(each.uri or each.title for each in cited))
