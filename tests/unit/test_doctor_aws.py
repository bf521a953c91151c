"""`parley doctor --aws`: every outcome of every check, on accounts that answer as AWS documents it."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import boto3
import dns.resolver
import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from click.testing import CliRunner

from infra.cli.main import parley
from infra.local.providers.requests import refusal
from infra.operating.aws_questions import Asking, DeniedError, pages
from infra.operating.checks.every import CHECKS, examined
from infra.operating.checks.finding import Finding
from infra.operating.checks.receiving_mail import NoAnswerError, mail_exchangers
from infra.operating.checks.subject import Subject
from infra.operating.stage import Stage
from infra.outputs import (
    HubOutputs,
    KnowledgeOutputs,
    LakeOutputs,
    Outputs,
    SourcesOutputs,
    WatchOutputs,
    stack_name,
    to_publish,
)
from tests.fakes.account import (
    ACCOUNT,
    MODEL,
    REGION,
    FakeAccount,
    Reply,
    absent,
    availability,
    mail_account,
    mail_identity,
    model_details,
    number,
    quota,
    receipt_rules,
    subscription,
    waba,
    waba_number,
)
from tests.stage_kit import an_account

ENVIRON = {
    "PARLEY_ANSWERERS": "language_model",
    "PARLEY_MODEL_ID": MODEL,
    "PARLEY_EMAIL_ADDRESSES": "help@lamps.example",
}
SES = f"inbound-smtp.{REGION}.amazonaws.com"
PROFILE = f"us.{MODEL}"
LAKE = LakeOutputs(
    events_stream_name="events",
    conversations_stream_name="conversations",
    lake_uri="s3://lake/lake",
    errors_uri="s3://lake/errors",
    results_uri="s3://lake/results",
    templates_uri="s3://templates/",
    database_name="parley",
    workgroup_name="parley",
    transformer_function_name="transformer",
)
HUB = HubOutputs(
    inbound_queue_url="https://queue/inbound",
    inbound_dead_letters_url="https://queue/inbound-dead",
    wake_ups_queue_url="https://queue/wake-ups.fifo",
    wake_ups_dead_letters_url="https://queue/dead.fifo",
    conversations_table_name="conversations",
    conversation_key_secret="key",
    ingress_function_name="ingress",
    converse_function_name="converse",
    sms_topic_arn=f"arn:aws:sns:{REGION}:{ACCOUNT}:sms",
    whatsapp_topic_arn=f"arn:aws:sns:{REGION}:{ACCOUNT}:whatsapp",
    mail_uri="s3://mail/in",
)
SOURCES = SourcesOutputs(dead_letters_url="https://queue/dead", email_configuration_set="parley-prod")
WATCH = WatchOutputs(alarms_topic_arn=f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms", dashboard_name="parley-prod-watch")


def deployed(*stacks: Outputs, **status: str) -> dict[str, Any]:
    """What CloudFormation and Lambda tell of a stage with these stacks; `status` by the last part of a stack's name."""
    by_name = {stack_name(type(each), "prod"): each for each in stacks}

    def describe(request: Any) -> Any:
        name = request["StackName"]
        if name not in by_name:
            return refusal("DescribeStacks", "ValidationError", f"Stack with id {name} does not exist")
        outputs = [{"OutputKey": each.name, "OutputValue": each.value} for each in to_publish(by_name[name])]
        state = status.get(by_name[name].stack, "UPDATE_COMPLETE")
        return {"Stacks": [{"StackName": name, "CreationTime": 0, "StackStatus": state, "Outputs": outputs}]}

    return {
        "DescribeStacks": describe,
        "GetFunctionConfiguration": {"Environment": {"Variables": ENVIRON}},
    }


def look(
    check: str,
    stage: str = "",
    environ: dict[str, str] | None = None,
    exchangers: Callable[[str], Sequence[str]] = lambda _: [SES],
    **replies: Any,
) -> list[Finding]:
    """What one check finds in an account that gives these replies."""
    ask = FakeAccount(**replies)
    subject = Subject(ask, exchangers, REGION, Stage(stage, ask) if stage else None, ENVIRON | (environ or {}))
    return [finding for name, finding in examined(subject) if name == check]


def one(check: str, *arguments: Any, **replies: Any) -> tuple[str, str]:
    """Verdict and both lines of the only finding."""
    (finding,) = look(check, *arguments, **replies)
    return finding.verdict, f"{finding.found} | {finding.next}"


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_account_in_good_order_has_no_problem_and_no_warning() -> None:
    ask = FakeAccount(**deployed(LAKE, SOURCES, HUB, WATCH))
    found = list(examined(Subject(ask, lambda _: [SES], REGION, Stage("prod", ask), {})))
    assert {name for name, _ in found} == {"identity", *CHECKS}
    assert [each for each in found if each[1].verdict in {"warning", "problem"}] == []
    assert sum(finding.verdict == "ok" for _, finding in found) > 14


def test_without_a_stage_the_environments_settings_are_checked() -> None:
    ask = FakeAccount()
    found = list(examined(Subject(ask, lambda _: [SES], REGION, None, ENVIRON)))
    assert [each for each in found if each[1].verdict in {"warning", "problem"}] == []
    assert "cloudformation.DescribeStacks" not in ask.asked


def operations_asked() -> set[str]:
    ask = FakeAccount(
        **deployed(LAKE, SOURCES, HUB, WATCH),
        GetInferenceProfile=profile(),
        GetKnowledgeBase=absent("GetKnowledgeBase"),
        GetHarness=absent("GetHarness"),
        GetAgentAlias=absent("GetAgentAlias"),
        GetApplication=absent("GetApplication"),
    )
    environ = ENVIRON | EVERY_ANSWERER
    list(examined(Subject(ask, lambda _: [SES], REGION, None, environ)))
    list(examined(Subject(ask, lambda _: [SES], REGION, Stage("prod", ask), {})))
    return {operation.partition(".")[2] for operation in ask.asked}


EVERY_ANSWERER = {
    "PARLEY_ANSWERERS": "language_model,knowledge_base,agentcore,bedrock_agent,qbusiness",
    "PARLEY_MODEL_ID": PROFILE,
    "PARLEY_KNOWLEDGE_BASE_ID": "ABCDEFGHIJ",
    "PARLEY_AGENTCORE_HARNESS_ARN": f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:harness/shop-abcdefghij",
    "PARLEY_BEDROCK_AGENT_ID": "ABCDEFGHIJ",
    "PARLEY_BEDROCK_AGENT_ALIAS_ID": "ABCDEFGHIK",
    "PARLEY_QBUSINESS_APPLICATION_ID": "01234567-89ab-cdef-0123-456789abcdef",
}


def test_every_call_only_reads() -> None:
    asked = operations_asked()
    assert len(asked) > 20
    assert all(operation.startswith(("Describe", "Get", "List")) for operation in asked)


def test_what_does_more_than_read_is_not_called() -> None:
    with pytest.raises(ValueError, match="DeletePhoneNumber does more than read"):
        Asking()("pinpoint-sms-voice-v2", "DeletePhoneNumber")


def test_a_check_that_fails_stops_no_other() -> None:
    ask = FakeAccount(
        DescribePhoneNumbers=EndpointConnectionError(endpoint_url="https://sms-voice"),
        GetAccount=DeniedError("ses:GetAccount"),
        DescribeActiveReceiptRuleSet=refusal("DescribeActiveReceiptRuleSet", "InternalFailure", "oh", status=500),
    )
    found = list(examined(Subject(ask, lambda _: [SES], REGION, None, ENVIRON)))
    assert {name for name, _ in found} == {"identity", *CHECKS}
    troubled = {name: finding.verdict for name, finding in found if finding.verdict in {"warning", "problem"}}
    assert troubled == {"phone numbers": "problem", "mail account": "warning", "receipt rules": "problem"}


@pytest.mark.parametrize("check", CHECKS)
def test_a_denied_call_names_the_permission_that_is_missing(check: str) -> None:
    class Denying(FakeAccount):
        def __call__(self, service: str, operation_name: str, /, **request: object) -> Any:
            if operation_name == "GetCallerIdentity":
                return super().__call__(service, operation_name, **request)
            raise DeniedError(f"{service}:{operation_name}")

    ask = Denying()
    subject = Subject(ask, lambda _: [SES], REGION, Stage("prod", ask), {})
    found = [finding for name, finding in examined(subject) if name == check]
    assert all(re.search(r"[a-z0-9-]+:(Describe|Get|List)\w+ is not allowed", finding.found) for finding in found)
    assert {finding.verdict for finding in found} <= {"warning", "problem"}


def test_without_credentials_one_line_says_so() -> None:
    subject = Subject(FakeAccount(GetCallerIdentity=NoCredentialsError()), lambda _: [], REGION, None, ENVIRON)
    (first, rest) = examined(subject)
    assert first[1].verdict == "problem"
    assert "aws sso login" in first[1].next
    assert rest[1].verdict == "not applicable"


def test_credentials_that_have_expired_are_a_problem() -> None:
    expired = refusal("GetCallerIdentity", "ExpiredToken", "The security token included in the request is expired")
    assert one("identity", GetCallerIdentity=expired)[0] == "problem"


def test_a_stage_that_cannot_be_read_is_a_problem_of_each_check_that_needs_it() -> None:
    assert one("model access", "prod", **deployed())[0] == "problem"
    assert "there is no stack parley-prod-lake" in one("model access", "prod", **deployed())[1]
    assert one("functions at once", "prod", **deployed())[0] == "ok"


@pytest.mark.parametrize("check", ["phone numbers", "registrations", "SMS account", "WhatsApp", "mail account"])
def test_a_lake_alone_sends_and_receives_nothing(check: str) -> None:
    verdict, told = one(check, "prod", **deployed(LAKE))
    assert verdict == "not applicable"
    assert "this stage has no hub" in told


# ── stacks and streams ───────────────────────────────────────────────────────────────────────────────────────────────


def test_each_stack_of_a_stage_is_told_of() -> None:
    found = look("stacks", "prod", **deployed(LAKE, SOURCES, HUB))
    verdicts = {finding.found.split(":")[0].split()[-1]: finding.verdict for finding in found}
    assert verdicts.pop("parley-prod-lake") == "ok"
    assert verdicts.pop("parley-prod-sources") == "ok"
    assert verdicts.pop("parley-prod-hub") == "ok"
    assert set(verdicts.values()) == {"not applicable"}
    assert stack_name(KnowledgeOutputs, "prod") in verdicts


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("CREATE_COMPLETE", "ok"),
        ("UPDATE_ROLLBACK_COMPLETE", "warning"),
        ("UPDATE_IN_PROGRESS", "warning"),
        ("ROLLBACK_COMPLETE", "problem"),
        ("UPDATE_ROLLBACK_FAILED", "problem"),
        ("DELETE_FAILED", "problem"),
    ],
)
def test_a_stacks_state_is_judged(status: str, verdict: str) -> None:
    (found,) = [each for each in look("stacks", "prod", **deployed(LAKE, HUB, hub=status)) if "-hub" in each.found]
    assert found.verdict == verdict
    assert status in found.found


def test_without_a_lake_there_is_nothing_deployed() -> None:
    missing = look("stacks", "prod", **deployed())[0]
    assert (missing.verdict, missing.next) == ("problem", "make deploy STAGE=prod")
    assert one("stacks") == ("not applicable", "no stage is named | parley --stage NAME doctor --aws")


def test_a_stream_that_is_not_active_is_a_problem() -> None:
    assert [finding.verdict for finding in look("streams", "prod", **deployed(LAKE))] == ["ok", "ok"]
    assert one("streams")[0] == "not applicable"
    suspended = FakeAccount()("firehose", "DescribeDeliveryStream", DeliveryStreamName="events")
    suspended["DeliveryStreamDescription"]["DeliveryStreamStatus"] = "CREATING_FAILED"
    found = look("streams", "prod", **deployed(LAKE), DescribeDeliveryStream=suspended)
    assert [finding.verdict for finding in found] == ["problem", "problem"]


@pytest.mark.parametrize(("count", "verdict"), [("0", "ok"), ("3", "problem")])
def test_dead_letters_are_a_problem(count: str, verdict: str) -> None:
    attributes = {"Attributes": {"ApproximateNumberOfMessages": count}}
    found = look("dead letters", "prod", **deployed(LAKE, SOURCES, HUB), GetQueueAttributes=attributes)
    assert [finding.verdict for finding in found] == [verdict] * 3
    assert one("dead letters")[0] == "not applicable"


def test_an_alarm_that_rings_is_a_problem_and_named() -> None:
    ringing = {"MetricAlarms": [{"AlarmName": "parley-prod-watch-RowsRejected12345678-X", "StateValue": "ALARM"}]}
    found = look("alarms", "prod", **deployed(LAKE, WATCH), DescribeAlarms=ringing)
    assert [finding.verdict for finding in found] == ["problem", "ok"]
    assert found[0].found == "ringing: RowsRejected12345678-X"


@pytest.mark.parametrize(
    ("subscriptions", "told"),
    [([], "nobody is told"), ([subscription("PendingConfirmation")], "ana@lamps.example is not told of alarms yet")],
)
def test_alarms_that_nobody_hears_are_a_warning(subscriptions: list[Any], told: str) -> None:
    found = look("alarms", "prod", **deployed(LAKE, WATCH), ListSubscriptionsByTopic={"Subscriptions": subscriptions})
    assert [finding.verdict for finding in found] == ["ok", "warning"]
    assert told in found[1].found


def test_a_stage_without_alarms_has_none_to_check() -> None:
    assert one("alarms", "prod", **deployed(LAKE)) == ("not applicable", "this stage has no alarms | ")
    assert one("alarms")[0] == "not applicable"


# ── models ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def profile(*models: str) -> dict[str, Any]:
    arns = [f"arn:aws:bedrock:{region}::foundation-model/{MODEL}" for region in ("us-east-1", "us-west-2")]
    return {
        "inferenceProfileName": "US Nova Lite",
        "inferenceProfileArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/{PROFILE}",
        "inferenceProfileId": PROFILE,
        "models": [{"modelArn": arn} for arn in (models or arns)],
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    }


def test_a_model_that_can_be_called_is_ok() -> None:
    assert one("model access") == ("ok", f"{MODEL} can be called | ")


@pytest.mark.parametrize("name", [PROFILE, f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/abc"])
def test_the_models_behind_a_profile_are_checked_each_once(name: str) -> None:
    environ = {"PARLEY_MODEL_ID": name}
    on_profile_only = model_details(inferenceTypesSupported=["PROVISIONED"])
    verdict, told = one("model access", "", environ, GetInferenceProfile=profile(), GetFoundationModel=on_profile_only)
    assert (verdict, told) == ("ok", f"{MODEL} can be called | ")


@pytest.mark.parametrize(
    ("reply", "verdict", "told"),
    [
        (availability(regionAvailability="NOT_AVAILABLE"), "problem", "not offered in us-east-1"),
        (availability(authorizationStatus="NOT_AUTHORIZED"), "problem", "service control policy"),
        (availability("ERROR"), "problem", "its agreement failed"),
        (availability("PENDING"), "warning", "15 minutes"),
        (availability("NOT_AVAILABLE"), "warning", "aws-marketplace:Subscribe"),
        (availability(entitlementAvailability="NOT_AVAILABLE"), "warning", "aws-marketplace:Subscribe"),
    ],
)
def test_what_stands_in_a_models_way_is_named(reply: Reply, verdict: str, told: str) -> None:
    found = one("model access", GetFoundationModelAvailability=reply)
    assert found[0] == verdict
    assert told in found[1]


def test_a_model_that_needs_a_profile_says_which() -> None:
    verdict, told = one("model access", GetFoundationModel=model_details(inferenceTypesSupported=["PROVISIONED"]))
    assert verdict == "problem"
    assert f"it ends in .{MODEL}" in told


def test_a_model_that_is_going_away_says_when() -> None:
    lifecycle = {"status": "LEGACY", "endOfLifeTime": 0}
    verdict, told = one("model access", GetFoundationModel=model_details(modelLifecycle=lifecycle))
    assert verdict == "warning"
    assert "choose another model" in told


def test_anthropics_form_is_missed_for_anthropics_models_only() -> None:
    missing = absent("GetUseCaseForModelAccess")
    claude = {"PARLEY_MODEL_ID": "anthropic.claude-haiku-4-5-20251001-v1:0"}
    verdict, told = one("model access", "", claude, GetUseCaseForModelAccess=missing)
    assert verdict == "problem"
    assert "put-use-case-for-model-access" in told
    assert one("model access", "", claude)[0] == "ok"
    assert one("model access", GetUseCaseForModelAccess=missing)[0] == "ok"


def test_a_model_that_bedrock_does_not_know_is_a_problem() -> None:
    unknown = refusal("GetFoundationModel", "ValidationException", "The provided model identifier is invalid.")
    assert one("model access", GetFoundationModel=unknown)[0] == "problem"
    environ = {"PARLEY_MODEL_ID": PROFILE}
    assert one("model access", "", environ, GetInferenceProfile=absent("GetInferenceProfile"))[0] == "problem"


def test_a_model_of_ones_own_and_no_model_need_no_access() -> None:
    own = {"PARLEY_MODEL_ID": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:imported-model/abc"}
    assert one("model access", "", own)[0] == "not applicable"
    assert one("model access", "", {"PARLEY_ANSWERERS": "documents"})[0] == "not applicable"


def test_a_knowledge_bases_model_is_checked_too() -> None:
    arn = f"arn:aws:bedrock:{REGION}::foundation-model/amazon.nova-pro-v1:0"
    environ = {"PARLEY_ANSWERERS": "knowledge_base", "PARLEY_KNOWLEDGE_BASE_MODEL_ARN": arn}
    assert one("model access", "", environ) == ("ok", "amazon.nova-pro-v1:0 can be called | ")


# ── agents and knowledge ─────────────────────────────────────────────────────────────────────────────────────────────


def runtime(status: str) -> dict[str, Any]:
    return {
        "agentRuntimeArn": f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/shop-abcdefghij",
        "agentRuntimeName": "shop",
        "agentRuntimeId": "shop-abcdefghij",
        "agentRuntimeVersion": "1",
        "createdAt": 0,
        "lastUpdatedAt": 0,
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/r",
        "status": status,
        "lifecycleConfiguration": {"idleRuntimeSessionTimeout": 900, "maxLifetime": 28800},
    }


def test_an_agent_is_ready_or_a_problem() -> None:
    environ = {
        "PARLEY_ANSWERERS": "agentcore",
        "PARLEY_AGENTCORE_RUNTIME_ARN": f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/shop-abcdefghij",
    }
    assert one("agents and knowledge", "", environ, GetAgentRuntime=runtime("READY"))[0] == "ok"
    assert one("agents and knowledge", "", environ, GetAgentRuntime=runtime("UPDATING"))[0] == "problem"
    verdict, told = one("agents and knowledge", "", environ, GetAgentRuntime=absent("GetAgentRuntime"))
    assert verdict == "problem"
    assert "there is no runtime arn:" in told


def test_everything_that_is_asked_is_looked_at() -> None:
    missing: dict[str, Any] = {
        name: absent(name) for name in ("GetKnowledgeBase", "GetHarness", "GetAgentAlias", "GetApplication")
    }
    found = look("agents and knowledge", "", EVERY_ANSWERER, **missing, GetInferenceProfile=profile())
    assert [finding.verdict for finding in found] == ["problem"] * 4
    assert one("agents and knowledge")[0] == "not applicable"


# ── quotas ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("limit", "verdict"), [(1000, "ok"), (100, "ok"), (10, "warning")])
def test_a_new_accounts_few_functions_are_a_warning(limit: int, verdict: str) -> None:
    settings = {"AccountLimit": {"ConcurrentExecutions": limit}}
    assert one("functions at once", GetAccountSettings=settings)[0] == verdict


@pytest.mark.parametrize(("tokens", "verdict"), [(200_000.0, "ok"), (4_000.0, "warning")])
def test_few_tokens_a_minute_are_a_warning(tokens: float, verdict: str) -> None:
    name = "On-demand InvokeModel tokens per minute for Amazon Nova Lite"
    assert one("model quota", ListServiceQuotas=quota(name, tokens))[0] == verdict


def test_a_profile_has_a_quota_of_its_own_and_a_model_may_have_none() -> None:
    environ = {"PARLEY_MODEL_ID": PROFILE}
    name = "Cross-region InvokeModel tokens per minute for Amazon Nova Lite"
    on_profile: dict[str, Any] = {"GetInferenceProfile": profile(), "ListServiceQuotas": quota(name, 1.0)}
    assert one("model quota", "", environ, **on_profile)[0] == "warning"
    assert one("model quota", **on_profile)[0] == "not applicable"
    assert one("model quota", "", {"PARLEY_ANSWERERS": "documents"})[0] == "not applicable"


# ── SMS ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("members", "verdict", "told"),
    [
        ({}, "ok", "its messages go to arn:aws:sns:us-east-1:123456789012:sms"),
        ({"TwoWayEnabled": False}, "warning", "put phone-1 into hub.sms_numbers"),
        ({"TwoWayChannelArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:other"}, "warning", "which is not this stage"),
        ({"Status": "PENDING"}, "warning", "PENDING"),
        ({"NumberType": "SIMULATOR"}, "warning", "simulated numbers only"),
        ({"NumberCapabilities": ["VOICE"]}, "not applicable", "knows no SMS"),
    ],
)
def test_a_number_is_judged(members: dict[str, Any], verdict: str, told: str) -> None:
    replies: dict[str, Any] = {**deployed(LAKE, HUB), "DescribePhoneNumbers": {"PhoneNumbers": [number(**members)]}}
    found = one("phone numbers", "prod", **replies)
    assert found[0] == verdict
    assert told in found[1]


def test_an_unregistered_american_number_is_blocked() -> None:
    unregistered = number()
    del unregistered["RegistrationId"]
    assert one("phone numbers", DescribePhoneNumbers={"PhoneNumbers": [unregistered]})[0] == "problem"
    elsewhere = {**unregistered, "IsoCountryCode": "GB", "NumberType": "LONG_CODE"}
    assert one("phone numbers", DescribePhoneNumbers={"PhoneNumbers": [elsewhere]})[0] == "ok"


def test_without_a_stage_any_topic_will_do_and_no_number_is_no_fault() -> None:
    other = number(TwoWayChannelArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:other")
    assert one("phone numbers", DescribePhoneNumbers={"PhoneNumbers": [other]})[0] == "ok"
    assert one("phone numbers", DescribePhoneNumbers={"PhoneNumbers": []})[0] == "not applicable"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("COMPLETE", "ok"), ("REVIEWING", "warning"), ("REQUIRES_UPDATES", "problem"), ("CLOSED", "not applicable")],
)
def test_a_registration_is_judged(status: str, verdict: str) -> None:
    registration = {
        "RegistrationArn": f"arn:aws:sms-voice:{REGION}:{ACCOUNT}:registration/registration-1",
        "RegistrationId": "registration-1",
        "RegistrationType": "US_TOLL_FREE_REGISTRATION",
        "RegistrationStatus": status,
        "CurrentVersionNumber": 1,
        "CreatedTimestamp": 0,
    }
    assert one("registrations", DescribeRegistrations={"Registrations": [registration]})[0] == verdict


def test_the_sms_sandbox_and_a_dollar_a_month_are_warnings() -> None:
    tier = {"AccountAttributes": [{"Name": "ACCOUNT_TIER", "Value": "SANDBOX"}]}
    limit = {"Name": "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT", "EnforcedLimit": 1, "MaxLimit": 1, "Overridden": False}
    found = look("SMS account", DescribeAccountAttributes=tier, DescribeSpendLimits={"SpendLimits": [limit]})
    assert [finding.verdict for finding in found] == ["warning", "warning"]
    assert "request a higher quota first" in found[1].next
    raised = {**limit, "MaxLimit": 100}
    assert "limit-override" in look("SMS account", DescribeSpendLimits={"SpendLimits": [raised]})[1].next


# ── WhatsApp ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("members", "verdict", "told"),
    [
        ({}, "ok", "reports to arn:aws:sns:us-east-1:123456789012:whatsapp"),
        ({"registrationStatus": "INCOMPLETE"}, "problem", "INCOMPLETE"),
        ({"eventDestinations": []}, "warning", "put waba-1 into sources.whatsapp_accounts"),
        (
            {"eventDestinations": [{"eventDestinationArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:other"}]},
            "warning",
            "which is not this stage",
        ),
    ],
)
def test_a_whatsapp_account_is_judged(members: dict[str, Any], verdict: str, told: str) -> None:
    listed = {"linkedAccounts": [waba(**members)]}
    account = look("WhatsApp", "prod", **deployed(LAKE, HUB), ListLinkedWhatsAppBusinessAccounts=listed)[0]
    assert account.verdict == verdict
    assert told in f"{account.found} | {account.next}"


@pytest.mark.parametrize(("quality", "verdict"), [("GREEN", "ok"), ("", "ok"), ("RED", "warning")])
def test_metas_opinion_of_a_number_is_told(quality: str, verdict: str) -> None:
    account = {"account": {**waba(), "phoneNumbers": [waba_number(qualityRating=quality)]}}
    assert look("WhatsApp", GetLinkedWhatsAppBusinessAccount=account)[1].verdict == verdict


def test_no_whatsapp_account_is_no_fault() -> None:
    assert one("WhatsApp", ListLinkedWhatsAppBusinessAccounts={"linkedAccounts": []})[0] == "not applicable"


# ── mail ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("members", "verdicts"),
    [
        ({}, ["ok"]),
        ({"ProductionAccessEnabled": False}, ["warning", "ok"]),
        ({"SendingEnabled": False}, ["problem", "ok"]),
        ({"EnforcementStatus": "SHUTDOWN"}, ["problem", "ok"]),
        ({"EnforcementStatus": "PROBATION"}, ["warning", "ok"]),
        ({"SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 160.0}}, ["warning"]),
        ({"SendQuota": {"Max24HourSend": -1.0, "MaxSendRate": 1.0, "SentLast24Hours": 160.0}}, ["ok"]),
    ],
)
def test_the_mail_account_is_judged(members: dict[str, Any], verdicts: list[str]) -> None:
    assert [finding.verdict for finding in look("mail account", GetAccount=mail_account(**members))] == verdicts


@pytest.mark.parametrize(
    ("members", "verdicts"),
    [
        ({}, ["ok"]),
        ({"VerifiedForSendingStatus": False, "VerificationStatus": "PENDING"}, ["problem"]),
        ({"DkimAttributes": {"SigningEnabled": True, "Status": "PENDING"}}, ["warning"]),
        (
            {
                "MailFromAttributes": {
                    "MailFromDomain": "bounce.lamps.example",
                    "MailFromDomainStatus": "FAILED",
                    "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
                }
            },
            ["ok", "warning"],
        ),
    ],
)
def test_a_mail_identity_is_judged(members: dict[str, Any], verdicts: list[str]) -> None:
    found = look("mail identities", GetEmailIdentity=mail_identity(**members))
    assert [finding.verdict for finding in found] == verdicts


def test_an_address_may_be_verified_in_place_of_its_domain() -> None:
    unknown = absent("GetEmailIdentity", "NotFoundException")

    def only_the_address(request: Any) -> Any:
        return mail_identity() if "@" in request["EmailIdentity"] else unknown

    assert one("mail identities", GetEmailIdentity=only_the_address)[1].startswith("help@lamps.example: verified")
    verdict, told = one("mail identities", GetEmailIdentity=unknown)
    assert verdict == "problem"
    assert "aws sesv2 create-email-identity --email-identity lamps.example" in told


@pytest.mark.parametrize(
    ("hosts", "verdict", "told"),
    [
        ([SES], "ok", "its mail comes to SES"),
        ([SES, "mx.other.example"], "ok", "mail may also go to mx.other.example"),
        (["mx.other.example"], "problem", "goes to mx.other.example"),
        (["inbound-smtp.eu-west-1.amazonaws.com"], "problem", f"MX 10 {SES}."),
        ([], "problem", f"publish: lamps.example. MX 10 {SES}."),
    ],
)
def test_an_mx_record_is_judged(hosts: list[str], verdict: str, told: str) -> None:
    found = one("MX records", "", None, lambda _: hosts)
    assert found[0] == verdict
    assert told in found[1]


def test_a_dns_that_does_not_answer_says_nothing_about_the_domain() -> None:
    def silent(_domain: str) -> Sequence[str]:
        raise NoAnswerError("the DNS did not answer: timed out")

    assert one("MX records", "", None, silent)[0] == "warning"


@pytest.mark.parametrize(
    ("members", "verdict", "told"),
    [
        ({}, "ok", "taken by rule parley of rules"),
        ({"Recipients": []}, "ok", "taken"),
        ({"Recipients": ["HELP@lamps.example"]}, "ok", "taken"),
        ({"Recipients": [".example"]}, "ok", "taken"),
        ({"Recipients": ["other.example"]}, "problem", "no rule of rules takes its mail"),
        ({"Enabled": False}, "problem", "is off"),
        ({"Actions": [{"StopAction": {"Scope": "RuleSet"}}]}, "problem", "does not feed this stage"),
        ({"ScanEnabled": False}, "warning", "not scanned"),
    ],
)
def test_receipt_rules_are_judged(members: dict[str, Any], verdict: str, told: str) -> None:
    replies: dict[str, Any] = {**deployed(LAKE, HUB), "DescribeActiveReceiptRuleSet": receipt_rules(**members)}
    of_the_address = look("receipt rules", "prod", **replies)[0]
    assert of_the_address.verdict == verdict
    assert told in of_the_address.found


def test_a_rule_that_ends_before_ours_keeps_the_mail_from_it() -> None:
    first = {"Name": "bin", "Enabled": True, "Actions": [{"StopAction": {"Scope": "RuleSet"}}]}
    rules = {**receipt_rules(), "Rules": [first, *receipt_rules()["Rules"]]}
    found = look("receipt rules", "prod", **deployed(LAKE, HUB), DescribeActiveReceiptRuleSet=rules)[0]
    assert found.verdict == "problem"
    assert "rule bin ends before parley" in found.found
    first["Enabled"] = False
    assert look("receipt rules", "prod", **deployed(LAKE, HUB), DescribeActiveReceiptRuleSet=rules)[0].verdict == "ok"


@pytest.mark.parametrize("check", ["mail identities", "MX records", "receipt rules"])
def test_a_stage_that_receives_for_a_whole_domain_has_that_domain_checked(check: str) -> None:
    replies = deployed(LAKE, HUB)
    variables = {**ENVIRON, "PARLEY_EMAIL_ADDRESSES": ""}
    replies["GetFunctionConfiguration"] = {"Environment": {"Variables": variables}}
    verdict, told = one(check, "prod", **replies)
    assert verdict == "ok"
    assert "lamps.example" in told


def test_without_an_active_rule_set_all_mail_is_refused() -> None:
    assert one("receipt rules", DescribeActiveReceiptRuleSet={})[0] == "problem"


@pytest.mark.parametrize("check", ["mail identities", "MX records", "receipt rules"])
def test_without_a_mail_address_there_is_nothing_to_check(check: str) -> None:
    assert one(check, "", {"PARLEY_EMAIL_ADDRESSES": ""})[0] == "not applicable"


class _Exchange:
    def __init__(self, preference: int, exchange: str) -> None:
        self.preference, self.exchange = preference, exchange


def test_mx_records_come_by_preference_and_in_lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(domain: str, kind: str, lifetime: float) -> list[_Exchange]:
        assert (domain, kind) == ("lamps.example", "MX")
        return [_Exchange(20, "second.example."), _Exchange(10, "First.Example.")]

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    assert mail_exchangers("lamps.example") == ["first.example", "second.example"]


@pytest.mark.parametrize("error", [dns.resolver.NXDOMAIN, dns.resolver.NoAnswer])
def test_a_domain_without_mx_record_has_no_exchangers(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def resolve(*_: object, **__: object) -> None:
        raise error()

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    assert mail_exchangers("lamps.example") == []


def test_a_dns_in_trouble_is_told_apart_from_a_missing_record(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> None:
        raise dns.resolver.LifetimeTimeout(timeout=5, errors=[])  # type: ignore[no-untyped-call]

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    with pytest.raises(NoAnswerError, match="the DNS did not answer"):
        mail_exchangers("lamps.example")


# ── asking, and the command ──────────────────────────────────────────────────────────────────────────────────────────


def test_every_page_is_read() -> None:
    def two(request: Any) -> Any:
        last = request.get("NextToken") == "more"
        page: dict[str, Any] = {"PhoneNumbers": [number(PhoneNumberId="phone-2" if last else "phone-1")]}
        return page if last else {**page, "NextToken": "more"}

    ask = FakeAccount(DescribePhoneNumbers=two)
    found = pages(ask, "pinpoint-sms-voice-v2", "DescribePhoneNumbers", "PhoneNumbers")
    assert [each["PhoneNumberId"] for each in found] == ["phone-1", "phone-2"]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with an_account(monkeypatch):
        yield


@pytest.mark.parametrize(
    ("service", "operation", "permission"),
    [
        ("sesv2", "GetAccount", "ses:GetAccount"),
        ("pinpoint-sms-voice-v2", "DescribePhoneNumbers", "sms-voice:DescribePhoneNumbers"),
        (
            "socialmessaging",
            "ListWhatsAppFlows",
            "social-messaging:ListWhatsAppFlows",
        ),
        ("service-quotas", "ListServiceQuotas", "servicequotas:ListServiceQuotas"),
        ("bedrock-agentcore-control", "GetHarness", "bedrock-agentcore:GetHarness"),
    ],
)
def test_a_refusal_becomes_the_permission_as_a_policy_names_it(
    account: None, monkeypatch: pytest.MonkeyPatch, service: str, operation: str, permission: str
) -> None:
    def refuse(_client: object, name: str, _request: object) -> None:
        raise refusal(name, "AccessDeniedException", "not authorized", status=403)

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)
    with pytest.raises(DeniedError, match=f"^{permission}$"):
        Asking()(service, operation)


def run(*words: str) -> Any:
    return CliRunner().invoke(parley, [*words], env={"COLUMNS": "200", **ENVIRON})


def test_the_command_asks_the_account_with_the_callers_credentials(
    account: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = boto3.client("sts").get_caller_identity()["Arn"]
    monkeypatch.setattr("infra.cli.commands.doctor.CHECKS", {})
    result = run("doctor", "--aws", "--format", "json")
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)
    assert row == {"check": "identity", "verdict": "ok", "found": f"{caller} in eu-west-1", "next": ""}


def test_a_problem_is_an_exit_status_and_a_stage_means_the_account(
    account: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.cli.commands.doctor.CHECKS", {"stacks": CHECKS["stacks"]})
    for words in (("doctor", "--aws", "--stage", "nowhere"), ("--stage", "nowhere", "doctor")):
        result = run(*words)
        assert result.exit_code == 1
        assert "there is no stack parley-nowhere-lake in eu-west-1" in result.stdout
        assert "make deploy STAGE=nowhere" in result.stdout
        assert "1 problems" in result.stderr
