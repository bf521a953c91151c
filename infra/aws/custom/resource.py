"""What every custom resource has in common: CloudFormation's request in, the resource's answer out.

    in   {"RequestType": "Create" | "Update" | "Delete", "PhysicalResourceId": "…",
          "ResourceProperties": {"ServiceToken": "…", …}, "OldResourceProperties": {…}}
    out  {"PhysicalResourceId": "…", "Data": {…}}

An exception fails the deployment, and its message is what the deployer reads. Every number and truth value of the
properties arrives as text. An update that answers with another id has CloudFormation delete the former one. What was
never created is not asked to be deleted.
Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html#handling-lifecycle-events-onevent
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import msgspec

Event = Mapping[str, Any]


class RefusedError(Exception):
    """The resource cannot be as wanted. The message names what is in the way, and the remedy."""


@dataclass(frozen=True)
class Made:
    """A resource that is as wanted. `attributes` are what a template can read of it."""

    id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


class Properties(msgspec.Struct, frozen=True, rename="pascal"):
    """What a template says of a resource: a field `two_way` is its property TwoWay.

    Fields that are added later need a default, as the properties of a resource made before lack them.
    """


Wanted = TypeVar("Wanted", bound=Properties)
Wanted_contra = TypeVar("Wanted_contra", bound=Properties, contravariant=True)


class Resource(Protocol[Wanted_contra]):
    """Each may be called again after it has succeeded, or half succeeded: what gave no answer is repeated."""

    def create(self, wanted: Wanted_contra) -> Made: ...

    def update(self, id_: str, wanted: Wanted_contra, before: Wanted_contra) -> Made: ...

    def delete(self, id_: str, before: Wanted_contra) -> None: ...


def answer(event: Event, kind: type[Wanted], resource: Resource[Wanted]) -> dict[str, object]:
    """Do what CloudFormation asks for. Raises what `resource` raises."""
    properties = msgspec.convert(event["ResourceProperties"], kind, strict=False)
    match event["RequestType"]:
        case "Create":
            made = resource.create(properties)
        case "Update":
            before = msgspec.convert(event["OldResourceProperties"], kind, strict=False)
            made = resource.update(event["PhysicalResourceId"], properties, before)
        case "Delete":
            resource.delete(event["PhysicalResourceId"], properties)
            made = Made(event["PhysicalResourceId"])
        case other:
            raise ValueError(f"CloudFormation asks for {other!r}, which is none of Create, Update and Delete")
    return {"PhysicalResourceId": made.id, "Data": dict(made.attributes)}
