"""By which names the server may be asked for, and how its address is shown.

A page of somebody else's can make a browser ask here under that page's own name (DNS rebinding). The token guards what
there is to tell; that a request names a host which the operator knows of guards it once more, so no setting switches it
off: who listens on every address says by which names people come.
Source: https://www.rfc-editor.org/rfc/rfc9110#section-7.2
"""

import ipaddress
import re
from collections.abc import Sequence

_NAME = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
LOOPBACK = ("127.0.0.1", "localhost")


def accepted(host: str, names: Sequence[str] = ()) -> tuple[str, ...]:
    """What a request's Host may be, for a server that listens on `host` and is also known by `names`."""
    own = () if is_everywhere(host) else (host,)
    return tuple(dict.fromkeys((*LOOPBACK, *(_as_asked(name) for name in (*own, *names)))))


def is_name(text: str) -> bool:
    """Whether it can stand in a request's Host: a name, or an address, without a port and without a wildcard."""
    return _address(text) is not None or _NAME.fullmatch(text) is not None


def is_everywhere(host: str) -> bool:
    """Whether an address stands for all that the machine has, as 0.0.0.0 does."""
    address = _address(host)
    return address is not None and address.is_unspecified


def is_loopback(host: str) -> bool:
    """Whether nobody beyond this machine can reach it."""
    address = _address(host)
    return host.lower() == "localhost" or (address is not None and address.is_loopback)


def shown(host: str, port: int, names: Sequence[str] = ()) -> str:
    """The address that a person opens: the first of the names, else the host."""
    if not names and is_everywhere(host):
        host = LOOPBACK[0]
    return f"http://{_as_asked(names[0] if names else host)}:{port}"


def _as_asked(name: str) -> str:
    return f"[{name.lower()}]" if ":" in name else name.lower()


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
