"""All checks, in the order in which a deployer would look."""

from collections.abc import Callable, Iterator, Mapping

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from infra.operating.aws_questions import DeniedError
from infra.operating.checks.finding import Finding, not_applicable, ok, problem, warning
from infra.operating.checks.models_and_answerers import answerers, models, tokens_a_minute
from infra.operating.checks.numbers import phone_numbers, registrations, sms_account
from infra.operating.checks.receiving_mail import mx_records, receipt_rules
from infra.operating.checks.sending_mail import mail_account, mail_identities
from infra.operating.checks.stacks_and_alarms import alarms, dead_letters, functions_at_once, stacks, streams
from infra.operating.checks.subject import Subject
from infra.operating.checks.whatsapp import whatsapp
from orchestrator.errors import ConfigurationError

_CONFIGURE = "aws configure, or aws sso login; and export AWS_DEFAULT_REGION=us-east-1"

Check = Callable[[Subject], Iterator[Finding]]

CHECKS: Mapping[str, Check] = {
    "stacks": stacks,
    "streams": streams,
    "dead letters": dead_letters,
    "alarms": alarms,
    "model access": models,
    "agents and knowledge": answerers,
    "model quota": tokens_a_minute,
    "functions at once": functions_at_once,
    "phone numbers": phone_numbers,
    "registrations": registrations,
    "SMS account": sms_account,
    "WhatsApp": whatsapp,
    "mail account": mail_account,
    "mail identities": mail_identities,
    "MX records": mx_records,
    "receipt rules": receipt_rules,
}


def examined(subject: Subject, checks: Mapping[str, Check] = CHECKS) -> Iterator[tuple[str, Finding]]:
    """Each check's name and findings, after who asks. Without credentials or a region nobody can, and that is all."""
    try:
        for finding in identity(subject):
            yield "identity", finding
    except (NoCredentialsError, NoRegionError) as error:
        yield "identity", problem(str(error), _CONFIGURE)
        yield "everything else", not_applicable("nobody can be asked")
        return
    except (DeniedError, BotoCoreError, ClientError) as error:
        yield "identity", problem(str(error), "aws sts get-caller-identity")
    for name, check in checks.items():
        for finding in _findings(check, subject):
            yield name, finding


def identity(subject: Subject) -> Iterator[Finding]:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: needs no permission."""
    caller = subject.ask("sts", "GetCallerIdentity")
    yield ok(f"{caller['Arn']} in {subject.region}")


def _findings(check: Check, subject: Subject) -> Iterator[Finding]:
    """A check that cannot go on says why, and the next one begins."""
    try:
        yield from check(subject)
    except DeniedError as error:
        yield warning(f"could not look: {error} is not allowed", f"allow {error}, with the other read-only actions")
    except ConfigurationError as error:
        yield problem(str(error), "mend it, and look again")
    except (BotoCoreError, ClientError) as error:
        yield problem(f"could not look: {error}", "look again; or the service is not offered in this region")
