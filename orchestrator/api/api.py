"""The operations, one row each: how they are called, who may, what they take and give. OpenAPI is made of the rows.

An adapter (handlers.api, infra/console) hands a call on as method, path, query, headers' token and body, and gets a
status and JSON back. Nothing is raised: what is the operator's, or may pass, is said with 503.
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from orchestrator import defects
from orchestrator.api.callers import Caller, Scope
from orchestrator.api.errors import ApiError, Problem
from orchestrator.api.sends import Created, SendOperations, SendPage, SendsAsked
from orchestrator.api.views import SendView
from orchestrator.decoding import convert, decoded
from orchestrator.errors import ConfigurationError, EventError, ParleyError
from orchestrator.sending.requests import SendRequest
from orchestrator.sends import MOST_BYTES_OF_A_REQUEST

log = logging.getLogger(__name__)

MOST_BYTES = 2 * MOST_BYTES_OF_A_REQUEST  # of a body, before it is read: JSON may be written with blanks
Authenticate = Callable[[str], Caller | None]  # of a bearer token


class Call(NamedTuple):
    """One request, out of its transport."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    token: str  # of Authorization: Bearer; "" without one


class Reply(NamedTuple):
    """What goes back: a status and JSON."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Operation:
    """One row. `run` takes the operations, the caller, the path's id and what was read of query or body."""

    method: str
    path: str
    scope: Scope
    summary: str
    gives: type
    run: Callable[[SendOperations, Caller, str, Any], Any]
    status: int = 200
    body: type | None = None
    query: type | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.path.replace("{send_id}", "(?P<id>[0-9a-f]{32})"))


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "POST",
        "/v1/sends",
        "send",
        "Tell one person something, by a plan. 202 says that it is kept.",
        Created,
        lambda sends, caller, _, request: sends.create(caller, request),
        status=202,
        body=SendRequest,
    ),
    Operation(
        "GET",
        "/v1/sends",
        "read",
        "Sends by recipient, campaign or idempotency key, the latest first.",
        SendPage,
        lambda sends, caller, _, asked: sends.list(caller, asked),
        query=SendsAsked,
    ),
    Operation(
        "GET",
        "/v1/sends/{send_id}",
        "read",
        "A send and its steps: how far each got, and why.",
        SendView,
        lambda sends, caller, send_id, _: sends.get(caller, send_id),
    ),
    Operation(
        "POST",
        "/v1/sends/{send_id}/cancel",
        "send",
        "Let nothing more of a send leave.",
        SendView,
        lambda sends, caller, send_id, _: sends.cancel(caller, send_id),
    ),
)


class Api:
    """Answers calls. `authenticate` knows the tokens."""

    def __init__(self, sends: SendOperations, authenticate: Authenticate) -> None:
        self._sends = sends
        self._authenticate = authenticate

    def reply(self, call: Call) -> Reply:
        """The answer to a call, whatever it is."""
        try:
            with defects.translated("answering a call"):
                operation, result = self._run(call)
        except ApiError as error:
            return _json(error.status, error.problem)
        except ConfigurationError as error:
            log.warning("a call cannot be served: %s", error)
            return _json(503, Problem("This deployment is not set up for that. Its operator finds why in the log."))
        except ParleyError as error:
            log.warning("a call has to be made again: %s", type(error).__name__)
            return _json(503, Problem("This did not work just now. Make the same call again in a moment."))
        return _json(operation.status, result)

    def _run(self, call: Call) -> tuple[Operation, Any]:
        operation, send_id = _operation(call)
        caller = self._authenticate(call.token) if call.token else None
        if caller is None:
            raise ApiError(401, "Send a token that is known here, as `Authorization: Bearer …`.")
        if operation.scope not in caller.scopes:
            raise ApiError(403, f"{caller.name} has no scope `{operation.scope}`.")
        return operation, operation.run(self._sends, caller, send_id, _taken(operation, call))


def _operation(call: Call) -> tuple[Operation, str]:
    allowed = []
    for operation in OPERATIONS:
        if match := operation.pattern.fullmatch(call.path):
            if operation.method == call.method:
                return operation, match.groupdict().get("id", "")
            allowed.append(operation.method)
    if allowed:
        raise ApiError(405, f"{call.path} takes {', '.join(allowed)}.")
    raise ApiError(404, f"There is nothing at {call.path}.")


def _taken(operation: Operation, call: Call) -> Any:
    """What the operation takes, of the body or of the query."""
    try:
        if operation.body:
            if len(call.body) > MOST_BYTES:
                raise ApiError(413, f"The body has more than {MOST_BYTES} bytes.")
            return convert(decoded(call.body, "the body"), operation.body)
        if operation.query:
            return convert(dict(call.query), operation.query, strict=False)
    except EventError as error:
        raise ApiError(400, str(error), error.field) from error
    return None


def _json(status: int, body: object) -> Reply:
    return Reply(status, msgspec.json.encode(body))


def openapi(title: str = "Parley", version: str = "1") -> dict[str, Any]:
    """OpenAPI 3.1 of the operations. Source: https://spec.openapis.org/oas/v3.1.0"""
    types = [each for row in OPERATIONS for each in (row.body, row.gives) if each]
    _, components = msgspec.json.schema_components([*types, Problem], ref_template="#/components/schemas/{name}")
    paths: dict[str, Any] = {}
    for row in OPERATIONS:
        paths.setdefault(row.path, {})[row.method.lower()] = _described(row)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "security": [{"token": []}],
        "components": {"schemas": components, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _described(row: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{row.method.lower()}{re.sub(r'[^a-z]+', '_', row.path)}",
        "summary": row.summary,
        "description": f"Needs the scope `{row.scope}`.",
        "parameters": _parameters(row),
        "responses": {
            str(row.status): _response("It is done.", row.gives),
            **{str(status): _response(said, Problem) for status, said in _REFUSALS.items()},
        },
    }
    if row.body:
        described["requestBody"] = {"required": True, "content": _content(row.body)}
    return described


_REFUSALS = {
    400: "A field is wrong; `field` names it.",
    401: "The token is missing or not known.",
    403: "The token has not that scope.",
    404: "There is no such thing of this tenant.",
    409: "Another request was made with this idempotency key.",
    413: "The body is too large.",
    503: "Make the same call again in a moment.",
}


def _parameters(row: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if "{send_id}" in row.path:
        schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
        found.append({"name": "send_id", "in": "path", "required": True, "schema": schema})
    if row.query:
        _, components = msgspec.json.schema_components([row.query])
        properties = components[row.query.__name__]["properties"]
        found += [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]
    return found


def _response(said: str, type_: type) -> dict[str, Any]:
    return {"description": said, "content": _content(type_)}


def _content(type_: type) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{type_.__name__}"}}}
