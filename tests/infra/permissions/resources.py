"""From what a call touches to the resources of a deployment, as its templates write them.

A call names a resource as it was told to: by a variable of its function, by a property of its custom resource, or by
what the event says. Each type of resource says here which ARN that is.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tests.infra.permissions.rights import OF_THE_EVENT, Right
from tests.infra.permissions.world import World, bucket_arn

# What a custom resource had before it was changed can be anything of its type by the time it is released.
FORMER = "Former"
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_URI = re.compile(r"s3://(?P<bucket>\$\{[^}]+\}|[^/]+)(?P<below>.*)")
_OWN = "arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}"
# Cross-region inference: the regions of a profile's area.
# Source: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
_PROFILE = re.compile(r"(us-gov|us|eu|apac|jp|au|ca|sa|global)\.(.+)")
_REGIONS = {"global": ("*", ""), "apac": ("ap-*",), "jp": ("ap-northeast-*",), "au": ("ap-southeast-*",)}


class Told(NamedTuple):
    """What a function knows: its deployment, its name, and what it is told by variables and properties."""

    world: World
    function: str
    names: Mapping[str, tuple[str, ...]]

    def one(self, variable: str) -> str:
        """The only value of a variable; "" where it is not set."""
        return next(iter(self.names.get(variable, ())), "")


class Resource(NamedTuple):
    """What a statement names."""

    arn: str
    condition: str = ""


def resources(right: Right, told: Told) -> list[Resource]:
    """Where a right has to hold. None where the deployment has nothing of the kind."""
    if not right.on:
        return [Resource("*")]
    return [found for name in _named(right.name, told) for found in _TYPES[right.on](name, told)]


def _named(name: str, told: Told) -> list[str]:
    """A name with values in the place of its variables: as many as the last one that is a list has."""
    found = [name]
    for variable in _VARIABLE.findall(name):
        values = ("*",) if variable.startswith(FORMER) else told.names.get(variable, ("",))
        found = [each.replace(f"${{{variable}}}", value) for each in found for value in values]
    return found


def own(service: str, resource: str) -> str:
    """The ARN of a resource of this account and region."""
    return _OWN.format(service=service, resource=resource)


def _made(name: str, _: Told) -> list[Resource]:
    """A resource of the deployment's, by what `Ref` gives of it: `${hub/Inbound}`, and what is below it."""
    reference, closing, below = name.partition("}")
    return [Resource(f"{reference}.Arn{closing}{below}")]


def _itself(name: str, _: Told) -> list[Resource]:
    """Told by its ARN already."""
    return [Resource(name)] if name else []


def _below(service: str, kind: str) -> Callable[[str, Told], list[Resource]]:
    return lambda name, _: [Resource(own(service, f"{kind}/{name}"))] if name else []


def _secret(name: str, _: Told) -> list[Resource]:
    """A setting may also be the secret itself, which nobody has to fetch."""
    return [Resource(name)] if name.startswith(("arn:", "${")) else []


def _object(name: str, told: Told) -> list[Resource]:
    """Of the lake, rows; of the bucket that analysts put templates into, only templates; of the mails all."""
    if not name:
        return []
    if uri := _URI.fullmatch(name):
        return [Resource(bucket_arn(uri["bucket"]) + uri["below"])]
    if name == OF_THE_EVENT:
        return [Resource("${hub/Mails.Arn}/*")] if told.world.deployment.hub.mail_recipients else []
    return [Resource(f"{each.arn.removesuffix('*')}*.jinja") for each in _made(name, told)]


def _bucket(name: str, told: Told) -> list[Resource]:
    """By its URI, or by its name."""
    uri = _URI.fullmatch(name)
    return [Resource(bucket_arn(uri["bucket"]))] if uri else _made(name, told)


def _stream(_: str, told: Told) -> list[Resource]:
    """The one that the function transforms for."""
    found = [
        properties["DeliveryStreamName"]
        for stack, properties in told.world.templates.resources("AWS::KinesisFirehose::DeliveryStream").values()
        if any(f"${{{told.function}.Arn}}" in part for part in told.world.templates.parts(stack, properties))
    ]
    return [Resource(own("firehose", f"deliverystream/{name}")) for name in found]


def _sends(told: Told) -> bool:
    """Whether it is a function that carries sends, which leave from what their own settings name."""
    return told.function.startswith("sending/")


def _numbers(told: Told) -> list[str]:
    if _sends(told):
        return list(filter(None, [told.world.deployment.sending.sms_identity]))
    hub = told.world.deployment.hub
    if any(each.startswith("pool-") for each in hub.sms_numbers):
        return ["*"]  # any of the pool's
    return [*hub.sms_numbers, *(["${hub/NewNumber}"] if hub.new_sms_number else [])]


def _number(name: str, told: Told) -> list[Resource]:
    """An answer leaves from the number that was written to; a send from a number or a pool."""
    names = _numbers(told) if name == OF_THE_EVENT else [name]
    kinds = {each: "pool" if each.startswith("pool-") else "phone-number" for each in names if each}
    return [Resource(own("sms-voice", f"{kind}/{each}")) for each, kind in kinds.items()]


def _set_up(kind: str) -> Callable[[str, Told], list[Resource]]:
    """Of numbers and pools that are named together, those of a kind."""
    is_pool = kind == "pool"
    return lambda name, _: (
        [Resource(own("sms-voice", f"{kind}/{name}"))] if name == "*" or name.startswith("pool-") == is_pool else []
    )


def _identities(told: Told) -> list[str]:
    """Those named; else every recipient, and the domains of those that are addresses."""
    if _sends(told):
        address = told.world.deployment.sending.mail_address
        return [address, address.rpartition("@")[2]] if address else []
    hub = told.world.deployment.hub
    found = hub.mail_identities or [
        identity for each in hub.mail_recipients for identity in (each, each.rpartition("@")[2])
    ]
    return [each.lstrip(".") for each in found]


def _whatsapp_numbers(told: Told) -> list[str]:
    """As ARNs have them: without the prefix of an id."""
    if _sends(told):
        number = told.world.deployment.sending.whatsapp_number
        return [number.removeprefix("phone-number-id-")] if number else []
    if not told.world.deployment.sources.whatsapp:
        return []
    return [number.removeprefix("phone-number-id-") for number in told.world.deployment.hub.whatsapp_numbers or "*"]


def _every(service: str, kind: str, names: Callable[[Told], list[str]]) -> Callable[[str, Told], list[Resource]]:
    return lambda _, told: [Resource(own(service, f"{kind}/{name}")) for name in names(told)]


def _set(service: str, senders: Callable[[Told], list[str]]) -> Callable[[str, Told], list[Resource]]:
    """A configuration set, where anything is sent at all."""
    return lambda name, told: [Resource(own(service, f"configuration-set/{name}"))] if name and senders(told) else []


def model_resources(name: str) -> list[Resource]:
    """A model by id or ARN; a profile, and its model in every region that it may choose, through the profile only."""
    if not name:
        return []
    if not name.startswith("arn:"):
        profile = _PROFILE.fullmatch(name)
        name = own("bedrock", f"inference-profile/{name}") if profile else foundation_model("${AWS::Region}", name)
    return [Resource(name), *_models_of(name)]


def _model(name: str, _: Told) -> list[Resource]:
    return model_resources(name)


def foundation_model(region: str, model: str) -> str:
    """The ARN of a model of AWS's."""
    return f"arn:${{AWS::Partition}}:bedrock:{region}::foundation-model/{model}"


def _models_of(arn: str) -> list[Resource]:
    profile = re.search(r":(?:application-)?inference-profile/(.+)$", arn)
    if not profile:
        return []
    known = _PROFILE.fullmatch(profile[1])
    area, model = known.groups() if known else ("global", "*")
    through = f"StringEquals bedrock:InferenceProfileArn={arn}"
    return [Resource(foundation_model(each, model), through) for each in _REGIONS.get(area, (f"{area}-*",))]


def _profile(name: str, _: Told) -> list[Resource]:
    """None where a model is asked directly."""
    return [each for each in model_resources(name) if "inference-profile/" in each.arn and not each.condition]


def _runtime_endpoint(name: str, told: Told) -> list[Resource]:
    endpoint = told.one("PARLEY_AGENTCORE_QUALIFIER") or "DEFAULT"
    return [Resource(f"{name}/runtime-endpoint/{endpoint}")]


def _workgroup(name: str, told: Told) -> list[Resource]:
    """The one that a statement ran in."""
    group = told.one("Workgroup") if name == OF_THE_EVENT else name
    return [Resource(own("athena", f"workgroup/{group}"))]


def _glue(*names: str) -> Callable[[str, Told], list[Resource]]:
    """What Glue checks for a thing of a database: the catalogue, the database, the thing."""
    return lambda database, _: [
        Resource(own("glue", each.replace("DATABASE", database))) for each in ("catalog", "database/DATABASE", *names)
    ]


def _of_results(below: str = "") -> Callable[[str, Told], list[Resource]]:
    return lambda _, __: [Resource("${lake/Results.Arn}" + below)]


_TYPES: Mapping[str, Callable[[str, Told], list[Resource]]] = {
    "ConfigurationSet": _set("sms-voice", _numbers),
    "PhoneNumber": _number,
    "Secret": _secret,
    "agent-alias": _below("bedrock", "agent-alias"),
    "application": _below("qbusiness", "application"),
    "bucket": _bucket,
    "bucket-of-results": _of_results(),
    "configuration-set": _set("ses", _identities),
    "database": _glue("database/default"),
    "deliverystream": _stream,
    "guardrail": _below("bedrock", "guardrail"),
    "harness": _itself,
    "identity": _every("ses", "identity", _identities),
    "index": _made,
    "inference-profile": _profile,
    "knowledge-base": _below("bedrock", "knowledge-base"),
    "model": _model,
    "object": _object,
    "object-of-results": _of_results("/*"),
    "phone-number": _set_up("phone-number"),
    "phone-number-id": _every("social-messaging", "phone-number-id", _whatsapp_numbers),
    "pool": _set_up("pool"),
    "queue": _made,
    "runtime": _itself,
    "runtime-endpoint": _runtime_endpoint,
    "table": _made,
    "table-of-glue": _glue("table/DATABASE/*"),
    "waba": _below("social-messaging", "waba"),
    "workgroup": _workgroup,
}
