"""Models by id or ARN, and what it takes to ask one.

    amazon.nova-lite-v1:0            a foundation model of the deployment's region
    us.amazon.nova-lite-v1:0         AWS's inference profile: spreads requests over the regions of its area
    arn:aws:bedrock:…                any model or inference profile, one's own too

A profile needs the right on itself, and on its model in every region it may choose; that second right holds only for
requests which come through the profile.
Source: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
"""

import re
from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.aws.constructs.rights import allow

_PROFILE = re.compile(r"(?P<area>us-gov|us|eu|apac|jp|au|ca|sa|global)\.(?P<model>[a-z0-9-]+\..+)")
_REGIONS = {"global": ("*", ""), "apac": ("ap-*",), "jp": ("ap-northeast-*",), "au": ("ap-southeast-*",)}
_OF_PROFILE = re.compile(r"arn:[^:]+:bedrock:[^:]*:[^:]*:(application-)?inference-profile/(?P<id>.+)")


def model_arn(stack: Stack, model: str) -> str:
    """The ARN of a model or inference profile; one that is an ARN already stays as it is."""
    if model.startswith("arn:"):
        return model
    if _PROFILE.fullmatch(model):
        return f"arn:{stack.partition}:bedrock:{stack.region}:{stack.account}:inference-profile/{model}"
    return f"arn:{stack.partition}:bedrock:{stack.region}::foundation-model/{model}"


def asking(stack: Stack, model: str, *actions: str) -> Sequence[iam.PolicyStatement]:
    """The rights to `actions`, like bedrock:InvokeModel, on a model by id or ARN."""
    arn = model_arn(stack, model)
    profile = _OF_PROFILE.fullmatch(arn)
    if not profile:
        return [allow(*actions, on=arn)]
    through = {"StringEquals": {"bedrock:InferenceProfileArn": arn}}
    return [allow(*actions, on=arn), allow(*actions, on=_models(stack, profile["id"]), when=through)]


def looking_up(stack: Stack, model: str) -> Sequence[iam.PolicyStatement]:
    """The right to look an inference profile up, as RetrieveAndGenerate does in its caller's name. Models need none."""
    arn = model_arn(stack, model)
    return [allow("bedrock:GetInferenceProfile", on=arn)] if _OF_PROFILE.fullmatch(arn) else []


def _models(stack: Stack, profile: str) -> list[str]:
    """Of a profile whose id does not tell, one of the account's own: any."""
    known = _PROFILE.fullmatch(profile)
    area, model = (known["area"], known["model"]) if known else ("global", "*")
    regions = _REGIONS.get(area, (f"{area}-*",))
    return [f"arn:{stack.partition}:bedrock:{region}::foundation-model/{model}" for region in regions]
