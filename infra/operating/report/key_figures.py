"""The numbers at the top of a report: sums over answers that it has anyway, so that nothing is asked twice."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from infra.operating.report.answered import Answered
from queries.charts.units import shown
from queries.result import Cell, Result


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """`note` is what the number consists of, or is measured against. `question` is where the number comes from."""

    label: str
    value: str
    note: str
    question: str


_Reading = Callable[[Result], tuple[str, str]]  # the value and the note of a figure, from an answer


def key_figures(answers: Mapping[str, Answered]) -> tuple[KeyFigure, ...]:
    """Those whose questions were answered, with at least a row."""
    return tuple(
        KeyFigure(label, *read(answers[question].result), question)
        for label, question, read in _FIGURES
        if question in answers and answers[question].result.rows
    )


def _received(result: Result) -> tuple[str, str]:
    by_channel: Counter[str] = Counter()
    for row in _rows(result):
        by_channel[str(row["channel"])] += int(_number(row["received"]))
    note = " · ".join(f"{channel} {shown(count)}" for channel, count in by_channel.most_common() if count)
    return shown(by_channel.total()), note


def _sent(result: Result) -> tuple[str, str]:
    sent, delivered, failed = (_sum(result, name) for name in ("sent", "delivered", "failed"))
    return shown(sent), f"{_share(delivered, sent)} delivered, {_share(failed, sent)} failed" if sent else ""


def _conversations(result: Result) -> tuple[str, str]:
    return shown(_sum(result, "conversations")), f"{shown(_sum(result, 'turns'))} turns"


def _answered_share(result: Result) -> tuple[str, str]:
    questions, answered = _sum(result, "questions"), _sum(result, "answered")
    note = f"{shown(_sum(result, 'handed_off'))} handed off, {shown(_sum(result, 'failed'))} failed"
    return _share(answered, questions), f"of {shown(questions)} questions; {note}"


def _response(result: Result) -> tuple[str, str]:
    """Medians cannot be joined: that of the most frequent kind of answer stands for all."""
    most = max(_rows(result), key=lambda row: _number(row["turns"]))
    note = f"{most['source']}, {most['channel']}; nine of ten within {_seconds(most['p90_ms'])}"
    return _seconds(most["median_ms"]), note


def _cost(result: Result) -> tuple[str, str]:
    tokens, messages = _sum(result, "tokens_cost"), _sum(result, "messages_cost")
    note = f"messages {shown(messages, 'US dollars')}, tokens {shown(tokens, 'US dollars')}"
    return shown(tokens + messages, "US dollars"), note


def _reputation(result: Result) -> tuple[str, str]:
    order = ("critical", "warning", "ok")
    worst = min(_rows(result), key=lambda row: order.index(str(row["verdict"])))
    return str(worst["verdict"]), f"{worst['sending_domain']}: {_part(worst['bounce_rate'])} bounced for good"


def _opted_out(result: Result) -> tuple[str, str]:
    return shown(_sum(result, "opted_out")), f"{shown(_sum(result, 'opted_in'))} opted in"


_FIGURES: tuple[tuple[str, str, _Reading], ...] = (
    ("Messages received", "volume_by_hour", _received),
    ("Messages sent", "volume_by_hour", _sent),
    ("Conversations begun", "conversations_by_day", _conversations),
    ("Questions answered", "unanswered_share", _answered_share),
    ("Median time to answer", "response_times", _response),
    ("Cost of conversations", "conversation_costs", _cost),
    ("Reputation as a sender of mail", "sender_reputation", _reputation),
    ("People who opted out", "opt_outs", _opted_out),
)


def _rows(result: Result) -> list[dict[str, Cell]]:
    return [dict(zip(result.column_names, row, strict=True)) for row in result.rows]


def _sum(result: Result, name: str) -> float:
    return sum(_number(row[name]) for row in _rows(result))


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float | Decimal) else 0.0


def _share(part: float, whole: float) -> str:
    return shown(part / whole, "0 to 1") if whole else "–"


def _part(cell: Cell) -> str:
    return shown(_number(cell), "0 to 1")


def _seconds(milliseconds: Cell) -> str:
    return shown(_number(milliseconds) / 1000, "seconds")
