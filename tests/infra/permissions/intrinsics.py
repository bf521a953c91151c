"""CloudFormation's values as text that a person can compare: `${hub/Conversations.Arn}/index/due`.

A resource is named by its stack and its logical id without the hash that CDK appends; what one stack reads from
another is named where it is made.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.infra.synthesis import Template, last_name

_HASH = re.compile(r"(?<=[a-z0-9])[0-9A-F]{8}$")
_SUB = re.compile(r"\$\{([^!}][^}]*)\}")


# An ARN that is put together from an id is the one that the resource itself tells.
_OWN = r"arn:\$\{AWS::Partition\}:bedrock:\$\{AWS::Region\}:\$\{AWS::AccountId\}:"
_BY_ID = {
    re.compile(_OWN + r"knowledge-base/\$\{([^.}]+)\.KnowledgeBaseId\}"): r"${\1.KnowledgeBaseArn}",
    re.compile(_OWN + r"guardrail/\$\{([^.}]+)\.GuardrailId\}"): r"${\1.GuardrailArn}",
}


class Templates:
    """Every stack of a deployment, by its last name."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = templates
        self._functions: Mapping[str, Callable[[str, Any], str]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._attribute,
            "Fn::Join": self._joined,
            "Fn::Sub": self._substituted,
            "Fn::GetStackOutput": self._told,
            "Fn::Select": self._selected,
        }

    def resources(self, *types: str) -> dict[str, tuple[str, Mapping[str, Any]]]:
        """Resources of these types by their name; each with its stack and its properties."""
        found: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for stack, template in self._templates.items():
            for logical, resource in template.get("Resources", {}).items():
                if resource["Type"] in types:
                    name = self.name(stack, logical)
                    assert name not in found, f"two resources are called {name}"
                    found[name] = (stack, resource.get("Properties", {}))
        return found

    def custom_resources(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Each with its stack and its properties."""
        return [
            (stack, resource["Properties"])
            for stack, template in self._templates.items()
            for resource in template.get("Resources", {}).values()
            if resource["Type"].startswith("Custom::Parley")
        ]

    def parts(self, stack: str, value: Any) -> Iterator[str]:
        """The texts that a value consists of, lists and mappings opened."""
        if isinstance(value, list):
            inside = value
        elif isinstance(value, dict) and not self._functions.keys() & value.keys():
            inside = list(value.values())
        else:
            yield self.text(stack, value)
            return
        for each in inside:
            yield from self.parts(stack, each)

    def name(self, stack: str, logical: str) -> str:
        """`hub/Conversations`"""
        return f"{stack}/{_HASH.sub('', logical)}"

    def text(self, stack: str, value: Any) -> str:
        """The value as text. Raises `KeyError` for a function that no template of ours has used yet."""
        if not isinstance(value, dict):
            return str(value)
        ((function, argument),) = value.items()
        return one_way(self._functions[function](stack, argument))

    def _ref(self, stack: str, name: str) -> str:
        return f"${{{name if name.startswith('AWS::') else self.name(stack, name)}}}"

    def _attribute(self, stack: str, argument: list[str]) -> str:
        logical, attribute = argument
        return f"${{{self.name(stack, logical)}.{attribute}}}"

    def _joined(self, stack: str, argument: list[Any]) -> str:
        separator, parts = argument
        return str(separator.join(self.text(stack, part) for part in parts))

    def _substituted(self, stack: str, pattern: str) -> str:
        return _SUB.sub(lambda found: self._ref(stack, found[1]), pattern)

    def _told(self, _: str, argument: Mapping[str, str]) -> str:
        stack = last_name(argument["StackName"])
        return self.text(stack, self._templates[stack]["Outputs"][argument["OutputName"]]["Value"])

    def _selected(self, stack: str, argument: list[Any]) -> str:
        index, parts = argument
        separator, whole = parts["Fn::Split"]
        return f"{self.text(stack, whole)}|{separator}|{index}"


def one_way(text: str) -> str:
    """Of two ways to write an ARN, the one that refers to the resource."""
    for by_id, referring in _BY_ID.items():
        text = by_id.sub(referring, text)
    return text
