"""Whose row it is: the tenant of our address in the event. One deployment may answer for several companies."""

from transformer.json_text import JsonObject

DEFAULT = "default"  # where there is one tenant, and where an event does not tell


def tenant_of(event: JsonObject) -> str:
    """As our own hub tells it: {"parley": kind, "tenant": "…", …}. No provider's event does: `DEFAULT`."""
    tenant = event.get("tenant") if "parley" in event else None
    return tenant if tenant and isinstance(tenant, str) else DEFAULT
