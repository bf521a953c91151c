"""What a deployer gets wrong is refused before anything is made: exit status 2, and a sentence with the remedy."""

import pytest

from infra import app
from infra.aws.settings import regions
from infra.aws.settings.context import context
from infra.aws.settings.deployment import DeploymentSettings
from infra.aws.settings.region_checks import region_warnings
from orchestrator.errors import ConfigurationError

MANY = ",".join(f"help{number}@shop.example" for number in range(101))

# What is given, and what the refusal says.
WRONG: dict[str, tuple[list[str], *tuple[str, ...]]] = {
    "a number in place of its id": (["hub.sms_numbers=+14255550100"], "give its id in place of a number"),
    "an id of another kind": (["hub.sms_numbers=waba-1"], "ids of phone numbers (phone-…) or pools"),
    "a list that is no JSON": (['hub.sms_numbers=["phone-1"'], "hub.sms_numbers=", "truncated"),
    "WhatsApp without anybody who reports": (["sources.whatsapp=true"], "name sources.whatsapp_accounts, or"),
    "accounts that nothing listens to": (["sources.whatsapp_accounts=waba-1"], "set sources.whatsapp=true too"),
    "Meta's id of an account": (
        ["sources.whatsapp=true", "sources.whatsapp_accounts=102290129340398"],
        "list-linked-whatsapp-business-accounts tells it",
    ),
    "a queue as WhatsApp's topic": (
        ["sources.whatsapp=true", "sources.whatsapp_topic=arn:aws:sqs:eu-west-1:111122223333:whatsapp"],
        "ARN of an SNS topic",
    ),
    "a WhatsApp number in place of its id": (
        ["hub.whatsapp_numbers=14255550100"],
        "give its id in place of a number: parley doctor --aws",
    ),
    "more recipients than SES takes": (
        [f"hub.mail_recipients={MANY}"],
        "101 are more than a receipt rule of SES takes, 100; name a domain in place of its addresses",
    ),
    "an answerer that needs a machine of its own": (["settings.answerers=documents"], "there is agentcore"),
    "an answerer that is not told what to ask": (
        ["settings.answerers=qbusiness"],
        "qbusiness needs settings.qbusiness_application_id",
    ),
    "a model that does not answer on demand here": (
        ["region=eu-west-1", "settings.model_id=amazon.nova-lite-v1:0"],
        "settings.model_id=eu.amazon.nova-lite-v1:0 does",
    ),
    "a profile of another area": (
        ["region=eu-west-1", "settings.model_id=us.anthropic.claude-sonnet-4-20250514-v1:0"],
        "choose a model or an inference profile that does",
    ),
    "a region without the default model": (
        ["region=eu-central-2"],
        "name another model, or region=eu-south-1, the nearest where it does",
    ),
    "a region that receives no mail": (
        ["region=us-gov-west-1", "hub.mail_recipients=help@shop.example"],
        "hub.mail_recipients: there is no ses-receiving in us-gov-west-1; leave it out",
    ),
    "a region without S3 Vectors": (
        ["region=il-central-1", "knowledge.created=true", "settings.answerers=knowledge_base"],
        "no s3-vectors in il-central-1; leave it out; the nearest region that has all that is asked for: region=eu-",
    ),
    "a region without the harness": (
        ["region=eu-south-1", "knowledge.created=true", "knowledge.harness=true", "settings.answerers=agentcore"],
        "no agentcore-harness in eu-south-1; leave it out",
        "the nearest region that has all that is asked for: region=eu-",
    ),
    "a region without texts": (["region=ap-southeast-5"], "sources.sms: there is no end-user-messaging-sms"),
    "a number that needs a campaign": (
        ["hub.new_sms_number=US:TEN_DLC"],
        "register brand and campaign in End User Messaging",
    ),
    "a key that is no ARN": (["kms_key=alias/shop"], "or the ARN of a key"),
    "a user of QuickSight by name": (["quicksight.principal=analyst"], "ARN of the QuickSight user or group"),
    "sends from a number by itself": (
        ["sending.deployed=true", "sending.sms_identity=+14255550100"],
        "id of the phone number (phone-…) or pool (pool-…)",
    ),
}


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CDK_CONTEXT_JSON", "CDK_DEFAULT_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_context_ends_synthesis_with_2_and_the_remedy(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    given, *said = WRONG[wrong]
    with pytest.raises(SystemExit) as ended:
        app.main([argument for each in given for argument in ("-c", each)])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert all(each in told for each in said), told


@pytest.mark.parametrize(
    ("region", "model"),
    [
        ("eu-west-1", "eu.amazon.nova-lite-v1:0"),
        ("us-east-1", "us.amazon.nova-lite-v1:0"),
        ("ap-south-1", "apac.amazon.nova-lite-v1:0"),
        ("eu-west-2", "amazon.nova-lite-v1:0"),
        ("", "us.amazon.nova-lite-v1:0"),
    ],
)
def test_the_shipped_deployment_asks_its_model_by_an_id_that_answers_in_the_region(region: str, model: str) -> None:
    deployment = DeploymentSettings.read(context({}, [f"region={region}"]))
    assert deployment.settings.bedrock.model_id == model
    assert regions.model_available(model, region or "us-east-1") == "yes"


@pytest.mark.parametrize("variable", ["CDK_DEFAULT_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_is_the_environments_where_none_is_given(variable: str) -> None:
    assert context({variable: "eu-west-1"})["region"] == "eu-west-1"
    assert context({variable: "eu-west-1"}, ["region=us-east-1"])["region"] == "us-east-1"


@pytest.mark.parametrize(
    "told",
    [
        {"hub.deployed": "false"},
        {"settings.answerers": "qbusiness", "settings.qbusiness_application_id": "0" * 36},
    ],
)
def test_a_model_that_nothing_asks_is_needed_nowhere(told: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"settings\.model_id: Nova Lite"):
        DeploymentSettings.read({"region": "eu-central-2"})
    assert region_warnings(DeploymentSettings.read({"region": "eu-central-2", **told})) == []


def test_what_nobody_knows_of_a_region_is_a_warning() -> None:
    told = {
        "region": "ca-west-1",
        "hub.mail_recipients": "help@shop.example",
        "settings.model_id": "global.amazon.nova-x",
    }
    said = region_warnings(DeploymentSettings.read(told))
    assert said == [
        "hub.mail_recipients: whether there is ses-receiving in ca-west-1 is unknown; look at its console first",
        "settings.model_id: whether global.amazon.nova-x answers in ca-west-1 is unknown; ask parley doctor --aws",
    ]
    assert region_warnings(DeploymentSettings.read({"region": "eu-west-1"})) == []


def test_lists_and_mappings_are_read_as_json_too() -> None:
    told = {"hub.sms_numbers": '["phone-1", "pool-2"]', "tags": '{"team": "care"}'}
    deployment = DeploymentSettings.read(told)
    assert deployment.hub.sms_numbers == ("phone-1", "pool-2")
    assert deployment.tags == {"team": "care"}
