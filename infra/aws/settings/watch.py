"""What a deployer decides about watching."""

from typing import Annotated

from msgspec import Meta, Struct


class Watch(Struct, frozen=True, kw_only=True):
    """Settings of the alarms and the dashboard, section `watch`."""

    deployed: Annotated[bool, Meta(description="whether there are alarms and a dashboard")] = True
    mail: Annotated[
        str,
        Meta(
            description="mail address that every alarm is sent to; SES is not involved, SNS asks for confirmation",
            pattern="^([^@\\s]+@[^@\\s]+)?$",
            examples=["operators@example.com"],
        ),
    ] = ""
    reply_latency_s: Annotated[int, Meta(description="seconds within which 95 % of answers should come", ge=1)] = 30
    apologies_percent: Annotated[
        int,
        Meta(
            description="share of turns, in percent of a quarter of an hour, that may end in an apology", ge=1, le=100
        ),
    ] = 5
    handoffs_percent: Annotated[
        int, Meta(description="share of turns, in percent of an hour, that may be handed to a person", ge=1, le=100)
    ] = 50
    failed_parts_percent: Annotated[
        int,
        Meta(description="share of a channel's parts, in percent of a quarter of an hour, that may fail", ge=1, le=100),
    ] = 5
    tokens_per_day: Annotated[int, Meta(description="model tokens a day that raise an alarm", ge=1)] = 5_000_000
    sms_spend_per_day_usd: Annotated[int, Meta(description="US dollars of SMS a day that raise an alarm", ge=1)] = 20
