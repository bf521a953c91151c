"""What a deployer decides about the event sources."""

from typing import Annotated

from msgspec import Meta, Struct


class Sources(Struct, frozen=True, kw_only=True):
    """Where events of sent messages come from."""

    email: Annotated[bool, Meta(description="whether there is an SES configuration set that reports to the lake")] = (
        True
    )
    sms: Annotated[
        bool, Meta(description="whether there is an End User Messaging SMS configuration set that reports to the lake")
    ] = True
    whatsapp: Annotated[bool, Meta(description="whether WhatsApp events come to the lake and the hub")] = False
    whatsapp_accounts: Annotated[
        tuple[Annotated[str, Meta(pattern="^waba-[0-9a-zA-Z]+$")], ...],
        Meta(
            extra={
                "remedy": "Meta's number is none; aws socialmessaging list-linked-whatsapp-business-accounts tells it"
            },
            description="ids (waba-…, in End User Messaging Social) of the WhatsApp Business accounts that report here",
            examples=["waba-0123456789abcdef0123456789abcdef"],
        ),
    ] = ()
    whatsapp_topic: Annotated[
        str,
        Meta(
            description="ARN of an SNS topic that these accounts report to already; empty: one is made",
            pattern=r"^(arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+)?$",
            examples=["arn:aws:sns:us-east-1:111122223333:whatsapp"],
        ),
    ] = ""
    other_programs: Annotated[
        bool,
        Meta(
            description="whether messages that other programs of the account send come to the lake too, as far as"
            " EventBridge tells of them"
        ),
    ] = False
