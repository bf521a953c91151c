"""No service of AWS is allowed anything on behalf of another account: each statement for one names whom it acts for.

A service principal without a condition acts for whoever can make the service act, of any account.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.infra.options import Row, context, matrix
from tests.infra.synthesis import Template, synthesised

SHARES = 8
NAMES_WHOM = ("aws:SourceArn", "aws:SourceAccount")
# Statements that say it otherwise, by principal and action, and why that is as good.
OTHERWISE: Mapping[tuple[str, str], str] = {
    ("firehose.amazonaws.com", "sts:ExternalId"): "Firehose gives the account's number as the id",
    ("logs.", "kms:EncryptionContext:aws:logs:arn"): "CloudWatch Logs gives the group, which has the account in it",
    ("events.amazonaws.com", "kms:EncryptionContext:aws:sqs:arn"): "SQS gives the queue, which has the account in it",
}
# Roles that a service assumes without telling for whom. It does so for what a principal of the role's own account has
# passed it, and nobody can pass a role of another account: iam:PassRole ends at the account.
# Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
PASSED = {
    "lambda.amazonaws.com": "the guide gives no condition that Lambda meets when it assumes an execution role",
    "sns.amazonaws.com": "the guide gives none for the role of a subscription",
}


def unconditional(template: Template) -> Iterator[str]:
    """What a service may do for anybody, by the resource that says so."""
    for name, resource in template.get("Resources", {}).items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::Permission":
            by_service = "Service" in str(properties["Principal"]) or ".amazonaws.com" in str(properties["Principal"])
            if by_service and not {"SourceArn", "SourceAccount"} & properties.keys():
                yield f"{name}: {properties['Principal']}"
            continue
        for statement in statements(properties):
            if not is_bound(resource["Type"], statement):
                yield f"{name}: {json.dumps(statement['Principal'])} may {statement['Action']}"


def statements(value: Any) -> Iterator[dict[str, Any]]:
    """Every statement, however deep, that allows a service something; also one that allows it to everybody."""
    match value:
        case {"Effect": "Allow", "Principal": {"Service": _} | {"AWS": "*"} | "*"}:
            yield value
        case dict():
            for inner in value.values():
                yield from statements(inner)
        case list():
            for inner in value:
                yield from statements(inner)


def is_bound(kind: str, statement: Mapping[str, Any]) -> bool:
    principal, condition = json.dumps(statement["Principal"]), json.dumps(statement.get("Condition", {}))
    if any(name in condition for name in NAMES_WHOM):
        return True
    if any(service in principal and key in condition for service, key in OTHERWISE):
        return True
    return kind == "AWS::IAM::Role" and any(f'"{service}"' in principal for service in PASSED)


def found(rows: list[Row]) -> set[str]:
    return {
        f"{stack}/{said}"
        for row in rows
        for stack, template in synthesised(context(row)).items()
        for said in unconditional(template)
    }


@pytest.mark.slow
def test_no_service_is_allowed_anything_for_another_account() -> None:
    """The defaults, everything, and everything with each choice of a key, which changes who may do what."""
    known = matrix()
    everything = known.everything
    assert found([known.rows[0], everything, {**everything, "kms_key": "create"}]) == set()


@pytest.mark.prove
@pytest.mark.parametrize("share", range(SHARES))
def test_no_service_is_allowed_anything_for_another_account_in_any_deployment(share: int) -> None:
    rows = matrix().rows
    assert len(rows) > 40
    assert found(rows[share::SHARES]) == set()


@pytest.mark.parametrize("condition", [{}, {"StringEquals": {"aws:PrincipalTag/team": "lake"}}])
def test_a_statement_for_a_service_that_names_nobody_is_found(condition: Mapping[str, Any]) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Condition": condition,
    }
    queue = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": {"Statement": [statement]}}}
    assert list(unconditional({"Resources": {"Open": queue}})) == [
        'Open: {"Service": "events.amazonaws.com"} may sqs:SendMessage'
    ]


def test_a_function_that_any_service_may_call_is_found() -> None:
    permission = {"Type": "AWS::Lambda::Permission", "Properties": {"Principal": "s3.amazonaws.com"}}
    assert list(unconditional({"Resources": {"Open": permission}})) == ["Open: s3.amazonaws.com"]
