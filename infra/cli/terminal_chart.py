"""Charts in a terminal: bars as a table, lines on a grid of characters."""

import os
import sys
from collections.abc import Sequence

import plotext
from rich.bar import Bar
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.cli.tables import cell
from queries.charts.scale import ticks
from queries.charts.units import shown
from queries.charts.values import Drawing

MOST_BARS = 40
_BAR_WIDTH = 40
_HEIGHT = 18
_WIDEST = 110
_LABEL = 44
_COLOURS = ("cyan", "yellow", "magenta", "green", "blue", "red")
_MARKS = ("●", "+", "×", "◆", "○", "*")  # tell lines apart where there are no colours


def console() -> Console:
    """As wide as the terminal; of a fixed width where there is none."""
    return Console() if sys.stdout.isatty() or "COLUMNS" in os.environ else Console(width=_WIDEST)


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
    table.add_column(max_width=_LABEL, overflow="fold")
    for index, place in enumerate(drawing.places[:MOST_BARS]):
        label = cell(place)
        for number, series in enumerate(drawing.series):
            value = series.values[index]
            if value is not None:
                bar = Bar(most, 0, max(value, 0.0), width=_BAR_WIDTH, color=_COLOURS[number % len(_COLOURS)])
                table.add_row(
                    Text(label), Text(cell(series.name) if several else ""), bar, Text(shown(value, drawing.unit))
                )
                label = ""
    return table


def _lines(drawing: Drawing, width: int) -> Text:
    width = min(width, _WIDEST)
    plotext.clear_figure()
    plotext.limit_size(False, False)  # a pipe has no size to stay within
    plotext.theme("clear")
    plotext.plot_size(width, _HEIGHT)
    for index, series in drawing.lines:
        mark, colour = _MARKS[index % len(_MARKS)], _COLOURS[index % len(_COLOURS)]
        for number, run in enumerate(drawing.runs(series)):
            x, y = zip(*run, strict=True)
            plotext.plot(x, y, marker=mark, color=colour, label="" if number else cell(series.name))
    numbers = ticks(drawing.values)
    plotext.ylim(numbers[0], numbers[-1])
    plotext.yticks(numbers, [shown(number, drawing.unit) for number in numbers])
    places = _named(drawing.places, width)
    plotext.xlim(0, len(drawing.places) - 1)
    plotext.xticks(places, [cell(drawing.places[place]) for place in places])
    return Text.from_ansi(plotext.build())


def _named(places: Sequence[str], width: int) -> range:
    """Which places have their names below the axis: as many as stand side by side."""
    room = max(2, width // (max(map(len, places)) + 4))
    return range(0, len(places), -(-len(places) // room))
