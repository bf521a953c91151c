"""A stack of a deployment: its name, its tags, its permissions boundary, its key, what happens to its data.

What a stack needs of another it reads when it is deployed (`Fn::GetStackOutput`) and does not hold on to: an import
would forbid the other to give up what an option turned off has made, and to make anything anew. A value that may change
under its name is not read anew by a stack that itself does not change: such a resource gets another name instead.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import CrossStackReferences, Environment, ReferenceStrength, RemovalPolicy, Stack, Tags
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.aws.settings.deployment import DeploymentSettings
from infra.outputs import Outputs, stack_name

Assets = Callable[[str], Path]


@dataclass(frozen=True)
class StackInputs:
    """What all stacks are made from: the deployer's settings, and where the functions' code is.

    `assets` gives the zip of a name: hub, transformer, deploying, compaction (infra/aws/packaging).
    """

    deployment: DeploymentSettings
    assets: Assets


class ParleyStack(Stack):
    """What every stack has. `key` encrypts the data at rest, and is None where AWS owns the keys."""

    key: kms.IKey | None

    def __init__(self, scope: Construct, kind: type[Outputs], inputs: StackInputs, description: str) -> None:
        deployment = inputs.deployment
        super().__init__(
            scope,
            stack_name(kind, deployment.stage),
            description=description,
            env=Environment(account=deployment.account or None, region=deployment.region or None),
            termination_protection=deployment.when_destroyed == "retain",
        )
        CrossStackReferences.of(self).consume(ReferenceStrength.WEAK)
        self.inputs = inputs
        self.deployment = deployment
        for name, value in {**deployment.tags, "parley:stage": deployment.stage}.items():
            Tags.of(self).add(name, value)
        if deployment.permissions_boundary:
            boundary = iam.ManagedPolicy.from_managed_policy_arn(self, "Boundary", deployment.permissions_boundary)
            iam.PermissionsBoundary.of(self).apply(boundary)

    @property
    def keeps_data(self) -> bool:
        """Whether data outlives the stack."""
        return self.deployment.when_destroyed == "retain"

    @property
    def data_policy(self) -> RemovalPolicy:
        """What becomes of data when the stack is destroyed. A deployment that fails at first leaves nothing to pay for.

        Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
        """
        return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if self.keeps_data else RemovalPolicy.DESTROY
