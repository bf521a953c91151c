"""What AWS tells on EventBridge: registrations of numbers and, where wanted, messages that other programs sent.

A message that a configuration set reports too has the same event_id there, and counts once. WhatsApp's summaries name a
message otherwise than its account does, so they are taken only where no account reports here.
Sources: https://docs.aws.amazon.com/sms-voice/latest/userguide/monitor-event-bridge.html,
https://docs.aws.amazon.com/social-messaging/latest/userguide/monitor-event-bridge.html
"""

from collections.abc import Mapping

from aws_cdk import aws_events as events_
from aws_cdk import aws_iam as iam

from infra.aws.constructs.rights import Condition
from infra.aws.constructs.stack import ParleyStack
from infra.aws.settings.sources import Sources
from infra.aws.stacks.sources.feeding import Events, Service, feeding

_REGISTRATIONS = {"source": ["aws.sms-voice"], "detail-type": ["Registration Status Change"]}
_MESSAGES = {
    "source": ["aws.sms-voice"],
    "detail-type": [f"{kind} Message Delivery Status Updated" for kind in ("Text", "Media", "Voice")],
}
_WHATSAPP = {"source": ["aws.social-messaging"], "detail-type": [{"prefix": "WhatsApp "}]}
_PUTTING = ("firehose:PutRecord", "firehose:PutRecordBatch")


def patterns(wanted: Sources) -> Mapping[str, Mapping[str, object]]:
    """The events to take, by the name of a rule."""
    found: dict[str, Mapping[str, object]] = {}
    if wanted.sms:
        found["Registrations"] = _REGISTRATIONS
    if wanted.other_programs:
        found["Messages"] = _MESSAGES
    if wanted.other_programs and not wanted.whatsapp:
        found["WhatsAppSummaries"] = _WHATSAPP
    return found


def rules(stack: ParleyStack, events: Events) -> None:
    """Each on the account's default bus, tried for a day, then kept."""
    found = patterns(stack.deployment.sources)
    if not found:
        return
    acting = feeding(stack, "EventBridge", Service("events.amazonaws.com", _PUTTING, _our_rules(stack)), events)
    made = [_rule(stack, name, pattern, acting, events) for name, pattern in found.items()]
    events.dead.add_to_resource_policy(
        iam.PolicyStatement(
            sid="EventBridge",
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[events.dead.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": [rule.attr_arn for rule in made]}},
        )
    )


def _our_rules(stack: ParleyStack) -> Condition:
    """Of this account. A rule by its own name would have to be there before the role that it names.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
    """
    arn = stack.format_arn(service="events", resource="rule", resource_name="*")
    return {"StringEquals": {"aws:SourceAccount": stack.account}, "ArnLike": {"aws:SourceArn": arn}}


def _rule(
    stack: ParleyStack, name: str, pattern: Mapping[str, object], acting: iam.Role, events: Events
) -> events_.CfnRule:
    target = events_.CfnRule.TargetProperty(
        id="lake",
        arn=events.stream_arn,
        role_arn=acting.role_arn,
        dead_letter_config=events_.CfnRule.DeadLetterConfigProperty(arn=events.dead.queue_arn),
    )
    return events_.CfnRule(stack, f"{name}Rule", event_pattern=dict(pattern), state="ENABLED", targets=[target])
