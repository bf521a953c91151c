"""The hub's template as its tests read it."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.infra.synthesis import Template, synthesised

EVERYTHING = (
    ("hub.sms_numbers", "phone-1,phone-2"),
    ("hub.new_sms_number", "US:SIMULATOR"),
    ("hub.mail_recipients", "Help@shop.example,example.org"),
    ("sources.whatsapp", "true"),
)


@cache
def _synthesised(context: tuple[tuple[str, str], ...]) -> Template:
    return synthesised(dict(context))["hub"]


def hub(*, bare: bool = False, **settings: str) -> Template:
    """The template with all channels, or with none; `settings` with `__` for a dot."""
    chosen = tuple((name.replace("__", "."), value) for name, value in settings.items())
    return _synthesised(chosen if bare else (*EVERYTHING, *chosen))


def of_type(template: Template, kind: str) -> dict[str, Any]:
    """The properties of all resources of a type, by their logical ids."""
    resources = template["Resources"].items()
    return {name: each.get("Properties", {}) for name, each in resources if each["Type"] == kind}


def one(template: Template, kind: str, start: str) -> Any:
    """The properties of the one resource of a type whose logical id begins so."""
    (found,) = [each for name, each in of_type(template, kind).items() if name.startswith(start)]
    return found


def function(template: Template, handler: str) -> Any:
    """The properties of one of the hub's functions."""
    functions = of_type(template, "AWS::Lambda::Function").values()
    (found,) = [each for each in functions if each["Handler"] == f"orchestrator.handlers.{handler}"]
    return found


def statements(policies: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every statement of resource policies, whatever holds them."""
    for policy in policies.values():
        yield from policy["PolicyDocument"]["Statement"]


def target(reference: Any) -> str:
    """The logical id that Ref or Fn::GetAtt names."""
    name: str = reference.get("Ref") or reference["Fn::GetAtt"][0]
    return name
