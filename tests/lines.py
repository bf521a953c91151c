"""Every channel as the shared tests drive it: what holds for one holds for all."""

from collections.abc import Callable

from tests.kit import Line, SmsLine

LINES: dict[str, Callable[[], Line]] = {"sms": SmsLine}
