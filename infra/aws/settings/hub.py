"""What a deployer decides about the hub."""

from typing import Annotated

from msgspec import Meta, Struct


class Hub(Struct, frozen=True, kw_only=True):
    """The hub: receives, remembers, answers. What it answers with are its own settings."""

    deployed: Annotated[
        bool, Meta(description="whether there is a hub; without one the lake is an engagement database of its own")
    ] = True
    sms_numbers: Annotated[
        tuple[Annotated[str, Meta(pattern="^(phone|pool)-[0-9a-zA-Z]+$")], ...],
        Meta(
            description="ids of phone numbers (phone-…) or pools of them (pool-…) of the account whose messages the hub"
            " answers",
            extra={"remedy": "give its id in place of a number: aws pinpoint-sms-voice-v2 describe-phone-numbers"},
            examples=["phone-0123456789abcdef0123456789abcdef"],
        ),
    ] = ()
    new_sms_number: Annotated[
        str,
        Meta(
            description="a phone number to request, as country:type, like US:TOLL_FREE or US:SIMULATOR",
            pattern="^([A-Z]{2}:(LONG_CODE|TOLL_FREE|TEN_DLC|SIMULATOR))?$",
            examples=["US:SIMULATOR"],
        ),
    ] = ""
    mail_recipients: Annotated[
        tuple[str, ...],
        Meta(
            description="mail addresses or domains, verified in SES, whose mail the hub answers",
            examples=["help@example.com"],
        ),
    ] = ()
    mail_rule_set: Annotated[
        str,
        Meta(
            description="name of the account's active receipt rule set, which the hub's rule is added to; empty:"
            " a set is made and activated, where none is active",
            pattern="^([A-Za-z0-9_-]{1,64})?$",
            examples=["default-rule-set"],
        ),
    ] = ""
    mail_identities: Annotated[
        tuple[str, ...],
        Meta(
            description="identities of SES that answers are sent as; empty: the recipients, and the domains of those"
            " that are addresses",
            examples=["example.com"],
        ),
    ] = ()
    mail_tls_required: Annotated[bool, Meta(description="whether mail that comes without TLS is refused")] = False
    mail_kept_days: Annotated[int, Meta(description="days that received mails are kept whole", ge=1)] = 90
    whatsapp_numbers: Annotated[
        tuple[Annotated[str, Meta(pattern="^phone-number-id-[0-9a-zA-Z]+$")], ...],
        Meta(
            extra={"remedy": "give its id in place of a number: parley doctor --aws names the linked ones"},
            description="ids (phone-number-id-…) of WhatsApp numbers that answers are sent from; empty: any here",
            examples=["phone-number-id-0123456789abcdef0123456789abcdef"],
        ),
    ] = ()
    converse_at_once: Annotated[
        int, Meta(description="people answered at the same time: the brake on cost", ge=2, le=1000)
    ] = 10
    converse_reserved: Annotated[
        int,
        Meta(
            description="of the account's Lambda concurrency, what is kept for answering and nobody else can use up,"
            " at least converse_at_once; 0: none",
            ge=0,
            le=1000,
        ),
    ] = 0
    ingress_at_once: Annotated[int, Meta(description="batches of events received at the same time", ge=2, le=1000)] = 5
