"""The Service Authorization Reference, as cfn-lint carries it: which actions there are, what they know of resources.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

# What stands for one part of an ARN in our texts, and in the reference's formats.
_OURS = re.compile(r"\$\{AWS::(Partition|Region|AccountId)\}")
_THEIRS = re.compile(r"\$\{\w+\}")


class UnknownActionError(Exception):
    """There is no such action."""


def resource_types(action: str) -> frozenset[str]:
    """The types of resources that an action can be limited to, in lower case; none where it knows no resource."""
    prefix, _, name = action.partition(":")
    found = _services().get(prefix, {}).get("Actions", {}).get(name.lower())
    if found is None:
        raise UnknownActionError(action)
    return frozenset(kind.lower() for kind in found.get("Resources", ()))


def is_of_type(action: str, arn: str) -> bool:
    """Whether an ARN, or a pattern of ARNs, is of a type that the action knows."""
    resources = _services()[action.partition(":")[0]]["Resources"]
    formats = [pattern for kind in resource_types(action) for pattern in resources[kind]["ARNFormats"]]
    return any(re.fullmatch(_THEIRS.sub("[^:]*", pattern), _OURS.sub("x", arn)) for pattern in formats)


@cache
def _services() -> Mapping[str, Any]:
    text = files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text()
    found: Mapping[str, Any] = json.loads(text)
    return found
