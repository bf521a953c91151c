"""The colours of a report: readable on their backgrounds, and apart for eyes that see fewer of them.

Contrast: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. Simulation of colour blindness: the matrices, for severity
1.0 on linear RGB, of https://www.inf.ufrgs.br/~oliveira/pubs_files/CVD_Simulation/CVD_Simulation.html.
"""

import itertools
import re
from pathlib import Path

import pytest

import infra.operating.report

Colour = tuple[float, float, float]

STYLE = (Path(infra.operating.report.__file__).parent / "style.css").read_text(encoding="utf-8")
SIMULATIONS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
SERIES = ["s0", "s1", "s2", "s3", "s4", "s5"]
APART = 15.0  # of CIE76's difference, of which 2.3 is just noticeable


def scheme(name: str) -> dict[str, Colour]:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    if name == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark))
    return {key: linear(text) for key, text in found.items()}


def linear(text: str) -> Colour:
    red, green, blue = (int(text[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return (_linear(red), _linear(green), _linear(blue))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def contrast(one: Colour, other: Colour) -> float:
    lights = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def seen(colour: Colour, kind: str) -> Colour:
    red, green, blue = (
        min(1.0, max(0.0, sum(weight * part for weight, part in zip(row, colour, strict=True))))
        for row in SIMULATIONS[kind]
    )
    return (red, green, blue)


def difference(one: Colour, other: Colour) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5)


def lab(colour: Colour) -> Colour:
    """CIE L*a*b* under D65."""
    red, green, blue = colour
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return (116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz))


@pytest.mark.parametrize("name", ["light", "dark"])
def test_texts_can_be_read_on_their_backgrounds(name: str) -> None:
    colours = scheme(name)
    for text, background in itertools.product(("ink", "soft", "accent"), ("page", "panel")):
        assert contrast(colours[text], colours[background]) >= 4.5, (text, background)
    assert contrast(colours["bad"], colours["bad-tint"]) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
def test_bars_and_lines_stand_out_from_the_panel(name: str) -> None:
    colours = scheme(name)
    assert {each: contrast(colours[each], colours["panel"]) >= 3 for each in SERIES} == dict.fromkeys(SERIES, True)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("kind", SIMULATIONS)
def test_no_two_series_look_alike_to_colour_blind_eyes(name: str, kind: str) -> None:
    colours = scheme(name)
    pairs = {
        f"{one} {other}": difference(seen(colours[one], kind), seen(colours[other], kind))
        for one, other in itertools.combinations(SERIES, 2)
    }
    assert {pair: round(apart, 1) for pair, apart in pairs.items() if apart < APART} == {}
