"""What the API refuses, as its status and body say it."""

import msgspec

from orchestrator.errors import ParleyError


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of everything that is not a success."""

    error: str  # a sentence for a person
    field: str = ""  # what of the request is wrong, where one field is


class ApiError(ParleyError):
    """Not for this caller, or not this request. `status` is HTTP's."""

    def __init__(self, status: int, error: str, field: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.problem = Problem(error, field)
