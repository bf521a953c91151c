"""A guardrail over models and knowledge bases: no abuse in either direction, no attacks on the prompt, no secrets.

Attacks are looked for in what people write; AWS accepts no strength for them on answers. A deployer who needs topics or
words of their own makes a guardrail by hand and names it in `settings.guardrail_id`.
Source: https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-content-filters-overview.html
"""

from hashlib import sha256

from aws_cdk import RemovalPolicy
from aws_cdk import aws_bedrock as bedrock

from infra.aws.constructs.stack import ParleyStack

BLOCKED = "I cannot help with that."
ABUSE = ("SEXUAL", "VIOLENCE", "HATE", "INSULTS", "MISCONDUCT")
SECRETS = ("AWS_ACCESS_KEY", "AWS_SECRET_KEY", "CREDIT_DEBIT_CARD_NUMBER", "CREDIT_DEBIT_CARD_CVV", "PASSWORD", "PIN")


class Guardrail:
    """`version` changes whenever the guardrail does, so that what is deployed is what was reviewed.

    Another text makes another version under another name, which the hub's template then has too; the former one stays
    for as long as the guardrail, as the hub uses it until it is deployed itself.
    """

    def __init__(self, stack: ParleyStack) -> None:
        strong = [_filter(kind, "HIGH", "HIGH") for kind in ABUSE]
        self._guardrail = bedrock.CfnGuardrail(
            stack,
            "Guardrail",
            name=f"parley-{stack.deployment.stage}",
            blocked_input_messaging=BLOCKED,
            blocked_outputs_messaging=BLOCKED,
            content_policy_config=bedrock.CfnGuardrail.ContentPolicyConfigProperty(
                filters_config=[*strong, _filter("PROMPT_ATTACK", "HIGH", "NONE")]
            ),
            sensitive_information_policy_config=bedrock.CfnGuardrail.SensitiveInformationPolicyConfigProperty(
                pii_entities_config=[
                    bedrock.CfnGuardrail.PiiEntityConfigProperty(type=kind, action="ANONYMIZE") for kind in SECRETS
                ]
            ),
            kms_key_arn=stack.key.key_arn if stack.key else None,
        )
        self._version = bedrock.CfnGuardrailVersion(
            stack,
            f"GuardrailVersion{_fingerprint()}",
            guardrail_identifier=self._guardrail.attr_guardrail_id,
            description=f"of {_fingerprint()}",
        )
        self._version.apply_removal_policy(RemovalPolicy.RETAIN)

    @property
    def id(self) -> str:
        return self._guardrail.attr_guardrail_id

    @property
    def version(self) -> str:
        return self._version.attr_version


def _fingerprint() -> str:
    return sha256(" ".join((BLOCKED, *ABUSE, *SECRETS)).encode()).hexdigest()[:16]


def _filter(kind: str, on_questions: str, on_answers: str) -> bedrock.CfnGuardrail.ContentFilterConfigProperty:
    return bedrock.CfnGuardrail.ContentFilterConfigProperty(
        type=kind, input_strength=on_questions, output_strength=on_answers
    )
