"""What the mail of a hub is addressed to."""

from collections.abc import Sequence
from typing import Any

from infra.operating.checks.subject import Subject


def recipients(subject: Subject) -> list[str]:
    """Addresses and domains, each once: the settings' own addresses, then what a stage's own receipt rule takes."""
    taken = [each for rule in active_rules(subject) if feeds(subject, rule) for each in rule.get("Recipients", ())]
    return list(dict.fromkeys(each.lower() for each in (*subject.settings.email_addresses, *taken)))


def domains(subject: Subject) -> list[str]:
    """Those of the recipients, each once."""
    return list(dict.fromkeys(each.rpartition("@")[2].lstrip(".") for each in recipients(subject)))


def active_rules(subject: Subject) -> Sequence[Any]:
    """Of a stage that receives mail; none otherwise, for then nothing tells which rules are ours."""
    if not (subject.hub and subject.hub.mail_uri):
        return ()
    rules: Sequence[Any] = subject.ask("ses", "DescribeActiveReceiptRuleSet").get("Rules", ())
    return rules


def feeds(subject: Subject, rule: Any) -> bool:
    """Whether a rule writes mails into the stage's bucket."""
    bucket = subject.hub.mail_uri.removeprefix("s3://").partition("/")[0] if subject.hub else ""
    return any(action.get("S3Action", {}).get("BucketName") == bucket for action in rule.get("Actions", ()))
