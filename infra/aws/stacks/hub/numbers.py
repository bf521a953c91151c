"""Two-way SMS: what is written to the hub's numbers comes to a topic.

A number that the account has already is set by infra/aws/custom/phone_numbers.py, as CloudFormation knows only numbers
that it has requested itself. A new one is such a number.
Source: https://docs.aws.amazon.com/sms-voice/latest/userguide/phone-numbers-two-way-sms.html
"""

from collections.abc import Sequence

from aws_cdk import CustomResource
from aws_cdk import aws_smsvoice as smsvoice

from infra.aws.constructs.custom import Custom, custom_resource
from infra.aws.constructs.rights import allow
from infra.aws.constructs.stack import ParleyStack
from infra.aws.stacks.hub.topics import topic

HELP = "You are writing with our assistant. Reply STOP to get no more messages."
STOP = "You will get no more messages from us. Reply START to begin again."


class Numbers:
    """`topic` gets what people write; `ids` are those of the numbers that answers leave from.

    They are "*" where a pool is named: its numbers come and go.

    A new one is requested after what may well be refused: existing numbers, and `tried_before`. It is paid for from
    then on, and given back where the first deployment fails (decision 0034).
    """

    def __init__(self, stack: ParleyStack, tried_before: Sequence[CustomResource]) -> None:
        self._stack = stack
        self._tried_before = list(tried_before)
        hub = stack.deployment.hub
        self.topic = topic(stack, "SmsTopic", "sms-voice.amazonaws.com")
        self.ids = ["*"] if any(_is_pool(id_) for id_ in hub.sms_numbers) else list(hub.sms_numbers)
        if hub.sms_numbers:
            self._tried_before.append(self._existing())
        if hub.new_sms_number:
            new = self._new(*hub.new_sms_number.split(":")).ref
            self.ids = self.ids if self.ids == ["*"] else [*self.ids, new]

    def _existing(self) -> CustomResource:
        stack = self._stack
        sms = f"arn:{stack.partition}:sms-voice:{stack.region}:{stack.account}"
        any_number, any_pool = f"{sms}:phone-number/*", f"{sms}:pool/*"
        custom = Custom(
            "phone_numbers",
            [
                allow("sms-voice:DescribePhoneNumbers", "sms-voice:UpdatePhoneNumber", on=any_number),
                allow("sms-voice:DescribePools", "sms-voice:UpdatePool", on=any_pool),
            ],
            dict.fromkeys((any_number, any_pool), "what is no longer named has to be released"),
        )
        made = custom_resource(
            stack,
            "PhoneNumbers",
            custom,
            {
                "Numbers": list(stack.deployment.hub.sms_numbers),
                "Topic": self.topic.topic_arn,
                "SelfManagedOptOuts": stack.deployment.settings.sms.self_managed_opt_outs,
            },
        )
        made.node.add_dependency(self.topic)  # with its policy
        return made

    def _new(self, country: str, kind: str) -> smsvoice.CfnPhoneNumber:
        """Some kinds have to be registered before they work; requesting one costs its lease from the first day."""
        keyword = smsvoice.CfnPhoneNumber.MandatoryKeywordProperty
        number = smsvoice.CfnPhoneNumber(
            self._stack,
            "NewNumber",
            iso_country_code=country,
            number_type=kind,
            number_capabilities=["SMS"],
            mandatory_keywords=smsvoice.CfnPhoneNumber.MandatoryKeywordsProperty(
                help=keyword(message=HELP), stop=keyword(message=STOP)
            ),
            self_managed_opt_outs_enabled=self._stack.deployment.settings.sms.self_managed_opt_outs,
            two_way=smsvoice.CfnPhoneNumber.TwoWayProperty(enabled=True, channel_arn=self.topic.topic_arn),
        )
        number.apply_removal_policy(self._stack.data_policy)
        number.node.add_dependency(self.topic, *self._tried_before)
        return number


def _is_pool(id_: str) -> bool:
    return id_.startswith("pool-")
