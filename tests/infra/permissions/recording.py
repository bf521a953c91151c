"""The AWS calls that our code makes, each with its request and the line that makes it, seen by hooks of botocore.

Each botocore session registers its built-in handlers first; ours are appended to them, as moto's are. A service that a
fake stands for is answered before its request leaves; everything else goes on to moto.
Events: `provide-client-params` has the caller's parameters, `before-call` may answer in the service's place.
Source: https://botocore.amazonaws.com/v1/documentation/api/latest/topics/events.html and botocore/client.py.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from botocore import handlers, xform_name
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.model import OperationModel

REPOSITORY = Path(__file__).parents[3]
OURS = ("orchestrator", "transformer", "infra/aws/custom")


class Call(NamedTuple):
    """One call of our code's. Of a call that a library makes in a thread of its own no line of ours is known."""

    operation: str  # service, as boto3 names it, and operation: "dynamodb Query"
    request: Mapping[str, Any]
    file: str = ""
    line: int = 0


class Recorder:
    """Keeps calls while it is on. `meanwhile` is run once, before the call that makes `calls` as many as it says."""

    def __init__(self, fakes: Mapping[str, Any]) -> None:
        self.calls: list[Call] = []
        self.on = False
        self.meanwhile: dict[int, Callable[[], None]] = {}
        self.fakes = dict(fakes)
        self.failing = ""  # an operation whose next request is lost on the way

    def seen(self, params: Mapping[str, Any], model: OperationModel, **_: Any) -> None:
        """A call begins."""
        if not self.on:
            return
        if act := self.meanwhile.pop(len(self.calls) + 1, None):
            act()
        self.calls.append(Call(f"{model.service_model.service_name} {model.name}", dict(params), *_place()))

    def answered(self, model: OperationModel, context: Mapping[str, Any], **_: Any) -> tuple[AWSResponse, Any] | None:
        """The fake's answer; None where there is no fake."""
        if self.on and self.failing == f"{model.service_model.service_name} {model.name}":
            self.failing = ""
            raise ConnectionResetError(model.name)
        fake = self.fakes.get(model.service_model.service_name)
        if fake is None:
            return None
        response = getattr(fake, xform_name(model.name))(**context["parley_request"])
        return AWSResponse("", 200, HTTPHeaders(), None), response or {}

    def keep_request(self, params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
        """Before botocore makes bytes of it."""
        context["parley_request"] = dict(params)


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Every session that is made while this is open reports to the recorder."""
    hooks: list[Any] = [
        ("provide-client-params", recorder.seen),
        ("provide-client-params", recorder.keep_request),
        ("before-call", recorder.answered),
    ]
    handlers.BUILTIN_HANDLERS.extend(hooks)
    try:
        yield
    finally:
        for hook in hooks:
            handlers.BUILTIN_HANDLERS.remove(hook)


def _place() -> tuple[str, int] | tuple[()]:
    """Where in our code the call is made; nothing in another's thread."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(REPOSITORY):
            file = path.relative_to(REPOSITORY).as_posix()
            if file.startswith(OURS):
                return file, frame.f_lineno
        frame = frame.f_back
    return ()
