"""Receiving mail: one action puts it whole into a bucket, and tells a topic of its own.

    SES ─ rule ▶ s3://…/mail/<message id>
              └▶ topic ─ inbound queue

Not the SNS action, which bounces mail of more than 150 KB. The rule is added by infra/aws/custom/receipt_rule.py.
Sources: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-s3.html (40 MB; no default Object Lock),
https://docs.aws.amazon.com/ses/latest/dg/receiving-email-permissions.html (the policies' conditions)
"""

from aws_cdk import CustomResource
from aws_cdk import aws_iam as iam

from infra.aws.constructs.bucket import Kept, PrivateBucket
from infra.aws.constructs.custom import Custom, custom_resource
from infra.aws.constructs.rights import allow
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.hub.topics import topic

SES = "ses.amazonaws.com"
PREFIX = "mail/"

# Of SES's receiving API no action knows a resource.
RIGHTS = (
    "ses:CreateReceiptRule",
    "ses:CreateReceiptRuleSet",
    "ses:DeleteReceiptRule",
    "ses:DeleteReceiptRuleSet",
    "ses:DescribeActiveReceiptRuleSet",
    "ses:DescribeReceiptRuleSet",
    "ses:SetActiveReceiptRuleSet",
    "ses:UpdateReceiptRule",
)


class Mail:
    """`topic` tells of every mail that came into `bucket`; `rule` has it come."""

    def __init__(self, stack: ParleyStack) -> None:
        self._stack = stack
        name = f"parley-{stack.deployment.stage}"
        self._rule = name
        self._rule_set = stack.deployment.hub.mail_rule_set or name
        rule_arn = (
            f"arn:{stack.partition}:ses:{stack.region}:{stack.account}"
            f":receipt-rule-set/{self._rule_set}:receipt-rule/{self._rule}"
        )
        self._of_the_rule = {"StringEquals": {"aws:SourceAccount": stack.account, "aws:SourceArn": rule_arn}}
        self.bucket = self._bucket()
        self.topic = topic(stack, "MailTopic", SES, self._of_the_rule)
        self.uri = self.bucket.s3_url_for_object(PREFIX)
        self.rule = self._receive()

    def _bucket(self) -> PrivateBucket:
        kept = Kept(days=self._stack.deployment.hub.mail_kept_days)
        bucket = PrivateBucket(self._stack, "Mails", kept)
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Receiving",
                principals=[iam.ServicePrincipal(SES)],
                actions=["s3:PutObject"],
                resources=[bucket.arn_for_objects("*")],
                conditions=self._of_the_rule,
            )
        )
        return bucket

    def _receive(self) -> CustomResource:
        hub = self._stack.deployment.hub
        custom = Custom("receipt_rule", [allow(*RIGHTS, on="*")])
        rule = custom_resource(
            self._stack,
            "ReceiptRule",
            custom,
            {
                "RuleSet": self._rule_set,
                "Made": not hub.mail_rule_set,
                "Name": self._rule,
                "Recipients": list(hub.mail_recipients),
                "Bucket": self.bucket.bucket_name,
                "Prefix": PREFIX,
                "Topic": self.topic.topic_arn,
                "TlsRequired": hub.mail_tls_required,
            },
        )
        rule.node.add_dependency(self.bucket, self.topic)  # with their policies, which SES tries out
        return rule
