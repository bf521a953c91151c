"""What an agent of one's own is sent: a JSON template with places for what is known of the question."""

from string import Template
from typing import Any

from orchestrator.decoding import decoded, encoded
from orchestrator.errors import ConfigurationError, EventError
from orchestrator.model import Question
from orchestrator.sections import variable_of

_VARIABLE = variable_of("agentcore_request")
_PLACES = ("text", "language", "channel", "max_characters", "conversation_id", "turn_id")


class RequestTemplate:
    """The template is decoded before it is filled, so what a person writes stays inside the string it is put into."""

    def __init__(self, template: str) -> None:
        """`template` is JSON with `$places` for what is asked. Raises `ConfigurationError`."""
        try:
            self._template = decoded(template, _VARIABLE)
        except EventError as error:
            raise ConfigurationError(str(error)) from error
        try:
            _filled(self._template, dict.fromkeys(_PLACES, ""))
        except (KeyError, ValueError) as error:
            known = ", ".join(f"${place}" for place in _PLACES)
            raise ConfigurationError(
                f"{_VARIABLE} has an unknown place ({error}); there are {known}, and $$ for a $"
            ) from error

    def filled(self, question: Question) -> bytes:
        """The body of a request, in JSON, with the question in the template's places."""
        return encoded(_filled(self._template, {place: str(getattr(question, place)) for place in _PLACES}))


def _filled(template: Any, places: dict[str, str]) -> Any:
    match template:
        case str():
            return Template(template).substitute(places)
        case dict():
            return {key: _filled(value, places) for key, value in template.items()}
        case list():
            return [_filled(value, places) for value in template]
        case _:
            return template
