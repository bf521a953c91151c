"""Translates what boto3 raises into our tree, so that the class of an error says who acts.

Each channel and answerer names the codes it knows; the codes every service shares are here.
Source: https://docs.aws.amazon.com/general/latest/gr/api-error-codes.html and botocore/data/_retry.json.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

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

from orchestrator.errors import ConfigurationError, ParleyError, RefusedError, UncertainError, UpstreamError

Owner = type[ConfigurationError] | type[RefusedError] | type[UpstreamError]

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
    "SlowDown": UpstreamError,
    "Throttling": UpstreamError,
    "ThrottlingException": UpstreamError,
    "ThrottledRequestException": UpstreamError,
    "TooManyRequestsException": UpstreamError,
}


@contextmanager
def translated(operation: str, owners: Mapping[str, Owner] | None = None) -> Iterator[None]:
    """Around one call: boto3's errors come out as ours. `owners` adds to, and overrides, the shared codes."""
    try:
        yield
    except ClientError as error:
        raise _from_service(operation, error, {**SHARED, **(owners or {})}) from error
    except (ConnectTimeoutError, EndpointConnectionError) as error:  # nothing was sent
        raise UpstreamError(f"{operation}: {error}") from error
    except HTTPClientError as error:  # sent, and no response read
        raise UncertainError(f"{operation}: {error}") from error
    except (NoCredentialsError, NoRegionError, PartialCredentialsError, TokenRetrievalError) as error:
        raise ConfigurationError(f"{operation}: {error} Run `parley doctor`.") from error
    except ParamValidationError as error:
        raise RefusedError("ParamValidation", f"{operation}: {error}") from error
    except BotoCoreError as error:
        raise UpstreamError(f"{operation}: {error}") from error


def _from_service(operation: str, error: ClientError, owners: Mapping[str, Owner]) -> ParleyError:
    code = error.response.get("Error", {}).get("Code", "Unknown")
    message = f"{operation}: {error.response.get('Error', {}).get('Message', '')}"
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    owner = owners.get(code, UpstreamError if status >= 500 else RefusedError)
    if issubclass(owner, RefusedError):
        return owner(code, message)
    return owner(f"{code}: {message}")
