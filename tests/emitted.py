"""What CloudWatch reads out of what the functions print: metrics in embedded format.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple


class Emitted(NamedTuple):
    """One value of one metric; `dimensions` sorted by name."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    value: float


def emitted(printed: str) -> Iterator[Emitted]:
    """Every value of every metric, once for each set of dimensions that its line names."""
    for line in printed.splitlines():
        if '"_aws"' in line:
            yield from _of_line(json.loads(line))


def _of_line(line: dict[str, Any]) -> Iterator[Emitted]:
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = tuple(sorted((name, line[name]) for name in names))
            for metric in directive["Metrics"]:
                told = line[metric["Name"]]
                for value in told if isinstance(told, list) else [told]:
                    yield Emitted(directive["Namespace"], metric["Name"], dimensions, value)
