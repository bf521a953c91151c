"""Whether mail to our addresses comes to SES, and from SES to the hub.

https://docs.aws.amazon.com/ses/latest/dg/receiving-email-mx-record.html
https://docs.aws.amazon.com/ses/latest/dg/receiving-email-concepts.html (recipient conditions)
https://dnspython.readthedocs.io/en/latest/resolver-class.html
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dns.exception
import dns.resolver

from infra.operating.checks.finding import Finding, not_applicable, ok, problem, warning
from infra.operating.checks.subject import Subject

# ── our addresses ────────────────────────────────────────────────────────────────────────────────────────────────────


def recipients(subject: Subject) -> list[str]:
    """Addresses and domains, each once: the settings' own addresses, then what a stage's own receipt rule takes."""
    taken = [each for rule in active_rules(subject) if feeds(subject, rule) for each in rule.get("Recipients", ())]
    return list(dict.fromkeys(each.lower() for each in (*subject.settings.email.email_addresses, *taken)))


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


# ── MX records ───────────────────────────────────────────────────────────────────────────────────────────────────────

_LIFETIME_S = 5.0


class NoAnswerError(Exception):
    """The DNS did not tell, which says nothing about the domain."""


def mail_exchangers(domain: str) -> Sequence[str]:
    """Host names, the preferred one first; none where the domain, or its MX record, does not exist."""
    try:
        answer = dns.resolver.resolve(domain, "MX", lifetime=_LIFETIME_S)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise NoAnswerError(f"the DNS did not answer: {error}") from error
    return [str(each.exchange).rstrip(".").lower() for each in sorted(answer, key=lambda each: each.preference)]


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


# ── receipt rules ────────────────────────────────────────────────────────────────────────────────────────────────────


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
    named = [each.lower() for each in rule.get("Recipients", [])]
    address = address.lower()
    domain = address.rpartition("@")[2]
    return not named or any(
        each in (address, domain) or (each.startswith(".") and domain.endswith(each)) for each in named
    )


def _ends(rule: Any) -> bool:
    """Whether no rule after it is looked at."""
    return any("StopAction" in action or "BounceAction" in action for action in rule.get("Actions", ()))
