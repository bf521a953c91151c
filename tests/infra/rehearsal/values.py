"""The references of templates as the account's own names.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.infra.synthesis import Template, last_name

ACCOUNT, REGION = "123456789012", "us-east-1"
_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": "",
}
_FUNCTIONS = ("Ref", "Fn::GetAtt", "Fn::GetStackOutput", "Fn::Join", "Fn::Sub")
Attributes = Mapping[str, str]  # "Ref", and what `Fn::GetAtt` can ask for


class Values:
    """`known` are the attributes of resources, by stack and logical id; they may become known later."""

    def __init__(self, templates: Mapping[str, Template], known: dict[tuple[str, str], Attributes]) -> None:
        self._known = known
        self._templates = templates

    def of(self, stack: str, value: Any, keep: Callable[[str], bool] = lambda _: False) -> Any:
        """The value without references; those to the stack's resources that `keep` names stay."""
        if isinstance(value, list):
            return [self.of(stack, each, keep) for each in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and next(iter(value)) in _FUNCTIONS:
            return self._intrinsic(stack, value, keep)
        assert not any(name.startswith("Fn::") for name in value), f"an intrinsic function that is not known: {value}"
        return {name: self.of(stack, each, keep) for name, each in value.items()}

    def _intrinsic(self, stack: str, value: dict[str, Any], keep: Callable[[str], bool]) -> Any:
        match value:
            case {"Ref": str(name)}:
                return value if keep(name) else _PSEUDO.get(name) or self._attribute(stack, name, "Ref")
            case {"Fn::GetAtt": [str(name), str(attribute)]}:
                return value if keep(name) else self._attribute(stack, name, attribute)
            case {"Fn::GetStackOutput": {"StackName": str(name), "OutputName": str(output)}}:
                told = last_name(name)
                return self.of(told, self._templates[told]["Outputs"][output]["Value"])
            case {"Fn::Join": [str(between), list(parts)]}:
                return self._joined(stack, between, parts, keep)
        return re.sub(r"\$\{([^}]+)\}", lambda found: self.of(stack, {"Ref": found[1]}), value["Fn::Sub"])

    def _joined(self, stack: str, between: str, parts: list[Any], keep: Callable[[str], bool]) -> Any:
        found = [self.of(stack, part, keep) for part in parts]
        if all(isinstance(part, str) for part in found):
            return between.join(found)
        return {"Fn::Join": [between, found]}

    def _attribute(self, stack: str, name: str, attribute: str) -> str:
        return self._known[stack, name][attribute]
