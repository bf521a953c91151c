"""SES's receipt rules, as far as adding one to others' needs them. moto has no DeleteReceiptRule, and keeps no order.

Each request is held to botocore's model, as the service would.
"""

from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.exceptions import ClientError

from infra.local.providers.requests import check
from tests.fakes.shapes import as_documented

_CLIENT = botocore.session.get_session().create_client(
    "ses", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
)


class FakeReceiving:
    """`sets` are rules by name, in order, by the set's name. `refuse` names an operation that fails."""

    exceptions: Any = _CLIENT.exceptions

    def __init__(self) -> None:
        self.active = ""
        self.sets: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.refuse = ""

    def describe_active_receipt_rule_set(self) -> Mapping[str, Any]:
        self._seen("DescribeActiveReceiptRuleSet", {})
        active = {"Metadata": {"Name": self.active}, **self._told(self.active)} if self.active else {}
        return as_documented("ses", "DescribeActiveReceiptRuleSet", active)

    def describe_receipt_rule_set(self, **request: Any) -> Mapping[str, Any]:
        self._seen("DescribeReceiptRuleSet", request)
        name = self._known(request["RuleSetName"])
        response = {"Metadata": {"Name": name}, **self._told(name)}
        return as_documented("ses", "DescribeReceiptRuleSet", response)

    def create_receipt_rule_set(self, **request: Any) -> None:
        self._seen("CreateReceiptRuleSet", request)
        if request["RuleSetName"] in self.sets:
            raise _raised(self.exceptions.AlreadyExistsException)
        self.sets[request["RuleSetName"]] = {}

    def set_active_receipt_rule_set(self, **request: Any) -> None:
        self._seen("SetActiveReceiptRuleSet", request)
        self.active = self._known(request["RuleSetName"]) if "RuleSetName" in request else ""

    def create_receipt_rule(self, **request: Any) -> None:
        self._seen("CreateReceiptRule", request)
        rules, rule = self.sets[self._known(request["RuleSetName"])], request["Rule"]
        if rule["Name"] in rules:
            raise _raised(self.exceptions.AlreadyExistsException)
        names = list(rules)
        place = names.index(request["After"]) + 1 if "After" in request else 0
        order = [*names[:place], rule["Name"], *names[place:]]
        self.sets[request["RuleSetName"]] = {name: rules.get(name, rule) for name in order}

    def update_receipt_rule(self, **request: Any) -> None:
        self._seen("UpdateReceiptRule", request)
        rules, rule = self.sets[self._known(request["RuleSetName"])], request["Rule"]
        if rule["Name"] not in rules:
            raise _raised(self.exceptions.RuleDoesNotExistException)
        rules[rule["Name"]] = rule

    def delete_receipt_rule(self, **request: Any) -> None:
        self._seen("DeleteReceiptRule", request)
        self.sets[self._known(request["RuleSetName"])].pop(request["RuleName"], None)

    def delete_receipt_rule_set(self, **request: Any) -> None:
        self._seen("DeleteReceiptRuleSet", request)
        if request["RuleSetName"] == self.active:
            raise _raised(self.exceptions.CannotDeleteException)
        self.sets.pop(request["RuleSetName"], None)

    def _seen(self, operation: str, request: Mapping[str, Any]) -> None:
        check("ses", operation, request)
        if operation == self.refuse:
            raise _raised(self.exceptions.InvalidSnsTopicException)
        self.calls.append(operation)

    def _known(self, name: str) -> str:
        if name not in self.sets:
            raise _raised(self.exceptions.RuleSetDoesNotExistException)
        return name

    def _told(self, name: str) -> Mapping[str, Any]:
        return {"Rules": list(self.sets[name].values())}


def _raised(kind: type[ClientError]) -> ClientError:
    return kind({"Error": {"Code": kind.__name__, "Message": "refused"}}, "")
