"""A drawing in a sentence or two: for those who hear the page, and as a summary for those who see it."""

from queries.charts.units import shown
from queries.charts.values import Drawing, Series


def described(drawing: Drawing) -> str:
    """What is largest and smallest in each series, and where."""
    kind = "Lines" if drawing.kind == "line" else "Bars"
    first, last = drawing.places[0], drawing.places[-1]
    extent = f"{first} to {last}" if drawing.kind == "line" and first != last else f"{_number(drawing)}"
    return " ".join([f"{kind}, {extent}.", *(_series(drawing, series) for _, series in drawing.lines)])


def _number(drawing: Drawing) -> str:
    count = len(drawing.places)
    return "1 place" if count == 1 else f"{count:,} places"


def _series(drawing: Drawing, series: Series) -> str:
    there = [(value, place) for value, place in zip(series.values, drawing.places, strict=True) if value is not None]
    if not there:
        return f"{series.name}: nothing."
    most, least = max(there, key=lambda each: each[0]), min(there, key=lambda each: each[0])
    in_all = f"{shown(sum(value for value, _ in there))} in all; " if drawing.counts else ""
    if most[0] == least[0]:
        return f"{series.name}: {in_all}{shown(most[0], drawing.unit)}{' everywhere' if len(there) > 1 else ''}."
    most_text, least_text = shown(most[0], drawing.unit), shown(least[0], drawing.unit)
    return f"{series.name}: {in_all}most {most_text} ({most[1]}), least {least_text} ({least[1]})."
