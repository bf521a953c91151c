"""A file of long settings for a function, in a layer beside its code.

A layer costs nothing, needs no right and no call, and changes in the same update as the variables, so that neither is
ever seen without the other. Like code, it is no place for secrets.
Source: https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
"""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.aws.settings.room import SETTINGS_FILE


def settings_file(scope: Construct, name: str, variables: Mapping[str, str]) -> lambda_.LayerVersion:
    """The layer with the file."""
    with TemporaryDirectory() as folder:  # copied into the cloud assembly before it is gone
        path = Path(folder) / SETTINGS_FILE
        path.parent.mkdir()
        path.write_text(json.dumps(variables, ensure_ascii=False, indent=1))
        return lambda_.LayerVersion(scope, name, code=lambda_.Code.from_asset(folder))
