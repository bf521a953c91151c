"""Charts in a terminal: bars as a table, lines on a grid of characters."""

from collections.abc import Sequence

import plotext
from rich.bar import Bar
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.local.commands.tables import cell
from queries.charts import Drawing, shown

MOST_BARS = 40
_BAR_WIDTH = 40
_HEIGHT = 18
_TICKS = 6
_COLOURS = ("cyan", "yellow", "magenta", "green", "blue", "red")
_MARKS = ("●", "+", "×", "◆", "○", "*")  # tell lines apart where there are no colours


def show(console: Console, title: str, drawings: Sequence[Drawing]) -> None:
    """Print every panel. Labels are text: no markup, no control codes."""
    console.print(Text(cell(title), style="bold"))
    for drawing in drawings:
        if drawing.title:
            console.print(Text(f"\n{cell(drawing.title)}", style="italic"))
        if not drawing.values:
            console.print("No rows.")
        elif drawing.kind == "line" and len(drawing.places) > 1:
            console.print(_lines(drawing, console.width), end="")
        else:
            console.print(_bars(drawing))
            if len(drawing.places) > MOST_BARS:
                console.print(f"The first {MOST_BARS} of {len(drawing.places)}.")


def _bars(drawing: Drawing) -> Table:
    """A row for each value; the names of the series only where there are several."""
    several = len(drawing.series) > 1
    most = max(drawing.values) or 1.0
    table = Table(box=None, pad_edge=False, show_header=False)
    for index, place in enumerate(drawing.places[:MOST_BARS]):
        label = cell(place)
        for series, colour in zip(drawing.series, _colours(drawing), strict=True):
            value = series.values[index]
            if value is not None:
                bar = Bar(most, 0, max(value, 0.0), width=_BAR_WIDTH, color=colour)
                table.add_row(Text(label), Text(cell(series.name) if several else ""), bar, Text(shown(value)))
                label = ""
    return table


def _lines(drawing: Drawing, width: int) -> Text:
    plotext.clear_figure()
    plotext.limit_size(False, False)  # a pipe has no size to stay within
    plotext.theme("clear")
    plotext.plot_size(min(width, 110), _HEIGHT)
    for series, colour, mark in zip(drawing.series, _colours(drawing), _marks(drawing), strict=True):
        points = [(index, value) for index, value in enumerate(series.values) if value is not None]
        if points:
            x, y = zip(*points, strict=True)
            plotext.plot(x, y, marker=mark, color=colour, label=cell(series.name))
    plotext.ylim(min(0.0, *drawing.values), max(drawing.values) or 1.0)
    step = max(1, (len(drawing.places) - 1) // (_TICKS - 1))
    ticks = range(0, len(drawing.places), step)
    plotext.xticks(ticks, [cell(drawing.places[tick]) for tick in ticks])
    return Text.from_ansi(plotext.build())


def _colours(drawing: Drawing) -> list[str]:
    return [_COLOURS[index % len(_COLOURS)] for index in range(len(drawing.series))]


def _marks(drawing: Drawing) -> list[str]:
    return [_MARKS[index % len(_MARKS)] for index in range(len(drawing.series))]
