"""What an answerer needs from its settings before it can be made."""

from orchestrator.errors import ConfigurationError
from orchestrator.settings import Settings, variable_of


def require(settings: Settings, answerer: str, *names: str) -> None:
    """Raises `ConfigurationError` naming every one of these settings that is empty."""
    if missing := [variable_of(name) for name in names if not getattr(settings, name)]:
        raise ConfigurationError(f"{answerer} needs {' and '.join(missing)}")
