"""Holds what a fake answers to botocore's model, so that no test rests on a response the service never gives."""

from collections.abc import Mapping
from typing import Any

from botocore.validate import ParamValidator

from infra.local.providers.requests import operation


def as_documented(service: str, name: str, response: Mapping[str, Any]) -> Mapping[str, Any]:
    """The response itself; raises `AssertionError` when the operation's output shape does not know it so."""
    shape: Any = operation(service, name).output_shape
    report = ParamValidator().validate(response, shape)
    assert not report.has_errors(), report.generate_report()
    return response
