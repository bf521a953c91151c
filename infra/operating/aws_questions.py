"""Questions to an AWS account, with the caller's credentials: operations that read, and no others."""

import functools
from collections.abc import Iterator
from typing import Any, Protocol

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

READS = ("Describe", "Get", "List")
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})
_MARKS = ("NextToken", "nextToken")
_PATIENCE = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})


class DeniedError(Exception):
    """The caller lacks a permission; the message names it."""


class Ask(Protocol):
    """Calls an operation by its name in the service's API, like `ask("sts", "GetCallerIdentity")`."""

    def __call__(self, service: str, operation: str, /, **request: object) -> Any:
        """What the service answers. Raises `DeniedError`, and botocore's errors for the rest."""
        ...


class Asking:
    """Fills `Ask` with boto3; a client is made when its service is first asked."""

    def __init__(self) -> None:
        self._client = functools.cache(lambda service: boto3.client(service, config=_PATIENCE))

    def __call__(self, service: str, operation: str, /, **request: object) -> Any:
        if not operation.startswith(READS):
            raise ValueError(f"{operation} does more than read")
        client: Any = self._client(service)
        try:
            return getattr(client, xform_name(operation))(**request)
        except ClientError as error:
            if code_of(error) in _DENIED:
                # A service's actions begin with the name its requests are signed with, for all services asked here:
                # https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
                prefix = client.meta.service_model.signing_name
                raise DeniedError(f"{prefix}:{operation}") from error
            raise


def code_of(error: ClientError) -> str:
    """The service's name of an error."""
    return str(error.response["Error"]["Code"])


def pages(ask: Ask, service: str, operation: str, items: str, **request: object) -> Iterator[Any]:
    """What is in `items` of every page."""
    marks: dict[str, object] = {}  # of the next page, by the name that the service has for it
    while True:
        page = ask(service, operation, **request, **marks)
        yield from page.get(items, [])
        marks = {name: page[name] for name in _MARKS if page.get(name)}
        if not marks:
            return
