"""Whether SES sends for this account and for these addresses.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html (EnforcementStatus: HEALTHY, PROBATION,
SHUTDOWN), https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
"""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.operating.aws_questions import code_of
from infra.operating.checks.finding import Finding, not_applicable, ok, problem, warning
from infra.operating.checks.receiving_mail import domains, recipients
from infra.operating.checks.subject import Subject

_NEARLY = 0.8  # of the day's quota
_ACCESS = "request production access: https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html"


def mail_account(subject: Subject) -> Iterator[Finding]:
    """What the account may send."""
    if subject.has_no_hub():
        yield not_applicable("this stage has no hub")
        return
    account = subject.ask("sesv2", "GetAccount")
    status = account.get("EnforcementStatus", "HEALTHY")
    if status == "SHUTDOWN" or not account["SendingEnabled"]:
        yield problem(f"SES sends nothing: its state is {status}", "see the account's dashboard in the SES console")
    elif status != "HEALTHY":
        yield warning(f"SES has the account on {status}", "answer the case in the AWS Support Center")
    if not account["ProductionAccessEnabled"]:
        yield warning("SES sandbox: only to verified recipients, 200 mails a day, one a second", _ACCESS)
    yield _quota(account["SendQuota"])


def _quota(quota: Any) -> Finding:
    sent, most, rate = quota["SentLast24Hours"], quota["Max24HourSend"], quota["MaxSendRate"]
    told = f"{sent:,.0f} of {most:,.0f} mails in the last 24 hours; {rate:,.0f} a second"
    if 0 <= most <= sent / _NEARLY:  # -1 stands for no limit
        return warning(told, "request a higher quota in the Service Quotas console")
    return ok(told)


def mail_identities(subject: Subject) -> Iterator[Finding]:
    """Whether each domain, or its addresses, may be sent from, and is signed with DKIM."""
    found = domains(subject)
    if not found:
        yield not_applicable("no mail address of ours is known")
    for domain in found:
        addresses = [each for each in recipients(subject) if each.endswith(f"@{domain}")]
        known = [(name, identity) for name in (domain, *addresses) if (identity := _identity(subject, name))]
        if known:
            yield from _judged(*known[0])
        else:
            create = f"aws sesv2 create-email-identity --email-identity {domain}"
            yield problem(f"SES knows neither {domain} nor an address of it", create)


def _identity(subject: Subject, name: str) -> Any:
    """None where SES does not know it."""
    try:
        return subject.ask("sesv2", "GetEmailIdentity", EmailIdentity=name)
    except ClientError as error:
        if code_of(error) != "NotFoundException":
            raise
        return None


def _judged(name: str, identity: Any) -> Iterator[Finding]:
    show = f"aws sesv2 get-email-identity --email-identity {name}"
    if not identity["VerifiedForSendingStatus"]:
        status = identity.get("VerificationStatus", "PENDING")
        yield problem(f"{name}: not verified ({status})", f"publish the DNS records that this shows: {show}")
        return
    dkim = identity.get("DkimAttributes", {})
    if dkim.get("SigningEnabled") and dkim.get("Status") == "SUCCESS":
        yield ok(f"{name}: verified, signed with DKIM")
    else:
        status = dkim.get("Status", "NOT_STARTED")
        yield warning(f"{name}: verified, but without DKIM ({status})", f"publish the CNAMEs that this shows: {show}")
    mail_from = identity.get("MailFromAttributes", {})
    if mail_from and mail_from["MailFromDomainStatus"] != "SUCCESS":
        told = f"{name}: MAIL FROM domain {mail_from['MailFromDomain']}: {mail_from['MailFromDomainStatus']}"
        yield warning(told, "publish its MX and SPF records, as the SES console shows them")
