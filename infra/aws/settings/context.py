"""Where a deployment's values come from: cdk.json, what the CDK command line hands over, and `-c` of our own.

The CDK command line hands its context (cdk.json, cdk.context.json and its own `-c`) over in `CDK_CONTEXT_JSON`; without
it, cdk.json is read here. A dotted name is a setting of a section: `-c lake.scan_limit_gb=10`.
Source: https://docs.aws.amazon.com/cdk/v2/guide/context.html
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

CDK_JSON = Path(__file__).parents[3] / "cdk.json"
# The command line of CDK tells the credentials' region in the first; the others are read as the AWS CLI and boto3 do.
_REGIONS = ("CDK_DEFAULT_REGION", "AWS_REGION", "AWS_DEFAULT_REGION")
_NOT_OURS = ("@aws-cdk/", "aws:", "aws-cdk:", "cdk-", "availability-zones:", "hosted-zone:", "vpc-provider:", "ssm:")


def context(environ: Mapping[str, str], given: Sequence[str] = (), cdk_json: Path = CDK_JSON) -> dict[str, object]:
    """All of the context, its region the environment's where it has none. `given` are `name=value`.

    Raises `ValueError` for one without `=`.
    """
    handed = environ.get("CDK_CONTEXT_JSON")
    found = json.loads(handed) if handed else json.loads(cdk_json.read_text())["context"]
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise ValueError(f"-c {each}: write it as name=value")
        found[name] = value
    if region := next(filter(None, map(environ.get, _REGIONS)), None):
        found["region"] = found.get("region") or region
    return dict(found)


def ours(everything: Mapping[str, object]) -> dict[str, object]:
    """What of the context is Parley's, sections nested; the rest are CDK's feature flags and what it has looked up."""
    nested: dict[str, object] = {}
    for name, value in everything.items():
        if name.startswith(_NOT_OURS):
            continue
        section, dot, field = name.partition(".")
        if not dot:
            nested[name] = {**_section(nested, name), **value} if isinstance(value, Mapping) else value
        else:
            nested[section] = {**_section(nested, section), field: value}
    return nested


def _section(nested: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = nested.get(name, {})
    return found if isinstance(found, Mapping) else {}
