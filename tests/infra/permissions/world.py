"""One deployment, as settings and as templates."""

from collections.abc import Mapping
from typing import NamedTuple

from infra.settings.deployment import Deployment
from tests.infra.permissions.intrinsics import Templates
from tests.infra.synthesis import synthesised


class World(NamedTuple):
    """What was asked for, and what came of it."""

    deployment: Deployment
    templates: Templates

    @property
    def key(self) -> str:
        """The ARN of the deployment's own key; "" where AWS owns the keys."""
        chosen = self.deployment.kms_key
        return "${lake/Key.Arn}" if chosen == "create" else chosen


def world(context: Mapping[str, object]) -> World:
    """Synthesised from a context like cdk.json's."""
    return World(Deployment.read(context), Templates(synthesised(context)))
