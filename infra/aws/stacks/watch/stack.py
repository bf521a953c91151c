"""The stack `watch`: alarms, whom they tell, and the dashboard."""

from collections.abc import Sequence

from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.aws.constructs.stack import ParleyStack, StackInputs
from infra.aws.published import publish
from infra.aws.stacks.hub.stack import HubStack
from infra.aws.stacks.hub.topics import topic
from infra.aws.stacks.lake.stack import LakeStack
from infra.aws.stacks.watch.alarms import make_alarm, of_everything, of_hub, of_lake
from infra.aws.stacks.watch.dashboard import dashboard
from infra.outputs import WatchOutputs


class WatchStack(ParleyStack):
    """Watches the stacks that are there; `hub` is None where there is none."""

    def __init__(
        self,
        scope: Construct,
        inputs: StackInputs,
        lake: LakeStack,
        hub: HubStack | None,
        others: Sequence[ParleyStack],
    ) -> None:
        super().__init__(scope, WatchOutputs, inputs, "Parley: alarms and dashboard")
        self.key = lake.key
        self.topic = topic(self, "Alarms", "cloudwatch.amazonaws.com")
        if inputs.deployment.watch.mail:
            self.topic.add_subscription(subscriptions.EmailSubscription(inputs.deployment.watch.mail))
        watched = [lake, *([hub] if hub else []), *others]
        wanted = [*of_everything(watched), *of_lake(lake), *(of_hub(hub) if hub else [])]
        alarms = [make_alarm(self, alarm, self.topic) for alarm in wanted]
        name = dashboard(self, lake, hub, alarms)
        publish(self, WatchOutputs(alarms_topic_arn=self.topic.topic_arn, dashboard_name=name))
