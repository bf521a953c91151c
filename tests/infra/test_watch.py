"""Alarms: every queue of dead letters and every function has its own, and each watches a metric that is reported."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.infra.synthesis import Template, synthesised

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ALL = {
    "knowledge.created": "true",
    "settings.answerers": "knowledge_base",
    "watch.mail": "operators@example.com",
    "hub.sms_numbers": "phone-0123456789abcdef0123456789abcdef",
    "hub.mail_recipients": "faro.example",
    "sources.whatsapp": "true",
    "sources.whatsapp_accounts": "waba-1",
}


@cache
def stacks() -> dict[str, Template]:
    return synthesised(ALL)


def of_type(stack: str, kind: str) -> dict[str, dict[str, Any]]:
    found = stacks()[stack]["Resources"].items()
    return {name: resource["Properties"] for name, resource in found if resource["Type"] == kind}


def alarms() -> dict[str, dict[str, Any]]:
    return of_type("watch", "AWS::CloudWatch::Alarm")


def _dimensions(metric: str) -> set[str]:
    """What the alarms on a metric watch, as their template names it."""
    found = [alarm for alarm in alarms().values() if alarm.get("MetricName") == metric]
    return {json.dumps(dimension["Value"]) for alarm in found for dimension in alarm["Dimensions"]}


def test_cloudwatch_may_publish_to_the_topic_that_every_alarm_tells() -> None:
    told = {action["Ref"] for alarm in alarms().values() for action in alarm["AlarmActions"] + alarm["OKActions"]}
    (policy,) = of_type("watch", "AWS::SNS::TopicPolicy").values()
    allowed = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"]
    assert [topic["Ref"] for topic in policy["Topics"]] == [*told]
    assert [(each["Principal"], each["Action"]) for each in allowed] == [
        ({"Service": "cloudwatch.amazonaws.com"}, "sns:Publish")
    ]


def test_every_queue_of_dead_letters_has_an_alarm() -> None:
    queues = [name for stack in stacks() for name in of_type(stack, "AWS::SQS::Queue") if "DeadLetters" in name]
    watched = _dimensions("ApproximateNumberOfMessagesVisible")
    assert len(queues) >= 4
    assert [name for name in queues if not any(name in each for each in watched)] == []


def test_every_queue_that_another_redrives_to_is_one_of_dead_letters() -> None:
    for stack in stacks():
        for queue in of_type(stack, "AWS::SQS::Queue").values():
            if "RedrivePolicy" in queue:
                assert "DeadLetters" in json.dumps(queue["RedrivePolicy"])


def test_every_function_of_ours_has_alarms_for_errors_and_throttles() -> None:
    ours = [
        name
        for stack in stacks()
        for name, function in of_type(stack, "AWS::Lambda::Function").items()
        if function["Runtime"] == "python3.13" and function["Handler"] != "index.handler"
    ]
    assert len(ours) >= 6
    for metric in ("Errors", "Throttles"):
        watched = _dimensions(metric)
        assert [name for name in sorted(ours) if not any(name in each for each in watched)] == []


def test_every_alarm_tells_someone_and_says_what_to_do() -> None:
    for name, alarm in alarms().items():
        assert alarm["AlarmActions"] == alarm["OKActions"], name
        assert len(alarm["AlarmDescription"]) > 60, name
    (subscription,) = of_type("watch", "AWS::SNS::Subscription").values()
    assert subscription["Endpoint"] == "operators@example.com"


def test_every_metric_of_ours_that_is_watched_is_reported_by_the_code() -> None:
    """By name, in the functions' own source: a metric that is renamed there would never raise its alarm again."""
    sources = [*ROOT.glob("orchestrator/*.py"), *ROOT.glob("transformer/*.py")]
    code = "\n".join(path.read_text() for path in sources)
    read_in_logs = {
        told["MetricName"]
        for each in of_type("knowledge", "AWS::Logs::MetricFilter").values()
        for told in each["MetricTransformations"]
    }
    ours = {
        metric["MetricName"]
        for alarm in alarms().values()
        for metric in (
            alarm,
            *(part["MetricStat"]["Metric"] for part in alarm.get("Metrics", []) if "MetricStat" in part),
        )
        if metric.get("Namespace") == "Parley"
    }
    assert {"Rejected", "Tokens", "ReplyLatency", "TemplateBroken"} <= ours
    assert read_in_logs <= ours
    assert [name for name in sorted(ours - read_in_logs) if not re.search(rf'"{name}"', code)] == []


# At which value an alarm begins, in how many of how many five minutes (of days, where a day is said), by the end of its
# name or its whole name: docs/deploy.md, "When an alarm rings", and the settings of `watch`.
BEGINS = {
    "DeadLettersFilled": (">=", 1, 1, 1),
    "Errors": (">=", 1, 1, 1),
    "Throttles": (">=", 1, 2, 3),
    "RowsRejected": (">=", 1, 1, 1),
    "TemplatesFellBack": (">=", 1, 1, 1),
    "Late": (">=", 300 + 900, 1, 1),  # lake.buffer_seconds, and a quarter of an hour
    "NotConverted": (">=", 1, 1, 1),
    "Waiting": (">=", 900, 1, 1),  # a quarter of an hour
    "DefectsMet": (">=", 1, 1, 1),
    "ApologiesGiven": (">=", 0.05, 1, 1),  # watch.apologies_percent, of a quarter of an hour
    "HandOffsGiven": (">=", 0.5, 1, 1),  # watch.handoffs_percent, of an hour
    "PartsFailed": (">=", 0.05, 1, 1),  # watch.failed_parts_percent, of a quarter of an hour
    "WorkFailing": (">=", 0.1, 3, 3),
    "ProvidersThrottling": (">=", 1, 2, 3),
    "EventsThrottled": (">=", 1, 1, 1),
    "ConversationsThrottled": (">=", 1, 1, 1),
    "TableThrottled": (">=", 1, 2, 3),
    "PipeFailing": (">=", 1, 2, 3),
    "ConversationsMissing": (">=", 1, 1, 1),  # of an hour
    "MailBouncing": (">=", 0.05, 1, 1),  # of an hour, like the next: where AWS begins to review a sender
    "MailComplained": (">=", 0.001, 1, 1),
    "IngestionFailing": (">=", 1, 1, 1),
    "SweepMissing": ("<", 1, 2, 2),
    "RepliesSlow": (">=", 30_000, 2, 3),  # watch.reply_latency_s, in milliseconds
    "TokensSpent": (">=", 5_000_000, 1, 1),  # watch.tokens_per_day, in one day
    "SmsSpent": (">=", 20, 1, 2),  # watch.sms_spend_per_day_usd, on one day of two
}
OPERATORS = {"GreaterThanOrEqualToThreshold": ">=", "LessThanThreshold": "<"}


def test_every_alarm_begins_at_its_threshold_and_not_beyond_it() -> None:
    used = set()
    for logical, alarm in alarms().items():
        if "ThresholdMetricId" in alarm:
            continue  # it has none of its own: the next test
        name = re.sub(r"[0-9A-F]{8}$", "", logical)
        (row,) = [each for each in BEGINS if name.endswith(each)]
        used.add(row)
        begins = (
            OPERATORS[alarm["ComparisonOperator"]],
            alarm["Threshold"],
            alarm["DatapointsToAlarm"],
            alarm["EvaluationPeriods"],
        )
        assert begins == BEGINS[row], name
    assert used == set(BEGINS)


def test_a_channel_that_falls_silent_is_told_by_its_own_past() -> None:
    silent = {name[:-8]: alarm for name, alarm in alarms().items() if "ThresholdMetricId" in alarm}
    assert set(silent) == {"SmsSilent", "WhatsappSilent", "EmailSilent"}
    for alarm in silent.values():
        band, messages = alarm["Metrics"]
        assert (alarm["ComparisonOperator"], alarm["EvaluationPeriods"]) == ("LessThanLowerThreshold", 2)
        assert (alarm["ThresholdMetricId"], band["Expression"]) == (band["Id"], "ANOMALY_DETECTION_BAND(m0, 3)")
        assert (messages["MetricStat"]["Metric"]["MetricName"], messages["MetricStat"]["Period"]) == (
            "MessagesIn",
            3600,
        )


def test_a_sweep_that_does_not_run_raises_an_alarm_by_its_silence() -> None:
    (alarm,) = [each for each in alarms().values() if each.get("MetricName") == "Invocations"]
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"


def test_the_dashboard_shows_the_flow() -> None:
    (properties,) = of_type("watch", "AWS::CloudWatch::Dashboard").values()
    body = json.dumps(properties["DashboardBody"])
    for title in ("Messages in", "Turns, by who answered", "Replies sent", "Deliveries", "US dollars of SMS"):
        assert title in body


def test_the_lake_alone_is_watched_too() -> None:
    alone = synthesised({"hub.deployed": "false"})
    assert set(alone) == {"lake", "sources", "watch"}
    kinds = [resource["Type"] for resource in alone["watch"]["Resources"].values()]
    assert kinds.count("AWS::CloudWatch::Alarm") >= 8
