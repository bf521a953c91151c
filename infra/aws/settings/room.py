"""What of a function's settings goes into its environment, and what into a file.

A function's variables may have 4 KB together; a text or a prompt alone may have half of that.
Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from collections.abc import Mapping

import msgspec

from orchestrator.errors import ConfigurationError
from orchestrator.sections import FILE, PREFIX, environment, long_variables

MOST_BYTES = 4096  # of names and values together
ROOM = MOST_BYTES - 1200  # what the stacks fill in takes the rest
SETTINGS_FILE = "parley/settings.json"  # in a layer, whose files are below /opt


def short_and_long(settings: msgspec.Struct) -> tuple[dict[str, str], dict[str, str]]:
    """The variables of the environment, with the one that names the file where there is one; and those of the file."""
    variables, long = environment(settings), long_variables(type(settings))
    of_file = {name: value for name, value in variables.items() if name in long}
    short = {name: value for name, value in variables.items() if name not in long}
    return {**short, FILE: f"/opt/{SETTINGS_FILE}"} if of_file else short, of_file


def size(variables: Mapping[str, str]) -> int:
    """Bytes of names and values."""
    return sum(len((name + value).encode()) for name, value in variables.items())


def too_much(settings: msgspec.Struct) -> list[str]:
    """What keeps the deployer's settings of one function out of its environment: a line, with its remedy, or none."""
    try:
        short, _ = short_and_long(settings)
    except ConfigurationError as error:
        return [str(error)]
    if (total := size(short)) <= ROOM:
        return []
    longest = max(short, key=lambda name: len(name + short[name])).removeprefix(PREFIX).lower()
    return [f"settings: {total} bytes, of which a function takes {ROOM}; shorten settings.{longest} first"]
