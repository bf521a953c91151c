"""All stacks of a deployment, in the order in which they lean on each other."""

import aws_cdk as cdk
from msgspec.structs import replace

from infra.aws.constructs.stack import Assets, StackInputs
from infra.aws.settings.deployment import DeploymentSettings
from infra.aws.stacks.hub.sending import Reporting
from infra.aws.stacks.hub.stack import HubStack
from infra.aws.stacks.knowledge.stack import KnowledgeStack, is_wanted
from infra.aws.stacks.lake.stack import LakeStack
from infra.aws.stacks.quicksight import QuickSightStack
from infra.aws.stacks.sending.functions import Kept
from infra.aws.stacks.sending.stack import SendingStack
from infra.aws.stacks.sources.stack import SourcesStack
from infra.aws.stacks.watch.stack import Watched, WatchStack

# What CDK's own rules find, like a template that CloudFormation would refuse, fails synthesis; else it is a warning.
# Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib-readme.html#cloudformationvalidateplugin
RULES_ARE_ERRORS = "@aws-cdk/core:validateAgainstDefaultRules"


def app(deployment: DeploymentSettings, assets: Assets, outdir: str | None = None) -> cdk.App:
    """The app, ready to be synthesised."""
    made = cdk.App(outdir=outdir, analytics_reporting=False, post_cli_context={RULES_ARE_ERRORS: True})
    inputs = StackInputs(deployment, assets)
    lake = LakeStack(made, inputs)
    knowledge = KnowledgeStack(made, inputs, lake.key) if is_wanted(deployment) else None
    if knowledge:
        inputs = StackInputs(replace(deployment, settings=knowledge.settings), assets)
    sources = SourcesStack(made, inputs, lake.key, lake.events_stream)
    hub = None
    if deployment.hub.deployed:
        reporting = Reporting(
            sources.email_configuration_set, sources.sms_configuration_set, sources.whatsapp_topic_arn
        )
        streams = {"events": lake.events_stream, "conversations": lake.conversations_stream}
        hub = HubStack(made, inputs, lake.key, streams, reporting)
    sending = None
    if hub and deployment.sending.deployed:
        kept = Kept(hub.table, hub.conversation_key)
        sending = SendingStack(made, inputs, lake.key, kept, reporting, sources.progress_topics)
    if deployment.watch.deployed:
        WatchStack(made, inputs, Watched(lake, sources, hub, knowledge, sending))
    if deployment.quicksight.principal:
        QuickSightStack(made, inputs, lake)
    return made
