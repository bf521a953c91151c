"""What is wrong with the hub's settings where each is right for itself."""

import re

from infra.aws.settings.hub import Hub
from infra.aws.settings.hub_times import LONGEST_S, MOST_RECEIVES, RECEIVES_A_TRY, SENDING_S, asking_s
from infra.aws.settings.room import too_much
from orchestrator import bootstrap
from orchestrator.errors import ConfigurationError
from orchestrator.sections import PREFIX, changed, part
from orchestrator.settings import Answering, Settings
from orchestrator.texts import Texts

MOST_TRIES = MOST_RECEIVES // RECEIVES_A_TRY
MOST_SECONDS = LONGEST_S - SENDING_S

# Of one receipt rule.
# Source: https://docs.aws.amazon.com/ses/latest/dg/quotas.html (email receiving)
MOST_RECIPIENTS = 100

# An address, a domain, or a dot and a domain: all below it.
# Source: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-concepts.html (recipient conditions)
_RECIPIENT = re.compile(r"([^@\s]+@|\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def hub_faults(hub: Hub, settings: Settings) -> list[str]:
    """One line for each fault, with its remedy. `settings` are as the hub will have them, stand-ins included."""
    return [
        *_answering(settings),
        *_texts(settings),
        *_in_time(settings),
        *too_much(part(Answering, settings)),
        *_mail(hub),
        *_requested(hub),
        *_reserved(hub),
    ]


def _reserved(hub: Hub) -> list[str]:
    """With less than its queue hands it, the function refuses what the queue then counts as received."""
    if 0 < hub.converse_reserved < hub.converse_at_once:
        least = hub.converse_at_once
        return [f"hub.converse_reserved: {hub.converse_reserved} is less than hub.converse_at_once; {least} or more"]
    return []


def _answering(settings: Settings) -> list[str]:
    """The answerers say themselves what they lack, by the names of environment variables."""
    if not settings.answering.answerers:
        return ["settings.answerers: is empty; name who answers, in order"]
    faults = []
    for name in settings.answering.answerers:
        try:
            bootstrap.answerers(changed(settings, answerers=(name,)), lambda service: service)
        except ConfigurationError as error:
            faults.append(re.sub(rf"{PREFIX}([A-Z_]+)", lambda found: f"settings.{found[1].lower()}", str(error)))
    return faults


def _texts(settings: Settings) -> list[str]:
    """Faults of the texts, which are read here as the hub reads them when it starts."""
    try:
        Texts.with_overrides(settings.replies.texts)
    except ConfigurationError as error:
        return [f"settings.texts: {error}"]
    return []


def _in_time(settings: Settings) -> list[str]:
    faults, needed = [], asking_s(settings)
    if needed > settings.turns.claim_s:
        faults.append(f"settings.claim_s: answering may take {needed:.0f} seconds; let it be that or more")
    if needed > MOST_SECONDS:
        faults.append(
            f"settings.answer_timeout_s: answering may take {needed:.0f} seconds, and a function has {MOST_SECONDS} for"
            f" it; let it be {MOST_SECONDS // len(settings.answering.answerers)} or less"
        )
    if settings.turns.max_receives > MOST_TRIES:
        faults.append(f"settings.max_receives: SQS counts too few receives for so many; {MOST_TRIES} is the most")
    return faults


def _mail(hub: Hub) -> list[str]:
    if unfit := [each for each in hub.mail_recipients if not _RECIPIENT.fullmatch(each)]:
        return [f"hub.mail_recipients: {unfit[0]!r} is no mail address and no domain"]
    if len(hub.mail_recipients) > MOST_RECIPIENTS:
        much = f"{len(hub.mail_recipients)} are more than a receipt rule of SES takes, {MOST_RECIPIENTS}"
        return [f"hub.mail_recipients: {much}; name a domain in place of its addresses"]
    if hub.mail_recipients or not (hub.mail_rule_set or hub.mail_identities):
        return []
    return ["hub.mail_recipients: is empty, so no mail is received; name addresses or domains too"]


def _requested(hub: Hub) -> list[str]:
    """A 10DLC number works once it is tied to a campaign, and CloudFormation's resource has no field for one.

    Source: https://docs.aws.amazon.com/sms-voice/latest/userguide/registrations-10dlc.html
    """
    if not hub.new_sms_number.endswith(":TEN_DLC"):
        return []
    way = "register brand and campaign in End User Messaging, request the number there, give its id as hub.sms_numbers"
    return [f"hub.new_sms_number: {hub.new_sms_number} needs a campaign, which a stack cannot name; {way}"]
