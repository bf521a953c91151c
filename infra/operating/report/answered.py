"""One question of a report: its answer, or why there is none. A question that fails costs no other its place."""

from dataclasses import dataclass

from infra.operating.report.period import Period
from queries.asking import Engine
from queries.catalogue.entries import Entry
from queries.charts.values import ChartError, Drawing, draw
from queries.errors import QueryError
from queries.result import Result

_NOTHING = Result((), ())


@dataclass(frozen=True, slots=True)
class Answered:
    """`problem` is "" where all went well; with a problem of the chart alone, the answer is there and no drawing."""

    entry: Entry
    result: Result = _NOTHING
    drawings: tuple[Drawing, ...] = ()
    problem: str = ""

    @property
    def known(self) -> bool:
        """Whether the question could be answered, be it with no rows."""
        return bool(self.result.columns)


def answer(engine: Engine, entry: Entry, period: Period) -> Answered:
    """Ask for the period. Raises nothing that a question can cause."""
    try:
        result = engine.query(entry.name, dict(period.parameters))
    except QueryError as error:
        return Answered(entry, problem=str(error))
    if entry.chart is None or not result.rows:
        return Answered(entry, result)
    try:
        return Answered(entry, result, draw(entry.chart, result, entry.columns))
    except ChartError as error:
        return Answered(entry, result, problem=f"There is no chart: {error}.")
