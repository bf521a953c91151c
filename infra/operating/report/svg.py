"""Marks as SVG that fits any width: places are per cents and texts keep their size, so that nothing is scaled.

Colours and dashes are the style sheet's, by class: s0, s1, … The picture has a title and a description for those who
hear it; what it shows is in the table beside it too.
Source: https://www.w3.org/TR/svg-aam-1.0/#mapping_svg_role_img
"""

from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from infra.operating.report.marks import BarChart, Group, Line, LineChart, Marks
from infra.operating.report.texts import cut, visible

_LABEL, _BAR, _GAP = 20, 20, 8  # heights of a place's name, of a bar with its room, of the room below a place
_NARROWEST, _LETTER = 320, 7.2  # pixels: a telephone's width, and a letter's
_MOST_NAME = 20
_ACROSS = 1000  # of the box in which lines are drawn; it is stretched to the picture's


def svg(marks: Marks, name: str, title: str, description: str) -> Markup:
    """`name` is unlike that of any other picture of the page."""
    kind = "bars" if isinstance(marks, BarChart) else "lines"
    picture = Element("svg", {"class": kind, "role": "img", "aria-labelledby": f"{name}-title {name}-description"})
    _text(picture, "title", title, id=f"{name}-title")
    _text(picture, "desc", description, id=f"{name}-description")
    if isinstance(marks, BarChart):
        _draw_bars(picture, marks)
    else:
        _draw_lines(picture, marks)
    return Markup(tostring(picture, encoding="unicode"))  # noqa: S704 - ElementTree has escaped every text


def swatch(style: int) -> Markup:
    """A short piece of a line, for the legend."""
    picture = Element("svg", {"class": "swatch", "aria-hidden": "true"})
    SubElement(picture, "line", {"class": f"s{style}", "x1": "0", "x2": "100%", "y1": "50%", "y2": "50%"})
    return Markup(tostring(picture, encoding="unicode"))  # noqa: S704 - there is no text in it


def _draw_bars(picture: Element, chart: BarChart) -> None:
    top = 0
    width = _width(chart)
    for group in chart.groups:
        _text(picture, "text", cut(group.label), x="0", y=str(top + 14), **{"class": "place"})
        _draw_group(picture, group, top + _LABEL, width)
        top += _LABEL + _BAR * len(group.bars) + _GAP
    picture.set("height", str(top))


def _width(chart: BarChart) -> str:
    """What the longest bar may take of the picture, so that the longest text behind a bar finds room anywhere."""
    letters = max(len(bar.text) + len(cut(bar.name, _MOST_NAME)) for group in chart.groups for bar in group.bars)
    return _percent(max(0.3, 0.92 - letters * _LETTER / _NARROWEST))


def _draw_group(picture: Element, group: Group, top: int, width: str) -> None:
    """The bars' own box leaves room for the numbers behind them."""
    height = _BAR * len(group.bars)
    box = SubElement(picture, "svg", {"x": "0", "y": str(top), "width": width, "height": str(height)})
    for index, bar in enumerate(group.bars):
        size = {"y": str(index * _BAR + 2), "width": _percent(bar.length), "height": str(_BAR - 6)}
        SubElement(box, "rect", {"class": f"s{bar.style}", "x": "0", **size})
        label = SubElement(box, "text", {"x": _percent(bar.length), "dx": "6", "y": str(index * _BAR + 13)})
        _text(label, "tspan", bar.text, **{"class": "value"})
        if bar.name:
            _text(label, "tspan", cut(bar.name, _MOST_NAME), dx="5")


def _draw_lines(picture: Element, chart: LineChart) -> None:
    picture.set("height", "230")
    for tick in chart.up:
        y = _percent(1 - tick.at)
        SubElement(picture, "line", {"class": "grid", "x1": "0", "x2": "100%", "y1": y, "y2": y})
        _text(picture, "text", tick.text, x="0", dx="-8", y=y, dy="0.32em", **{"class": "up"})
    for tick in chart.across:
        kind = "across minor" if tick.minor else "across"
        _text(picture, "text", cut(tick.text, 16), x=_percent(tick.at), y="100%", dy="1.5em", **{"class": kind})
    for line in chart.lines:
        _draw_line(picture, line, dotted=chart.dotted)


def _draw_line(picture: Element, line: Line, *, dotted: bool) -> None:
    """A point that has no neighbour has a dot, or it would not be seen."""
    stretched = {"viewBox": f"0 0 {_ACROSS} {_ACROSS}", "preserveAspectRatio": "none"}
    box = SubElement(picture, "svg", {**stretched, "width": "100%", "height": "100%"})
    for run in line.runs:
        corners = " ".join(f"{point.x * _ACROSS:.1f},{(1 - point.y) * _ACROSS:.1f}" for point in run)
        SubElement(box, "polyline", {"class": f"s{line.style}", "points": corners})
        for point in run if dotted or len(run) == 1 else ():
            place = {"cx": _percent(point.x), "cy": _percent(1 - point.y), "r": "3"}
            dot = SubElement(picture, "circle", {"class": f"s{line.style}", **place})
            _text(dot, "title", point.text)


def _text(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = visible(text)


def _percent(part: float) -> str:
    return f"{part * 100:.2f}%"
