"""All stacks of a deployment, in the order in which they lean on each other."""

import aws_cdk as cdk

from infra.constructs.stack import Assets, Plan
from infra.settings.deployment import Deployment
from infra.stacks.lake import LakeStack


def app(deployment: Deployment, assets: Assets, outdir: str | None = None) -> cdk.App:
    """The app, ready to be synthesised."""
    made = cdk.App(outdir=outdir, analytics_reporting=False)
    LakeStack(made, Plan(deployment, assets))
    return made
