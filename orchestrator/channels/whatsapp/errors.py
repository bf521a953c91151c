"""What Meta's error codes mean and who acts on them.

Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes and
https://github.com/david-lev/pywa/blob/master/pywa/errors.py
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec
from botocore.exceptions import ClientError

from orchestrator.aws_errors import Owner
from orchestrator.errors import ConfigurationError, RefusedError, UpstreamError


class Meaning(msgspec.Struct, frozen=True):
    """One of Meta's errors: who acts on it, what has happened, and what to do."""

    owner: Owner
    what: str
    then: str

    def __str__(self) -> str:
        return f"{self.what}; {self.then}"


_WAIT = "try again later"
_GIVE_UP = "this message cannot reach the person"
_ACCOUNT = "look at the account in WhatsApp Manager"
_TEMPLATE = "correct the template in WhatsApp Manager"
_BUG = "the request is wrong, which is ours to mend"

MEANINGS: Mapping[int, Meaning] = {
    4: Meaning(UpstreamError, "the app's limit of calls is reached", _WAIT),
    80007: Meaning(UpstreamError, "the account's rate limit is reached", _WAIT),
    130429: Meaning(UpstreamError, "the number's throughput is reached", _WAIT),
    131056: Meaning(UpstreamError, "too many messages to this person in a short time", _WAIT),
    131000: Meaning(UpstreamError, "something went wrong at Meta", _WAIT),
    131016: Meaning(UpstreamError, "a service of Meta's is unavailable", _WAIT),
    131057: Meaning(UpstreamError, "the account is in maintenance", _WAIT),
    133016: Meaning(UpstreamError, "the number was registered too often", _WAIT),
    131053: Meaning(UpstreamError, "the media could not be uploaded", _WAIT),
    131047: Meaning(RefusedError, "24 hours have passed since the person last wrote", "only a template reaches them"),
    131026: Meaning(RefusedError, "the person cannot be reached by WhatsApp", "use another channel"),
    131049: Meaning(RefusedError, "Meta held it back to keep engagement healthy", "do not resend within 24 hours"),
    131050: Meaning(RefusedError, "the person stopped marketing messages", "send them none"),
    130472: Meaning(RefusedError, "the person's number is part of an experiment of Meta's", "do not resend"),
    131051: Meaning(RefusedError, "the type of message is not supported", "write text"),
    131052: Meaning(RefusedError, "the person's media could not be downloaded", "ask them to send it again"),
    131021: Meaning(RefusedError, "sender and recipient are the same", _GIVE_UP),
    131062: Meaning(RefusedError, "this message needs a phone number, not a business-scoped user id", _GIVE_UP),
    137000: Meaning(RefusedError, "the recipient's identity key does not match", "send without the key"),
    131008: Meaning(RefusedError, "a required parameter is missing", _BUG),
    131009: Meaning(RefusedError, "a parameter has a value that is not allowed", _BUG),
    132000: Meaning(RefusedError, "the number of the template's parameters does not match", _TEMPLATE),
    132001: Meaning(RefusedError, "the template does not exist in this language", _TEMPLATE),
    132005: Meaning(RefusedError, "the filled-in template is too long", _TEMPLATE),
    132007: Meaning(RefusedError, "the template breaks a policy", _TEMPLATE),
    132012: Meaning(RefusedError, "a parameter's format does not match the template", _TEMPLATE),
    132015: Meaning(RefusedError, "the template is paused for low quality", _TEMPLATE),
    132016: Meaning(RefusedError, "the template is disabled for low quality", _TEMPLATE),
    131048: Meaning(ConfigurationError, "the number is limited because people report it as spam", _ACCOUNT),
    131064: Meaning(ConfigurationError, "the account's limit was lowered for misclassified templates", _ACCOUNT),
    131063: Meaning(ConfigurationError, "marketing templates are disabled for this API", _ACCOUNT),
    131005: Meaning(ConfigurationError, "a permission is missing", _ACCOUNT),
    131031: Meaning(ConfigurationError, "the account is locked", _ACCOUNT),
    131042: Meaning(ConfigurationError, "there is a problem with the account's payment", _ACCOUNT),
    368: Meaning(ConfigurationError, "the account is blocked for breaking a policy", _ACCOUNT),
    190: Meaning(ConfigurationError, "the access token has expired", "link the account to AWS again"),
}

# "(#131047) Re-engagement message", "error code 131047", "{\"code\":190}". A bare short number says nothing.
_CODE = re.compile(r'(?:\(#|\bcode"?\s*[:=]?\s*)(\d{1,6})\b|\b(13\d{4}|80007)\b', re.IGNORECASE)


def explained(code: int, title: str = "") -> str:
    """A code for people to read: "131047: 24 hours have passed …"."""
    return f"{code}: {MEANINGS.get(code, title or 'an error this version does not know')}"


@contextmanager
def as_meta_says() -> Iterator[None]:
    """Around one call: an AWS error that quotes one of Meta's codes becomes the error that the code stands for."""
    try:
        yield
    except ClientError as error:
        code = _quoted(error.response.get("Error", {}).get("Message", ""))
        if code is None:
            raise
        owner = MEANINGS[code].owner
        if issubclass(owner, RefusedError):
            raise owner(str(code), str(MEANINGS[code])) from error
        raise owner(explained(code)) from error


def _quoted(message: str) -> int | None:
    """The first code that is known; None where the message quotes none."""
    found = (int(match[1] or match[2]) for match in _CODE.finditer(message))
    return next((code for code in found if code in MEANINGS), None)
