"""What the email channel reads."""

from typing import Annotated

import msgspec

from orchestrator.sections import about


class EmailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Our addresses, and how mail is sent."""

    email_addresses: Annotated[
        tuple[str, ...], about("our own mail addresses; mail from one of them is never answered")
    ] = ()
    email_configuration_set: Annotated[str, about("SES configuration set for sends")] = ""
    email_context_ttl_s: Annotated[int, about("the same for mail threads, in which people answer after days", ge=1)] = (
        604_800
    )
    email_link_domains: Annotated[
        tuple[str, ...],
        about(
            "domains that an answer to a mail which may be forged may link to, besides ours and its sources'", long=True
        ),
    ] = ()
    email_max_characters: Annotated[int, about("how long an answer by mail should be at most", ge=70)] = 3000
