"""The lake: where rows lie, how they come there, and how they are asked for."""

from constructs import Construct

from infra.constructs.stack import ParleyStack, Plan
from infra.outputs import LakeOutputs


class LakeStack(ParleyStack):
    """Buckets, tables, streams, workgroup."""

    def __init__(self, scope: Construct, plan: Plan) -> None:
        super().__init__(scope, LakeOutputs, plan, "Parley: the engagement data lake")
        self.key = None
