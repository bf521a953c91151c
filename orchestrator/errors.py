"""What can go wrong while answering a person. The class says who acts.

    ParleyError
    ├── ConfigurationError    the operator: a setting, a permission, a missing model or number
    │   └── NewerDataError    the operator: what is kept was written by a newer program
    ├── EventError            nobody: the event is not what its provider documents; kept, never retried
    ├── UpstreamError         the queue: throttled or unavailable; tried again later
    │   ├── ThrottledError    the queue, and the operator where it lasts: a rate or a quota is used up
    │   ├── UncertainError    the queue: no answer came, so the send may have happened
    │   │   └── DefectError   who wrote the code: raised and not promised; tried again, then apologised for
    │   └── NotYetError       the queue: nothing failed, the moment has not come (settling, another worker's claim)
    ├── RefusedError          nobody: the provider refused this message for good
    │   └── OptedOutError     nobody: it refused because the person opted out, which is consent and is kept
    └── SupersededError       nobody: another worker has already taken this step

Errors of libraries are translated where they enter (`channels/`, `answerers/`, `conversations/`), `raise ... from`.
"""


class ParleyError(Exception):
    """The root: everything Parley raises on purpose.

    `code` is there where the message quotes somebody else, who may quote a customer: what a log says in its place.
    """

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.code = code

    @property
    def logged(self) -> str:
        """What may stand in a log: no customer's words and no address."""
        return f"{type(self).__name__}: {self.code or self}"


class ConfigurationError(ParleyError):
    """The operator must change something. The message says what, and how to mend it."""


class NewerDataError(ConfigurationError):
    """What is kept has a form that only a newer Parley knows. It is left as it is, for writing it would lose that.

    A form's number is the version of the first Parley that wrote it, two digits for each part, and a count within that
    version: 20001 is the first of 0.2.0, 1000302 the second of 1.0.3. What was written before there were numbers has 0.
    """

    def __init__(self, what: str, found: int, known: int) -> None:
        major, minor, patch = found // 1_000_000, found // 10_000 % 100, found // 100 % 100
        super().__init__(
            f"{what} was written by a newer version of Parley, in form {found}, where this one knows forms up to "
            f"{known}; nothing was changed. Use Parley {major}.{minor}.{patch} or newer for it"
        )


class EventError(ParleyError):
    """An event lacks what its documented format promises.

    `field` is the path within the event (`originationNumber`, `changes[0].value`), `reason` completes the sentence
    "<field> <reason>": "is missing", "is not a phone number".
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


class UpstreamError(ParleyError):
    """Trouble on the provider's side that may pass: throttling, a timeout, a 5xx, a lost connection."""


class ThrottledError(UpstreamError):
    """The provider takes no more at the moment: a rate, or a quota that may have to be raised."""


class UncertainError(UpstreamError):
    """The request went out and no response came back: whether the provider acted on it is unknown."""


class DefectError(UncertainError):
    """Something was raised that nobody promised, while `doing` something; `kind` is its type. See defects.py."""

    def __init__(self, doing: str, kind: str) -> None:
        super().__init__(f"a defect while {doing}: {kind}")
        self.kind = kind


class NotYetError(UpstreamError):
    """Come back in `delay_s` seconds. Costs no attempt."""

    def __init__(self, why: str, delay_s: float) -> None:
        super().__init__(f"{why}; come back in {delay_s:.0f} s")
        self.delay_s = delay_s


class RefusedError(ParleyError):
    """The provider refused this message, and would refuse it again. `code` is the provider's own word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}", code=code)


class OptedOutError(RefusedError):
    """Refused because the person asked this sender to stop."""


class SupersededError(ParleyError):
    """A conditional write found a newer state. The other worker goes on; this one stops quietly."""
