"""Every error that a called operation can answer with has an owner."""

import importlib
import pkgutil

import pytest
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.model import Shape

import orchestrator
from infra.local.providers.requests import operation as model_of
from infra.local.providers.requests import refusal
from orchestrator.aws_errors import SHARED, Operation, owner_of, translated
from orchestrator.errors import ConfigurationError, ParleyError, RefusedError, UncertainError, UpstreamError

OPERATIONS = [
    value
    for found in pkgutil.walk_packages(orchestrator.__path__, "orchestrator.")
    for value in vars(importlib.import_module(found.name)).values()
    if isinstance(value, Operation)
]
SOME = Operation("sesv2", "SendEmail")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_error_of_the_model_has_an_owner(operation: Operation) -> None:
    modelled = {shape.metadata.get("error", {}).get("code", shape.name) for shape in _errors(operation)}
    unowned = sorted(code for code in modelled if code not in operation.owners and code not in SHARED)
    assert unowned == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_error_is_raised_as_its_owners_class(operation: Operation) -> None:
    for shape in _errors(operation):
        code = shape.metadata.get("error", {}).get("code", shape.name)
        with pytest.raises(ParleyError) as raised, translated(operation):
            raise refusal(operation.name, code, "for this test")
        assert isinstance(raised.value, owner_of(operation, code))
        assert operation.name in str(raised.value)


def _errors(operation: Operation) -> list[Shape]:
    return list(model_of(operation.service, operation.name).error_shapes)


def test_an_unknown_code_is_upstream_trouble_by_its_status_only() -> None:
    assert owner_of(SOME, "NeverSeenBefore", 503) is UpstreamError
    assert owner_of(SOME, "NeverSeenBefore", 400) is RefusedError


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectTimeoutError(endpoint_url="https://x"), UpstreamError),
        (EndpointConnectionError(endpoint_url="https://x"), UpstreamError),
        (ReadTimeoutError(endpoint_url="https://x"), UncertainError),
        (NoCredentialsError(), ConfigurationError),
        (NoRegionError(), ConfigurationError),
        (ParamValidationError(report="bad"), RefusedError),
    ],
)
def test_errors_before_and_after_the_request_differ(error: Exception, expected: type[ParleyError]) -> None:
    with pytest.raises(expected) as raised, translated(SOME):
        raise error
    assert type(raised.value) is expected
