"""The errors of asking an AWS service for an answer, the ones amid a stream included.

A failure may arrive before the stream or within it; it has the same owner at both places. Within, botocore names it by
its member of the stream ("throttlingException") and says 400 whatever the model's status is; a broken connection comes
out as urllib3's own error. Read in botocore: `eventstream.EventStream`, `parsers.BaseEventStreamParser`; seen in
https://github.com/awslabs/agent-evaluation/issues/64.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3.exceptions
from botocore.eventstream import ParserError
from botocore.exceptions import ClientError, EventStreamError

from orchestrator.aws_errors import Operation, translated
from orchestrator.errors import ConfigurationError, EventError, RefusedError, UpstreamError


class ReturnedControlError(ConfigurationError):
    """The agent wants a function called by whoever asked it. Nobody is there to do so: a person waits for words."""


class MissingAnswerError(UpstreamError):
    """The service ended its response before it said anything, or before it said that it was done."""


@contextmanager
def answering(operation: Operation) -> Iterator[None]:
    """Around asking and reading the whole answer: raises `UpstreamError` and `ConfigurationError` only.

    What a service refuses for good (a malformed id, a parameter of the wrong length) it would refuse for the next
    person too, so it is the operator's.
    """
    try:
        with translated(operation), _named_as_before_the_stream(operation):
            yield
    except RefusedError as error:
        raise ConfigurationError(str(error), code=error.code) from error
    except (urllib3.exceptions.HTTPError, ParserError) as error:
        raise UpstreamError(f"{operation.name}: the response broke off: {error}", code=operation.name) from error
    except EventError as error:
        raise UpstreamError(
            f"{operation.name}: the response is not as documented: {error}", code=operation.name
        ) from error


@contextmanager
def _named_as_before_the_stream(operation: Operation) -> Iterator[None]:
    """Renames errors of an event stream as they are named before it: throttlingException to ThrottlingException."""
    try:
        yield
    except EventStreamError as error:
        told = error.response.get("Error", {})
        code = told.get("Code", "")
        response: Any = {
            "Error": {"Code": code[:1].upper() + code[1:], "Message": told.get("Message", "")},
            "ResponseMetadata": {"HTTPStatusCode": 500},  # the request was accepted: an unknown code is the service's
        }
        raise ClientError(response, operation.name) from error
