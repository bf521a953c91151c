"""The stack `watch`: alarms, whom they tell, and the dashboard."""

from collections.abc import Iterator
from dataclasses import dataclass

from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.aws.constructs.stack import ParleyStack, StackInputs
from infra.aws.published import publish
from infra.aws.stacks.hub.stack import HubStack
from infra.aws.stacks.hub.topics import topic
from infra.aws.stacks.knowledge.stack import KnowledgeStack
from infra.aws.stacks.lake.stack import LakeStack
from infra.aws.stacks.sending.stack import SendingStack
from infra.aws.stacks.sources.stack import SourcesStack
from infra.aws.stacks.watch.alarms import (
    Alarm,
    make_alarm,
    make_silence_alarm,
    of_everything,
    of_hub,
    of_knowledge,
    of_lake,
    of_sources,
    silences,
)
from infra.aws.stacks.watch.dashboard import dashboard
from infra.outputs import WatchOutputs


@dataclass(frozen=True)
class Watched:
    """The stacks that are there; None for what the deployment has not."""

    lake: LakeStack
    sources: SourcesStack
    hub: HubStack | None
    knowledge: KnowledgeStack | None
    sending: SendingStack | None


class WatchStack(ParleyStack):
    """Watches the other stacks."""

    def __init__(self, scope: Construct, inputs: StackInputs, watched: Watched) -> None:
        super().__init__(scope, WatchOutputs, inputs, "Parley: alarms and dashboard")
        self.key = watched.lake.key
        self.topic = topic(self, "Alarms", "cloudwatch.amazonaws.com")
        if inputs.deployment.watch.mail:
            self.topic.add_subscription(subscriptions.EmailSubscription(inputs.deployment.watch.mail))
        alarms = [make_alarm(self, alarm, self.topic) for alarm in _wanted(watched)]
        if watched.hub:
            alarms += [make_silence_alarm(self, silence, self.topic) for silence in silences(watched.hub)]
        name = dashboard(self, watched.lake, watched.hub, alarms)
        publish(self, WatchOutputs(alarms_topic_arn=self.topic.topic_arn, dashboard_name=name))


def _wanted(watched: Watched) -> Iterator[Alarm]:
    lake, hub, knowledge = watched.lake, watched.hub, watched.knowledge
    yield from of_everything([each for each in (lake, hub, watched.sources, knowledge, watched.sending) if each])
    yield from of_lake(lake)
    yield from of_sources(watched.sources)
    if hub:
        yield from of_hub(hub, lake)
    if knowledge:
        yield from of_knowledge(knowledge)
