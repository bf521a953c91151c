"""What cfn-lint says about templates. What is ignored of it:

W3005   CDK states dependencies that a reference implies already
W6001   the hub tells the WhatsApp topic of the stack `sources` beside its own, to whom looks for all three there
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it takes two seconds to import, for which only those who lint should wait
    from cfnlint.runner import Runner

IGNORED = ["W3005", "W6001"]
REGION = "us-east-1"  # where every service of the stacks is


@cache
def linted(template: str) -> tuple[str, ...]:
    """Errors and warnings, each with its rule. A template that several deployments share is looked at once."""
    from cfnlint.decode.decode import decode_str  # noqa: PLC0415

    decoded, unreadable = decode_str(template)
    found = unreadable or _linter().validate_template(decoded)
    return tuple(f"{match.rule.id} {match.message}" for match in found)


@cache
def _linter() -> "Runner":
    """One, as its command line has for all files it is given: to read the rules takes as long as to apply them."""
    from cfnlint.config import ConfigMixIn, ManualArgs  # noqa: PLC0415
    from cfnlint.runner import Runner  # noqa: PLC0415

    return Runner(ConfigMixIn(**ManualArgs(regions=[REGION], ignore_checks=IGNORED)))
