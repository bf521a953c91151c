"""Translates what boto3 raises into our tree, so that the class of an error says who acts.

Each channel, answerer and store names the operations it calls and the codes of theirs that it knows; the codes that
services share are here. A test walks every error of every operation in botocore's model: each must have an owner.
Source: https://docs.aws.amazon.com/general/latest/gr/api-error-codes.html and botocore/data/_retry.json.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    TokenRetrievalError,
)

from orchestrator.errors import (
    ConfigurationError,
    ParleyError,
    RefusedError,
    ThrottledError,
    UncertainError,
    UpstreamError,
)

Owner = type[ConfigurationError] | type[RefusedError] | type[UpstreamError]


class Operation(NamedTuple):
    """An AWS operation that is called somewhere, and who owns those of its errors that are not shared."""

    service: str  # as boto3 names the client
    name: str
    owners: Mapping[str, Owner] = {}


SHARED: Mapping[str, Owner] = {
    "AccessDeniedException": ConfigurationError,
    "AccessDenied": ConfigurationError,
    "ExpiredTokenException": ConfigurationError,
    "InvalidClientTokenId": ConfigurationError,
    "UnrecognizedClientException": ConfigurationError,
    "OptInRequired": ConfigurationError,
    "ResourceNotFoundException": ConfigurationError,
    "ServiceQuotaExceededException": ConfigurationError,
    "ValidationException": RefusedError,
    "InternalServerException": UpstreamError,
    "InternalServiceException": UpstreamError,
    "InternalFailure": UpstreamError,
    "RequestTimeout": UpstreamError,
    "RequestTimeoutException": UpstreamError,
    "ServiceUnavailable": UpstreamError,
    "ServiceUnavailableException": UpstreamError,
    "SlowDown": ThrottledError,
    "Throttling": ThrottledError,
    "ThrottlingException": ThrottledError,
    "ThrottledRequestException": ThrottledError,
    "TooManyRequestsException": ThrottledError,
}


@contextmanager
def translated(operation: Operation) -> Iterator[None]:
    """Around one call: boto3's errors come out as ours. The operation's owners go before the shared ones."""
    try:
        yield
    except ClientError as error:
        raise _from_service(operation, error) from error
    except (ConnectTimeoutError, EndpointConnectionError) as error:  # nothing was sent
        raise UpstreamError(f"{operation.name}: {error}", code=_code(operation, error)) from error
    except HTTPClientError as error:  # sent, and no response read
        raise UncertainError(f"{operation.name}: {error}", code=_code(operation, error)) from error
    except (NoCredentialsError, NoRegionError, PartialCredentialsError, TokenRetrievalError) as error:
        raise ConfigurationError(f"{operation.name}: {error} Run `parley doctor`.") from error
    except ParamValidationError as error:
        raise RefusedError("ParamValidation", f"{operation.name}: {error}") from error
    except BotoCoreError as error:
        raise UpstreamError(f"{operation.name}: {error}", code=_code(operation, error)) from error


def owner_of(operation: Operation, code: str, status: int = 0) -> Owner:
    """Who acts on an error code; an unknown one is upstream trouble when its HTTP status says so, else a refusal."""
    known = operation.owners.get(code) or SHARED.get(code)
    return known or (UpstreamError if status >= 500 else RefusedError)


def _from_service(operation: Operation, error: ClientError) -> ParleyError:
    code = error.response.get("Error", {}).get("Code", "Unknown")
    message = f"{operation.name}: {error.response.get('Error', {}).get('Message', '')}"
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    owner = owner_of(operation, code, status)
    if issubclass(owner, RefusedError):
        return owner(code, message)
    return owner(f"{code}: {message}", code=f"{operation.name}: {code}")


def _code(operation: Operation, error: Exception) -> str:
    return f"{operation.name}: {type(error).__name__}"
