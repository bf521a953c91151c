"""Everything a deployer decides.

Top-level fields concern every stack. Each section is one stack's. `settings` are the hub's own, by the names of
orchestrator/settings.py: they are checked here, at synthesis, and given to the functions as their environment.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from infra.aws.settings.context import ours
from infra.aws.settings.hub import Hub
from infra.aws.settings.hub_checks import hub_faults
from infra.aws.settings.knowledge import Knowledge
from infra.aws.settings.lake import Lake, lake_faults
from infra.aws.settings.quicksight import QuickSight
from infra.aws.settings.reading import read
from infra.aws.settings.region_checks import region_faults
from infra.aws.settings.regions import default_model
from infra.aws.settings.room import too_much
from infra.aws.settings.sending import Sending, sending_faults
from infra.aws.settings.sources import Sources
from infra.aws.settings.watch import Watch
from orchestrator.answerers.bedrock.settings import BedrockSettings
from orchestrator.answerers.settings import AnsweringSettings
from orchestrator.errors import ConfigurationError
from orchestrator.sections import changed
from orchestrator.settings import RedactionSettings, Settings

# What the stacks know and a deployer cannot choose: of every function of the hub's kind, of the hub's, of sending's.
_GIVEN_TO_ALL = frozenset(
    {
        "account_id",
        "conversation_key_secret",
        "email_configuration_set",
        "sms_configuration_set",
        "stage",
        "table_name",
    }
)
GIVEN_TO_HUB = _GIVEN_TO_ALL | {"inbound_url", "wake_ups_url"}
GIVEN_TO_SENDING = _GIVEN_TO_ALL | {"sends_url", "progress_url"}
NAMED_IN_SENDING = {  # settings that a section of a deployment's fills in
    "send_email_from": "sending.mail_address",
    "send_sms_from": "sending.sms_identity",
    "send_whatsapp_from": "sending.whatsapp_number",
}
GIVEN = GIVEN_TO_HUB | GIVEN_TO_SENDING
OF_ONE_MACHINE = frozenset({"fates", "meaning", "openai_base_url", "openai_key", "openai_key_file", "openai_model"})


class DeploymentSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment: a stage in an account and region."""

    stage: Annotated[
        str,
        Meta(
            description="name of the deployment, in the names of its stacks; several can share an account",
            pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",  # Bedrock's names take no two hyphens together
            max_length=20,
        ),
    ] = "dev"
    account: Annotated[
        str, Meta(description="account to deploy to; empty: the credentials'", pattern=r"^(\d{12})?$")
    ] = ""
    region: Annotated[
        str, Meta(description="region to deploy to; empty: the credentials'", pattern=r"^([a-z]{2}(-[a-z]+)+-\d)?$")
    ] = ""
    tags: Annotated[dict[str, str], Meta(description="tags of every resource, besides `parley:stage`")] = {}
    when_destroyed: Annotated[
        Literal["retain", "delete"],
        Meta(description="whether data (buckets, tables, secrets, keys) outlives `make destroy`"),
    ] = "retain"
    log_retention_days: Annotated[
        Literal[
            1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
        ],
        Meta(description="days that the functions' logs are kept"),
    ] = 30
    kms_key: Annotated[
        str,
        Meta(
            description="what encrypts data at rest: empty, keys that AWS owns; `create`, a key of the deployment's"
            " own; or the ARN of a key, whose policy must then let the services use it",
            pattern=r"^(create|arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/.+)?$",
            examples=["create", "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"],
        ),
    ] = ""
    permissions_boundary: Annotated[
        str,
        Meta(
            description="ARN of a managed policy that bounds every role",
            pattern=r"^(arn:aws[a-z-]*:iam::(\d{12}|aws):policy/.+)?$",
            examples=["arn:aws:iam::111122223333:policy/boundary"],
        ),
    ] = ""
    lake: Lake = Lake()
    sources: Sources = Sources()
    hub: Hub = Hub()
    sending: Sending = Sending()
    knowledge: Knowledge = Knowledge()
    watch: Watch = Watch()
    quicksight: QuickSight = QuickSight()
    settings: Settings = Settings(
        answering=AnsweringSettings(answerers=("language_model",)),
        bedrock=BedrockSettings(model_id=default_model("")),
    )

    @classmethod
    def read(cls, context: Mapping[str, object]) -> "DeploymentSettings":
        """The deployment that CDK's context describes. Raises `ConfigurationError` naming everything that is wrong."""
        faults: list[str] = []
        told = ours(context)
        deployment = _with_model(read(cls(), told, faults), told)
        faults += _together(deployment, context)
        if faults:
            raise ConfigurationError(
                "cdk.json, or -c, has settings that cannot be used:\n" + "\n".join(f"  {fault}" for fault in faults)
            )
        return deployment


def _with_model(deployment: DeploymentSettings, told: Mapping[str, object]) -> DeploymentSettings:
    """With the default model by the id that it has in the region, where the deployer names none."""
    chosen = told.get("settings")
    if isinstance(chosen, Mapping) and chosen.get("model_id"):
        return deployment
    settings = changed(deployment.settings, model_id=default_model(deployment.region))
    return msgspec.structs.replace(deployment, settings=settings)


def _together(deployment: DeploymentSettings, context: Mapping[str, object]) -> list[str]:
    """What is wrong with settings that are right each for itself."""
    chosen = ours(context).get("settings")
    given = GIVEN & set(chosen if isinstance(chosen, Mapping) else ())
    faults = [f"settings.{name}: the stacks fill it in; leave it out" for name in sorted(given)]
    faults += [
        f"settings.{name}: is for one machine; on AWS Bedrock's models answer, and providers are real: leave it out"
        for name in sorted(OF_ONE_MACHINE & set(chosen if isinstance(chosen, Mapping) else ()))
    ]
    faults += [
        f"settings.{name}: name it as {named}, which gives the right to it too"
        for name, named in NAMED_IN_SENDING.items()
        if isinstance(chosen, Mapping) and name in chosen
    ]
    faults += _about_knowledge(deployment)
    faults += _about_redaction(deployment.settings.redaction)
    faults += too_much(deployment.settings.redaction)
    faults += lake_faults(deployment.lake)
    faults += region_faults(deployment)
    if deployment.hub.deployed:
        faults += hub_faults(deployment.hub, _with_stand_ins(deployment))
    faults += sending_faults(deployment.sending, deployment.hub, deployment.settings)
    return faults + _about_whatsapp(deployment.sources)


def _about_whatsapp(sources: Sources) -> list[str]:
    faults = []
    if sources.whatsapp_accounts and not sources.whatsapp:
        faults.append("sources.whatsapp_accounts: set sources.whatsapp=true too")
    if sources.whatsapp and not (sources.whatsapp_accounts or sources.whatsapp_topic):
        faults.append(
            "sources.whatsapp: nothing reports here; name sources.whatsapp_accounts, or sources.whatsapp_topic"
        )
    if sources.whatsapp_accounts and sources.whatsapp_topic:
        faults.append("sources.whatsapp_accounts: report to sources.whatsapp_topic already; leave one of them out")
    return faults


def _about_knowledge(deployment: DeploymentSettings) -> list[str]:
    knowledge, answerers = deployment.knowledge, deployment.settings.answering.answerers
    faults = []
    if knowledge.harness and not knowledge.created:
        faults.append("knowledge.harness: answers from the knowledge base; set knowledge.created=true too")
    if knowledge.harness and "agentcore" not in answerers:
        faults.append("knowledge.harness: nobody asks it; add agentcore to settings.answerers")
    if knowledge.created and not knowledge.harness and "knowledge_base" not in answerers:
        faults.append("knowledge.created: nobody asks it; add knowledge_base to settings.answerers")
    return faults


def _about_redaction(settings: RedactionSettings) -> list[str]:
    if not settings.pseudonym_key:
        return []
    faults = []
    if settings.redaction == "off":
        faults.append("settings.pseudonym_key: has no effect while settings.redaction is off; choose patterns, say")
    if not settings.pseudonym_key.startswith("arn:"):
        faults.append("settings.pseudonym_key: put the key into Secrets Manager, and its ARN here")
    return faults


def _with_stand_ins(deployment: DeploymentSettings) -> Settings:
    """The hub's settings with something in the place of what the knowledge stack will fill in."""
    settings, knowledge = deployment.settings, deployment.knowledge
    if not settings.bedrock.model_id:  # as the default does not answer in the region, which is said already
        settings = changed(settings, model_id="none")
    if knowledge.created:
        settings = changed(settings, knowledge_base_id="0" * 10, knowledge_base_model_arn="arn")
    if knowledge.harness:
        settings = changed(settings, agentcore_harness_arn="arn:aws:bedrock-agentcore:harness/h")
    return settings
