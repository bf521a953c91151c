"""One measured figure, as it is printed and as the README shows it."""

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """`measured` and `target` are shown as they are; `met` is None where there is no target."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None
