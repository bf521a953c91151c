"""What works in which region, by regions.csv: services, and models of Amazon's by id.

A line of the file names all regions of which its page says so; a region that no line of a service names is one where
the page knows no such service. `unknown` are regions of which the pages contradict each other, or say nothing certain.
"""

import csv
import math
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Available = Literal["yes", "no", "unknown"]

_HERE = Path(__file__).parent
_MODEL = "model "
# Whose requests stay in their area come first; those that may be carried out anywhere are a deployer's choice.
_DEFAULT_MODEL = "amazon.nova-lite-v1:0"
_AREA = re.compile(r"(us-gov|us|eu|apac|jp|au|ca|sa)\.")
_ASKED_FROM = {"eu": "eu|il", "us": "us-(?!gov)|ca|mx", "apac": "ap|me", "jp": "ap-northeast", "au": "ap-southeast"}
_AREAS = ("us.", "eu.", "apac.", "")


@cache
def _table() -> Mapping[str, Mapping[str, Available]]:
    """What: region: whether it is there."""
    found: dict[str, dict[str, Available]] = {}
    with (_HERE / "regions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            available: Available = (
                "yes" if row["available"] == "yes" else "no" if row["available"] == "no" else "unknown"
            )
            found.setdefault(row["what"], {}).update(dict.fromkeys(row["regions"].split(), available))
    return found


@cache
def _places() -> Mapping[str, tuple[float, float]]:
    """Regions, roughly: latitude and longitude in degrees."""
    with (_HERE / "places.csv").open(encoding="utf-8", newline="") as file:
        return {row["region"]: (float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(file)}


def is_known(region: str) -> bool:
    return region in _places()


def available(what: str, region: str) -> Available:
    """Whether a service of the file is in a region. A region that the file does not know is `unknown`."""
    return _table()[what].get(region, "no" if is_known(region) else "unknown")


def model_available(model: str, region: str) -> Available:
    """Whether a model, or an inference profile, answers in a region. What the file does not know is `unknown`."""
    return available(_MODEL + model, region) if _MODEL + model in _table() else "unknown"


def default_model(region: str) -> str:
    """The id that Nova Lite answers by in a region, or may; "" where by none. Where no region is told: in us-east-1."""
    ids = [f"{area}{_DEFAULT_MODEL}" for area in _AREAS]
    found = {id_: model_available(id_, region or "us-east-1") for id_ in ids if may_ask(id_, region or "us-east-1")}
    return next((id_ for certain in ("yes", "unknown") for id_, each in found.items() if each == certain), "")


def may_ask(model: str, region: str) -> bool:
    """Whether a region is one of those that ask the profiles of an area; what is no profile is asked from any."""
    area = _AREA.match(model)
    return not area or re.match(_ASKED_FROM.get(area[1], area[1]), region) is not None


def same_model(model: str, region: str) -> str:
    """The id by which the model of an id answers in a region, "" where by none that the file knows."""
    name = model.partition(".")[2] if model.startswith(("us.", "eu.", "apac.", "jp.", "global.")) else model
    ids = [known.removeprefix(_MODEL) for known in _table() if known.startswith(_MODEL) and known.endswith(name)]
    return next((id_ for id_ in ids if model_available(id_, region) == "yes"), "")


def nearest(region: str, needed: Iterable[str], *, with_model: bool) -> str:
    """The region of the same partition, nearest on the globe, that has all services, and Nova Lite; "" for none."""
    if not is_known(region):
        return ""
    fit = [
        other
        for other in _places()
        if other.startswith("us-gov-") == region.startswith("us-gov-")
        and (default_model(other) or not with_model)
        and all(available(what, other) == "yes" for what in needed)
    ]
    return min(fit, key=lambda other: _distance(region, other), default="")


def _distance(one: str, other: str) -> float:
    """As an angle, in radians."""
    (north, east), (other_north, other_east) = (map(math.radians, _places()[each]) for each in (one, other))
    along = math.sin(north) * math.sin(other_north)
    across = math.cos(north) * math.cos(other_north) * math.cos(east - other_east)
    return math.acos(max(-1.0, min(1.0, along + across)))
