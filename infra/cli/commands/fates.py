"""`parley fates`"""

import click

from infra.cli.options import format_option
from infra.cli.tables import table
from infra.local.providers.fates import documented


@click.command(name="fates")
@format_option("table", "json")
def command(format_: str) -> None:
    """Addresses whose messages have a known fate, with the simulated providers and with AWS's own simulators.

    Any other fate is chosen: `parley send --fate sms=failed:TEXT_BLOCKED@1s`, or PARLEY_FATES for all.
    """
    rows = [
        {"address": address, "outcome": fate.outcome, "code": fate.code, "after_s": fate.after_s}
        for address, fate in documented().items()
    ]
    table(rows, format_, empty="")
