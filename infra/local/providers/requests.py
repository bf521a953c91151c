"""Checks a request as the AWS service would: against botocore's model of the operation, all of it.

botocore itself checks types and required members only; the service also refuses what breaks the model's lengths,
ranges, patterns and enumerations. So a wrong parameter fails on the laptop, not in production.
"""

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import botocore.session
import regex
from botocore.exceptions import ClientError
from botocore.model import OperationModel, Shape
from botocore.validate import ParamValidator


@functools.cache
def operation(service: str, name: str) -> OperationModel:
    """The model of an operation, loaded once."""
    return botocore.session.get_session().get_service_model(service).operation_model(name)


def check(service: str, name: str, request: Mapping[str, Any]) -> None:
    """Raises botocore's `ClientError` with code `ValidationException`, as the service answers."""
    shape: Any = operation(service, name).input_shape
    report = ParamValidator().validate(request, shape)
    problems = [report.generate_report()] if report.has_errors() else list(_broken_rules(request, shape, ""))
    if problems:
        raise refusal(name, "ValidationException", "; ".join(problems), Reason="FIELD_VALIDATION_FAILED")


def refusal(name: str, code: str, message: str, *, status: int = 400, **details: object) -> ClientError:
    """The error that boto3 raises when a service answers with `code`."""
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **details,
    }
    return ClientError(response, name)


def _broken_rules(value: Any, shape: Shape, path: str) -> Iterator[str]:
    members: Any = shape
    if getattr(shape, "is_document_type", False):
        return  # any JSON
    match shape.type_name:
        case "structure":
            inside = [
                (inner, members.members[member], f"{path}.{member}".lstrip(".")) for member, inner in value.items()
            ]
        case "list":
            inside = [(inner, members.member, f"{path}[{index}]") for index, inner in enumerate(value)]
        case "map":
            inside = [(key, members.key, f"{path} key {key!r}") for key in value]
            inside += [(inner, members.value, f"{path}[{key!r}]") for key, inner in value.items()]
        case _:
            inside = []
            yield from _unlike(value, shape, path)
    if shape.type_name != "structure":
        yield from _outside(value if isinstance(value, int) else len(value), shape, path)
    for inner, inner_shape, inner_path in inside:
        yield from _broken_rules(inner, inner_shape, inner_path)


def _outside(size: int, shape: Shape, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and size < least) or (most is not None and size > most):
        yield f"{path}: its size is {size}, where {least} to {most} is allowed"


def _unlike(value: Any, shape: Shape, path: str) -> Iterator[str]:
    pattern = shape.metadata.get("pattern")
    if pattern and isinstance(value, str) and not regex.fullmatch(pattern, value):
        yield f"{path}: does not match {pattern}"
    if shape.metadata.get("enum") and value not in shape.metadata["enum"]:
        yield f"{path}: {value!r} is not one of {', '.join(shape.metadata['enum'])}"
