"""Deployments whose roles differ: every answerer, every channel, every option that gives a role something to do."""

from collections.abc import Mapping

Context = Mapping[str, object]

KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:pseudonyms-AbCdEf"
PROFILE = "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abcdefghij12"
HARNESS = "arn:aws:bedrock-agentcore:eu-west-1:111122223333:harness/shop-abcdefghij"
RUNTIME = "arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/shop-abcdefghij"
Q = "11111111-2222-3333-4444-555555555555"

_BASE = {"knowledge_base_id": "KNOWLEDGE1"}
_GUARD = {"guardrail_id": "guardrail1", "guardrail_version": "1"}
_AGENT = {"bedrock_agent_id": "AGENT12345", "bedrock_agent_alias_id": "ALIAS12345"}
_HUB = {"sms_numbers": ["phone-1", "pool-2"], "mail_recipients": ["help@shop.example", "support.example"]}
_CHANNELS: Context = {
    "hub": _HUB,
    "sources": {"whatsapp": True, "whatsapp_accounts": ["waba-1"]},
}


def _answering(*answerers: str, **settings: object) -> Context:
    return {"settings": {"answerers": list(answerers), "claim_s": 600, **settings}}


# Every row of the tables concerns at least one of these.
EVERYTHING: Context = {
    "kms_key": "create",
    "knowledge": {"created": True, "harness": True, "guardrail": True, "web_addresses": ["https://shop.example"]},
    "lake": {"compaction": True},
    **_answering(
        *("agentcore", "bedrock_agent", "knowledge_base", "language_model", "qbusiness"),
        **{"model_id": "us.amazon.nova-lite-v1:0", "qbusiness_application_id": Q, **_AGENT},
    ),
    **_CHANNELS,
}

VARIANTS: Mapping[str, Context] = {
    "as it comes": {},
    "the lake alone, which hashes addresses": {
        "hub": {"deployed": False},
        "settings": {"redaction": "patterns", "pseudonym_key": SECRET},
    },
    "everything": EVERYTHING,
    "a knowledge base of our own, to be deleted": {
        "when_destroyed": "delete",
        "knowledge": {"created": True},
        "hub": {"mail_recipients": ["help@shop.example"]},
        **_answering("knowledge_base"),
    },
    "Amazon Q, and answers sent as others": {
        "hub": {
            **_HUB,
            "mail_identities": ["shop.example"],
            "whatsapp_numbers": ["phone-number-id-1"],
            "new_sms_number": "US:TOLL_FREE",
        },
        "sources": {"whatsapp": True, "whatsapp_accounts": ["waba-1"], "email": False, "sms": False},
        **_answering("qbusiness", qbusiness_application_id=Q),
    },
    "a runtime's endpoint, with a key and a lake that are there": {
        "kms_key": KEY,
        "lake": {"bucket": "faro-lake", "compaction": True},
        **_CHANNELS,
        **_answering("agentcore", agentcore_runtime_arn=RUNTIME, agentcore_qualifier="live"),
    },
    "a guarded model, and Amazon Comprehend": {
        "hub": {"new_sms_number": "US:SIMULATOR"},
        **_answering("language_model", model_id="amazon.nova-lite-v1:0", redaction="comprehend", **_GUARD),
    },
    "a profile of our own, and what other programs send": {
        "sources": {"other_programs": True},
        **_answering("language_model", model_id=PROFILE),
    },
    "a guarded knowledge base that is there": _answering(
        *("knowledge_base", "bedrock_agent"), **_BASE, **_GUARD, **_AGENT, knowledge_base_model_arn=PROFILE
    ),
    "a managed knowledge base, guarded": {
        "knowledge": {"guardrail": True},
        **_answering("knowledge_base", **_BASE, knowledge_base_kind="managed"),
    },
    "a managed knowledge base with our model, and a harness": _answering(
        *("knowledge_base", "agentcore"),
        **{**_BASE, "knowledge_base_kind": "managed", "knowledge_base_model_arn": PROFILE},
        agentcore_harness_arn=HARNESS,
    ),
    "sends by every channel, with a key": {
        "kms_key": "create",
        **_CHANNELS,
        "sending": {
            "deployed": True,
            "sms_identity": "phone-1",
            "mail_address": "orders@shop.example",
            "whatsapp_number": "phone-number-id-1",
        },
    },
    "sends by a pool alone": {"sending": {"deployed": True, "sms_identity": "pool-1"}},
    "a runtime": _answering("agentcore", agentcore_runtime_arn=RUNTIME),
}
