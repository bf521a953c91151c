"""Whether mail to our addresses comes to SES, and from SES to the hub.

https://docs.aws.amazon.com/ses/latest/dg/receiving-email-mx-record.html
https://docs.aws.amazon.com/ses/latest/dg/receiving-email-concepts.html (recipient conditions)
"""

from collections.abc import Iterator, Sequence
from typing import Any

from infra.local.aws_checks.finding import Finding, not_applicable, ok, problem, warning
from infra.local.aws_checks.mail_addresses import domains
from infra.local.aws_checks.mail_exchangers import NoAnswerError
from infra.local.aws_checks.subject import Subject


def mx_records(subject: Subject) -> Iterator[Finding]:
    """Whether each domain's mail goes to SES in this region."""
    found = domains(subject)
    if not found:
        yield not_applicable("the settings name no mail address of ours")
    wanted = f"inbound-smtp.{subject.region}.amazonaws.com"
    for domain in found:
        yield _mx(subject, domain, wanted)


def _mx(subject: Subject, domain: str, wanted: str) -> Finding:
    publish = f"publish: {domain}. MX 10 {wanted}."
    try:
        hosts = subject.mail_exchangers(domain)
    except NoAnswerError as error:
        return warning(f"{domain}: {error}", "look again later, or from another network")
    if wanted in hosts:
        others = [host for host in hosts if host != wanted]
        also = f"; mail may also go to {', '.join(others)}" if others else ""
        return ok(f"{domain}: its mail comes to SES{also}")
    if hosts:
        return problem(f"{domain}: its mail goes to {', '.join(hosts)}", f"use a subdomain for the hub, or {publish}")
    return problem(f"{domain}: has no MX record", publish)


def receipt_rules(subject: Subject) -> Iterator[Finding]:
    """Whether an active rule takes the mail of each address, into the hub's bucket where it is known."""
    addresses = subject.settings.email_addresses
    if not addresses:
        yield not_applicable("the settings name no mail address of ours")
        return
    active = subject.ask("ses", "DescribeActiveReceiptRuleSet")
    if "Metadata" not in active:
        yield problem(f"no receipt rule set is active in {subject.region}, so SES refuses all mail", _deploy(addresses))
        return
    name, rules = active["Metadata"]["Name"], active.get("Rules", [])
    mail_uri = subject.hub.mail_uri if subject.hub else ""
    bucket = mail_uri.removeprefix("s3://").partition("/")[0]
    for address in addresses:
        yield _rule(name, address, [rule for rule in rules if _takes(rule, address)], bucket)


def _rule(rule_set: str, address: str, rules: Sequence[Any], bucket: str) -> Finding:
    enabled = [rule for rule in rules if rule.get("Enabled")]
    if not rules:
        return problem(f"{address}: no rule of {rule_set} takes its mail", _deploy([address]))
    if not enabled:
        return problem(f"{address}: its rule {rules[0]['Name']} is off", "turn it on in the SES console")
    if bucket and not any(bucket in _buckets(rule) for rule in enabled):
        return problem(f"{address}: its rule {enabled[0]['Name']} does not write to {bucket}", _deploy([address]))
    if not any(rule.get("ScanEnabled") for rule in enabled):
        return warning(f"{address}: its mail is not scanned for viruses and spam", "turn scanning on in the rule")
    return ok(f"{address}: taken by rule {enabled[0]['Name']} of {rule_set}")


def _deploy(addresses: Sequence[str]) -> str:
    return f"put {', '.join(addresses)} into hub.mail_recipients of cdk.json, and deploy"


def _takes(rule: Any, address: str) -> bool:
    """A rule without recipients takes everything; `.example.com` stands for subdomains."""
    recipients = [each.lower() for each in rule.get("Recipients", [])]
    address = address.lower()
    domain = address.rpartition("@")[2]
    return not recipients or any(
        each in (address, domain) or (each.startswith(".") and domain.endswith(each)) for each in recipients
    )


def _buckets(rule: Any) -> list[str]:
    return [action["S3Action"]["BucketName"] for action in rule.get("Actions", []) if "S3Action" in action]
