"""Athena's errors in an analyst's terms. Its places are those of the statement that was sent; the names in them are
found in the analyst's own.

A question over its workgroup's limit is cancelled, and charged:
https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
"""

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
from sqlglot import exp

from queries.errors import ExecutionError, QueryError, UnknownNameError
from queries.positions import find_name

_UNKNOWN = (
    re.compile(r"(?P<kind>Column) '(?:[^']*\.)?(?P<name>[^'.]+)' cannot be resolved"),
    re.compile(r"(?P<kind>Function) '?(?P<name>\w+)'? not registered"),
    re.compile(r"(?P<kind>Table) '(?:[^']*\.)?(?P<name>[^'.]+)' does not exist"),
)
_PLACE = re.compile(r"^(?:[A-Z_]+: )?(?:line \d+:\d+: )?")
_REMEDIES = {
    "AccessDeniedException": "Ask for access to the workgroup, its results, Glue's tables and the lake.",
    "ExpiredTokenException": "Log in again: aws sso login, or aws login.",
    "UnrecognizedClientException": "Log in again: aws sso login, or aws login.",
    "InvalidRequestException": "Check --workgroup, --database and the region.",
    "TooManyRequestsException": "Ask again in a moment.",
}


def unsuccessful(status: Mapping[str, Any], question: exp.Query) -> QueryError:
    """Of an execution that FAILED or was CANCELLED; `question` is the statement as it was written."""
    reason = str(status.get("StateChangeReason") or status.get("AthenaError", {}).get("ErrorMessage") or "")
    for pattern in _UNKNOWN:
        if match := pattern.search(reason):
            return UnknownNameError(
                f"there is no {match['kind'].lower()} {match['name']}", position=find_name(question, match["name"])
            )
    if "bytes scanned limit" in reason.lower():
        return ExecutionError(
            "Athena cancelled it at the workgroup's limit of bytes scanned",
            remedy="Ask about fewer hours (-p from_hour=…, or WHERE hour >= …) or fewer columns.",
        )
    if status["State"] == "CANCELLED":
        return ExecutionError(f"it was cancelled{': ' if reason else ''}{reason}")
    return ExecutionError(_PLACE.sub("", reason) or "Athena failed and gave no reason")


def refused(error: ClientError | BotoCoreError) -> QueryError:
    """Of a call that did not come through."""
    if isinstance(error, NoCredentialsError | NoRegionError):
        return ExecutionError(str(error).rstrip("."), remedy="Asking Athena needs AWS credentials and a region.")
    if not isinstance(error, ClientError):
        return ExecutionError(f"Athena cannot be reached: {error}")
    code = error.response["Error"]["Code"]
    return ExecutionError(f"{code}: {error.response['Error']['Message']}".rstrip("."), remedy=_REMEDIES.get(code, ""))
