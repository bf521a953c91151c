"""Alarms as their templates have them, evaluated over metrics: which of them ring, and when.

As CloudWatch does, as far as the templates use it: a statistic of each period, metric math, `DatapointsToAlarm` of the
last `EvaluationPeriods`, missing data as `TreatMissingData` says. Simpler than CloudWatch in two things: only whole
periods count, and no more of them are looked at than `EvaluationPeriods`.
Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html

The band of anomaly detection is AWS's own model. Here stands for it what its guide says that it learns: the same hour
of the same weekday, its mean less so many standard deviations.
"""

import ast
import operator
import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.infra.synthesis import Template, last_name

WEEK_S = 7 * 24 * 3600
Dimensions = tuple[tuple[str, str], ...]
Key = tuple[str, str, Dimensions]  # namespace, name, dimensions by their names
Series = dict[int, float]  # by the second, since 1970, at which a period begins


def dimensions(**named: str) -> Dimensions:
    """As a metric's key has them."""
    return tuple(sorted(named.items()))


@dataclass
class Metrics:
    """What was told, and when."""

    values: dict[Key, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    _made: dict[tuple[Key, str, int], Series] = field(default_factory=dict)

    def put(self, at: datetime, namespace: str, name: str, of: Dimensions, value: float) -> None:
        self.values[namespace, name, of].append((at.timestamp(), value))
        self._made.clear()

    def series(self, key: Key, statistic: str, period_s: int) -> Series:
        """A value for each period in which anything was told."""
        made = key, statistic, period_s
        if made not in self._made:
            self._made[made] = self._series(key, statistic, period_s)
        return self._made[made]

    def _series(self, key: Key, statistic: str, period_s: int) -> Series:
        periods: dict[int, list[float]] = defaultdict(list)
        for at, value in self.values.get(key, ()):
            periods[int(at // period_s) * period_s].append(value)
        return {begin: _STATISTICS[statistic](told) for begin, told in periods.items()}


def _p95(told: Sequence[float]) -> float:
    return sorted(told)[min(len(told) - 1, int(len(told) * 0.95))]


_STATISTICS: Mapping[str, Callable[[list[float]], float]] = {
    "Sum": sum,
    "Average": statistics.fmean,
    "Maximum": max,
    "SampleCount": len,
    "p95": _p95,
}


class Alarms:
    """Those of one deployment's templates, over `metrics`."""

    def __init__(self, templates: Mapping[str, Template], metrics: Metrics) -> None:
        self._templates = templates
        self._metrics = metrics
        self._alarms = {
            re.sub(r"[0-9A-F]{8}$", "", name): resource["Properties"]
            for name, resource in templates["watch"]["Resources"].items()
            if resource["Type"] == "AWS::CloudWatch::Alarm"
        }

    def ringing(self, at: datetime) -> set[str]:
        """Their names, of those in the state ALARM at a moment."""
        return {name for name, alarm in self._alarms.items() if self._rings(alarm, at)}

    def rang(self, begin: datetime, end: datetime, every: timedelta = timedelta(minutes=5)) -> set[str]:
        """Of all moments between the two."""
        found: set[str] = set()
        while begin <= end:
            found |= self.ringing(begin)
            begin += every
        return found

    def watched(self, namespace: str, name: str) -> Iterator[Dimensions]:
        """The dimensions of each metric of this name that an alarm watches: resources as stack/LogicalId."""
        for alarm in self._alarms.values():
            for metric in self._told_of(alarm):
                if (metric["Namespace"], metric["MetricName"]) == (namespace, name):
                    yield self._dimensions(metric)

    def keys(self) -> set[Key]:
        """Every metric that is watched."""
        return {
            (metric["Namespace"], metric["MetricName"], self._dimensions(metric))
            for alarm in self._alarms.values()
            for metric in self._told_of(alarm)
        }

    def _told_of(self, alarm: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        if "Metrics" not in alarm:
            return [alarm]
        return [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]

    def _rings(self, alarm: Mapping[str, Any], at: datetime) -> bool:
        period = self._period(alarm)
        last = int(at.timestamp() // period) * period - period  # the last one that is over
        periods = [last - number * period for number in range(alarm["EvaluationPeriods"])]
        breaching = self._breaching(alarm, min(periods), last)
        missing = alarm["TreatMissingData"] == "breaching"
        count = sum(breaching.get(begin, missing) for begin in periods)
        return bool(count >= alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]))

    def _period(self, alarm: Mapping[str, Any]) -> int:
        own = [each["MetricStat"]["Period"] for each in alarm.get("Metrics", ()) if "MetricStat" in each]
        return int(alarm["Period"] if "Period" in alarm else own[0])

    def _breaching(self, alarm: Mapping[str, Any], first: int, last: int) -> dict[int, bool]:
        """Of each period that has a value: whether it lies beyond the threshold."""
        if "Metrics" not in alarm:
            series = self._metrics.series(self._key(alarm), _statistic(alarm), alarm["Period"])
            return {begin: _beyond(alarm, value) for begin, value in series.items()}
        math = _Math(self, alarm["Metrics"], self._period(alarm), first, last)
        if "ThresholdMetricId" not in alarm:
            (returned,) = [each["Id"] for each in alarm["Metrics"] if each.get("ReturnData", True)]
            return {begin: _beyond(alarm, value) for begin, value in math.of(returned).items()}
        lower = math.of(alarm["ThresholdMetricId"])
        (watched,) = [each["Id"] for each in alarm["Metrics"] if "MetricStat" in each]
        return {begin: value < lower[begin] for begin, value in math.of(watched).items() if begin in lower}

    def _key(self, metric: Mapping[str, Any]) -> Key:
        return metric["Namespace"], metric["MetricName"], self._dimensions(metric)

    def _dimensions(self, metric: Mapping[str, Any]) -> Dimensions:
        return tuple(sorted((each["Name"], self._resolved(each["Value"])) for each in metric.get("Dimensions", ())))

    def _resolved(self, value: object, stack: str = "watch") -> str:
        """What a template says stands for: a resource is stack/LogicalId, wherever the stack's outputs lead."""
        match value:
            case str():
                return value
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
                return f"{stack}/{name}"
            case {"Fn::GetStackOutput": {"StackName": str(other), "OutputName": str(output)}}:
                other = last_name(other)
                return self._resolved(self._templates[other]["Outputs"][output]["Value"], other)
        raise AssertionError(f"a dimension is {value}")


_BEYOND: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
}


def _beyond(alarm: Mapping[str, Any], value: float) -> bool:
    return _BEYOND[alarm["ComparisonOperator"]](value, alarm["Threshold"])


def _statistic(alarm: Mapping[str, Any]) -> str:
    return str(alarm.get("Statistic") or alarm["ExtendedStatistic"])


_ARITHMETIC: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
}


class _Math:
    """Metric math over the periods from `first` to `last`, the functions that the templates use."""

    def __init__(
        self, alarms: Alarms, queries: Sequence[Mapping[str, Any]], period_s: int, first: int, last: int
    ) -> None:
        self._alarms = alarms
        self._queries = {query["Id"]: query for query in queries}
        self._period_s = period_s
        self._periods = range(first, last + 1, period_s)

    def of(self, name: str) -> Series:
        query = self._queries[name]
        if "Expression" in query:
            return self._value(ast.parse(query["Expression"], mode="eval").body)
        stat = query["MetricStat"]
        return self._alarms._metrics.series(self._alarms._key(stat["Metric"]), stat["Stat"], stat["Period"])

    def _value(self, node: ast.expr) -> Series:
        match node:
            case ast.Constant(value=int() | float() as value):
                return dict.fromkeys(self._periods, value)
            case ast.Name(id=name):
                return self.of(name)
            case ast.BinOp(left=left, op=op, right=right) | ast.Compare(left=left, ops=[op], comparators=[right]):
                first, second = self._value(left), self._value(right)
                return {at: _ARITHMETIC[type(op)](first[at], second[at]) for at in first.keys() & second.keys()}
            case ast.Call(func=ast.Name(id=function), args=arguments):
                return self._call(function, arguments)
        raise AssertionError(ast.dump(node))

    def _call(self, function: str, arguments: list[ast.expr]) -> Series:
        match function, arguments:
            case "FILL", [of, value]:
                return self._fill(of, value)
            case "DIFF", [of]:
                return self._diff(of)
            case "IF", [condition, then, otherwise]:
                return self._if(condition, then, otherwise)
            case "ANOMALY_DETECTION_BAND", [of, deviations]:
                return self._lower(of, deviations)
        raise AssertionError(f"{function} of {len(arguments)}")

    def _fill(self, of: ast.expr, value: ast.expr) -> Series:
        return {**self._value(value), **self._value(of)}

    def _diff(self, of: ast.expr) -> Series:
        series = self._value(of)
        before = {at: series[at - self._period_s] for at in series if at - self._period_s in series}
        return {at: series[at] - value for at, value in before.items()}

    def _if(self, condition: ast.expr, then: ast.expr, otherwise: ast.expr) -> Series:
        asked, yes, no = self._value(condition), self._value(then), self._value(otherwise)
        return {at: (yes if asked[at] else no)[at] for at in asked if at in (yes if asked[at] else no)}

    def _lower(self, of: ast.expr, deviations: ast.expr) -> Series:
        """The lower edge of the band; none where fewer than two weeks are known."""
        series, wide = self._value(of), self._value(deviations)
        found: Series = {}
        for at in self._periods:
            past = [value for earlier, value in series.items() if earlier < at and (at - earlier) % WEEK_S == 0]
            if len(past) >= 2:
                found[at] = statistics.fmean(past) - wide[at] * statistics.pstdev(past)
        return found
