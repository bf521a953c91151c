"""What of a deployment its region lacks, and what nobody knows of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from infra.aws.settings import regions

if TYPE_CHECKING:
    from infra.aws.settings.deployment import DeploymentSettings


def region_faults(deployment: "DeploymentSettings") -> list[str]:
    """One line for each setting that asks for what the region lacks, with the nearest region that has all of it."""
    region = deployment.region
    if not region:
        return []
    needed = dict(_needed(deployment))
    lacking = [setting for setting, service in needed.items() if regions.available(service, region) == "no"]
    with_model = _asks_model(deployment)
    elsewhere = regions.nearest(region, needed.values(), with_model=with_model)
    way = f"; the nearest region that has all that is asked for: region={elsewhere}" if elsewhere else ""
    faults = [f"{setting}: there is no {needed[setting]} in {region}; leave it out{way}" for setting in lacking]
    return faults + (_about_model(deployment.settings.bedrock.model_id, region, elsewhere) if with_model else [])


def region_warnings(deployment: "DeploymentSettings") -> list[str]:
    """What may fail on the account, as nobody knows whether the region has it."""
    region, model = deployment.region, deployment.settings.bedrock.model_id
    if not region:
        return [f"no region is told, so the model is {model} and nothing is checked: -c region=…, or set AWS_REGION"]
    warned = [
        f"{setting}: whether there is {service} in {region} is unknown; look at its console first"
        for setting, service in _needed(deployment)
        if regions.available(service, region) == "unknown"
    ]
    if _asks_model(deployment) and regions.model_available(model, region) == "unknown" and not model.startswith("arn:"):
        warned.append(f"settings.model_id: whether {model} answers in {region} is unknown; ask parley doctor --aws")
    return warned


def _asks_model(deployment: "DeploymentSettings") -> bool:
    """Whether anything deployed asks the model of the settings: an answerer, or a knowledge base that is made."""
    hub_asks = deployment.hub.deployed and "language_model" in deployment.settings.answering.answerers
    return hub_asks or deployment.knowledge.created


def _needed(deployment: "DeploymentSettings") -> Iterator[tuple[str, str]]:
    """Settings, and the service each needs."""
    sources, hub, sending, knowledge = deployment.sources, deployment.hub, deployment.sending, deployment.knowledge
    asked = {
        "sources.email": (sources.email, "ses-sending"),
        "sources.sms": (sources.sms, "end-user-messaging-sms"),
        "sources.whatsapp": (sources.whatsapp, "end-user-messaging-social"),
        "hub.sms_numbers": (hub.sms_numbers, "end-user-messaging-sms"),
        "hub.new_sms_number": (hub.new_sms_number, "end-user-messaging-sms"),
        "hub.mail_recipients": (hub.mail_recipients, "ses-receiving"),
        "sending.sms_identity": (sending.sms_identity, "end-user-messaging-sms"),
        "sending.mail_address": (sending.mail_address, "ses-sending"),
        "sending.whatsapp_number": (sending.whatsapp_number, "end-user-messaging-social"),
        "knowledge.created": (knowledge.created, "s3-vectors"),
        "knowledge.harness": (knowledge.harness, "agentcore-harness"),
        "quicksight.principal": (deployment.quicksight.principal, "quicksight"),
        "settings.redaction": (deployment.settings.redaction.redaction == "comprehend", "comprehend"),
    }
    yield from ((setting, service) for setting, (is_asked, service) in asked.items() if is_asked)


def _about_model(model: str, region: str, elsewhere: str) -> list[str]:
    if not model:
        way = f", or region={elsewhere}, the nearest where it does" if elsewhere else ""
        return [f"settings.model_id: Nova Lite, the default, does not answer in {region}; name another model{way}"]
    known = regions.model_available(model, region)
    if known == "no" or (known == "unknown" and not regions.may_ask(model, region)):
        instead = regions.same_model(model, region)
        way = f"settings.model_id={instead} does" if instead else "choose a model or an inference profile that does"
        return [f"settings.model_id: {model} does not answer in {region}; {way}"]
    return []
