"""Adds the hub's rule to the receipt rule set that is active, and takes it away again.

An account has one active set in a region, and the rules in it may be others'. So the deployer names it
(`hub.mail_rule_set`), and the rule comes after its last; one before it that ends the evaluation keeps mail from it.
Where none is active and none is named, a set is made and activated. Where one is active that the deployer has not
named, the deployment fails and names it. Going away takes the rule, and the set if it was made here and has no rule
left.

Each call may be made once a second; botocore waits and calls again.
Source: https://docs.aws.amazon.com/ses/latest/APIReference/API_CreateReceiptRule.html
"""

import contextlib
import functools
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.aws.custom.resource import Event, Made, Properties, RefusedError, answer

_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 10})


class Rule(Properties, frozen=True):
    """`made`: the set is the deployment's own, to be made and removed with it."""

    rule_set: str
    made: bool
    name: str
    recipients: tuple[str, ...]
    bucket: str
    prefix: str
    topic: str
    tls_required: bool


@functools.cache
def _client() -> Any:
    return botocore.session.get_session().create_client("ses", config=_PATIENT)


def handler(event: Event, _context: object) -> dict[str, object]:
    """CloudFormation's request in, its answer out."""
    return answer(event, Rule, ReceiptRule(_client()))


class ReceiptRule:
    """Fills `Resource`. Raises `RefusedError` where others' rules would be touched."""

    def __init__(self, ses: Any) -> None:
        self._ses = ses

    def create(self, wanted: Rule) -> Made:
        self._open(wanted)
        existing = self._rules(wanted.rule_set)
        if wanted.name in existing and not _is_ours(existing[wanted.name], wanted):
            raise RefusedError(
                f"the receipt rule set {wanted.rule_set} has a rule {wanted.name} that is not this deployment's:"
                " delete it, or give the deployment another stage"
            )
        try:
            self._put(wanted)
        except ClientError:
            self._close(wanted)
            raise
        return Made(f"{wanted.rule_set}/{wanted.name}")

    def update(self, id_: str, wanted: Rule, before: Rule) -> Made:
        if (wanted.rule_set, wanted.name) != (before.rule_set, before.name):
            return self.create(wanted)  # another id: CloudFormation deletes the former
        self._open(wanted)
        self._put(wanted)
        return Made(id_)

    def delete(self, id_: str, before: Rule) -> None:
        try:
            self._ses.delete_receipt_rule(RuleSetName=before.rule_set, RuleName=before.name)
        except self._ses.exceptions.RuleSetDoesNotExistException:
            return
        self._close(before)

    def _open(self, wanted: Rule) -> None:
        """See that the wanted set is the active one."""
        active = self._active()
        if active == wanted.rule_set:
            return
        if active:
            raise RefusedError(
                f"the receipt rule set {active} is active, and only one can be: set hub.mail_rule_set={active} to add"
                " the hub's rule to it, after its last"
            )
        if not wanted.made:
            raise RefusedError(
                f"the receipt rule set {wanted.rule_set} is not active, nor is another: activate it, or leave"
                " hub.mail_rule_set empty to have one made"
            )
        with contextlib.suppress(self._ses.exceptions.AlreadyExistsException):  # from an attempt before
            self._ses.create_receipt_rule_set(RuleSetName=wanted.rule_set)
        self._ses.set_active_receipt_rule_set(RuleSetName=wanted.rule_set)

    def _put(self, wanted: Rule) -> None:
        existing = list(self._rules(wanted.rule_set))
        if wanted.name in existing:
            self._ses.update_receipt_rule(RuleSetName=wanted.rule_set, Rule=_rule(wanted))
        else:
            after = {"After": existing[-1]} if existing else {}
            self._ses.create_receipt_rule(RuleSetName=wanted.rule_set, Rule=_rule(wanted), **after)

    def _close(self, before: Rule) -> None:
        """Remove the set if it was made here and nobody else has put a rule into it."""
        if not before.made or self._rules(before.rule_set):
            return
        if self._active() == before.rule_set:
            self._ses.set_active_receipt_rule_set()  # without a name: none is active
        self._ses.delete_receipt_rule_set(RuleSetName=before.rule_set)

    def _active(self) -> str:
        """The name of the active set; "" where none is."""
        name: str = self._ses.describe_active_receipt_rule_set().get("Metadata", {}).get("Name", "")
        return name

    def _rules(self, rule_set: str) -> dict[str, Any]:
        """The rules of a set by name, in their order."""
        found = self._ses.describe_receipt_rule_set(RuleSetName=rule_set).get("Rules", ())
        return {rule["Name"]: rule for rule in found}


def _rule(wanted: Rule) -> dict[str, object]:
    action = {"BucketName": wanted.bucket, "ObjectKeyPrefix": wanted.prefix, "TopicArn": wanted.topic}
    return {
        "Name": wanted.name,
        "Enabled": True,
        "Recipients": list(wanted.recipients),
        "Actions": [{"S3Action": action}],
        "ScanEnabled": True,
        "TlsPolicy": "Require" if wanted.tls_required else "Optional",
    }


def _is_ours(rule: dict[str, Any], wanted: Rule) -> bool:
    """Whether a rule of that name is one from an attempt before."""
    return any(action.get("S3Action", {}).get("TopicArn") == wanted.topic for action in rule.get("Actions", ()))
