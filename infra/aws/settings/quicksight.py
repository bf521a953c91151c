"""What a deployer decides about QuickSight."""

from typing import Annotated

from msgspec import Meta, Struct


class QuickSight(Struct, frozen=True, kw_only=True):
    """Data sets over the views."""

    principal: Annotated[
        str,
        Meta(
            description="ARN of the QuickSight user or group that owns data sets over the views; empty: none are made",
            pattern=r"^(arn:aws[a-z-]*:quicksight:[a-z0-9-]+:\d{12}:(user|group)/.+)?$",
            examples=["arn:aws:quicksight:us-east-1:111122223333:user/default/analyst"],
        ),
    ] = ""
