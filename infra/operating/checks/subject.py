"""What the checks are about."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from infra.operating.aws_questions import Ask
from infra.operating.stage import Stage
from infra.outputs import HubOutputs
from orchestrator.settings import Settings

MailExchangers = Callable[[str], Sequence[str]]  # of a domain: host names, lower case, without the last dot


class Subject:
    """An account and region; the settings and outputs are a stage's, or without one the environment's and none.

    `settings` and `hub` raise `ConfigurationError` where the stage cannot be read.
    """

    def __init__(
        self, ask: Ask, mail_exchangers: MailExchangers, region: str, stage: Stage | None, environ: Mapping[str, str]
    ) -> None:
        self.ask = ask
        self.mail_exchangers = mail_exchangers
        self.region = region
        self.stage = stage
        self._environ = environ

    @cached_property
    def settings(self) -> Settings:
        return self.stage.settings() if self.stage else Settings.read(self._environ)

    @cached_property
    def hub(self) -> HubOutputs | None:
        """None without a stage, and for a stage that is a lake alone."""
        return self.stage.find(HubOutputs) if self.stage else None

    def has_no_hub(self) -> bool:
        """Whether a stage is named and is a lake alone: then nothing is sent, received or answered."""
        return self.stage is not None and self.hub is None
