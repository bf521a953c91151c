"""Whether mail to our addresses comes to SES, and from SES to the hub.

https://docs.aws.amazon.com/ses/latest/dg/receiving-email-mx-record.html
https://docs.aws.amazon.com/ses/latest/dg/receiving-email-concepts.html (recipient conditions)
"""

from collections.abc import Iterator, Sequence
from typing import Any

from infra.operating.checks.finding import Finding, not_applicable, ok, problem, warning
from infra.operating.checks.mail_addresses import domains, feeds, recipients
from infra.operating.checks.mail_exchangers import NoAnswerError
from infra.operating.checks.subject import Subject


def mx_records(subject: Subject) -> Iterator[Finding]:
    """Whether each domain's mail goes to SES in this region."""
    found = domains(subject)
    if not found:
        yield not_applicable("no mail address of ours is known")
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
    """Whether an active rule takes the mail of each recipient, into the hub's bucket where that is known."""
    wanted = recipients(subject)
    if not wanted:
        yield not_applicable("no mail address of ours is known")
        return
    active = subject.ask("ses", "DescribeActiveReceiptRuleSet")
    if "Metadata" not in active:
        yield problem(f"no receipt rule set is active in {subject.region}, so SES refuses all mail", _deploy(wanted))
        return
    for recipient in wanted:
        rules = [rule for rule in active.get("Rules", ()) if _takes(rule, recipient)]
        yield _rule(subject, active["Metadata"]["Name"], recipient, rules)


def _rule(subject: Subject, rule_set: str, recipient: str, rules: Sequence[Any]) -> Finding:
    enabled = [rule for rule in rules if rule.get("Enabled")]
    if not rules:
        return problem(f"{recipient}: no rule of {rule_set} takes its mail", _deploy([recipient]))
    if not enabled:
        return problem(f"{recipient}: its rule {rules[0]['Name']} is off", "turn it on in the SES console")
    known = subject.hub is not None and subject.hub.mail_uri != ""
    ours = next((rule for rule in enabled if feeds(subject, rule)), None) if known else enabled[0]
    if ours is None:
        return problem(f"{recipient}: its rule {enabled[0]['Name']} does not feed this stage", _deploy([recipient]))
    if ends := [rule for rule in enabled[: enabled.index(ours)] if _ends(rule)]:
        found = f"{recipient}: rule {ends[0]['Name']} ends before {ours['Name']}"
        return problem(found, "reorder them in the SES console")
    if not ours.get("ScanEnabled"):
        return warning(f"{recipient}: its mail is not scanned for viruses and spam", "turn scanning on in the rule")
    return ok(f"{recipient}: taken by rule {ours['Name']} of {rule_set}")


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


def _ends(rule: Any) -> bool:
    """Whether no rule after it is looked at."""
    return any("StopAction" in action or "BounceAction" in action for action in rule.get("Actions", ()))
