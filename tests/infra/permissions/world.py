"""One deployment, as settings and as templates."""

from collections.abc import Mapping
from typing import NamedTuple

from infra.aws.settings.deployment import DeploymentSettings
from tests.infra.permissions.intrinsics import Templates
from tests.infra.synthesis import synthesis


class World(NamedTuple):
    """What was asked for, and what came of it."""

    deployment: DeploymentSettings
    templates: Templates
    settings_files: Mapping[str, Mapping[str, str]]

    @property
    def key(self) -> str:
        """The ARN of the deployment's own key; "" where AWS owns the keys."""
        chosen = self.deployment.kms_key
        return "${lake/Key.Arn}" if chosen == "create" else chosen

    @property
    def lake(self) -> str:
        """The ARN of the bucket that rows lie in."""
        chosen = self.deployment.lake.bucket
        return bucket_arn(chosen or "${lake/Lake}")


def bucket_arn(name: str) -> str:
    """Of a bucket by its own name, or by what refers to one of the deployment's."""
    return name.replace("}", ".Arn}") if name.startswith("${") else f"arn:${{AWS::Partition}}:s3:::{name}"


def world(context: Mapping[str, object]) -> World:
    """Synthesised from a context like cdk.json's."""
    made = synthesis(context)
    return World(DeploymentSettings.read(context), Templates(made.templates()), made.settings_files)
