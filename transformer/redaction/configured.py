"""The redaction that the environment asks for.

PARLEY_REDACTION        off, patterns or comprehend
PARLEY_PSEUDONYM_KEY    what addresses are hashed with: a text of 16 bytes or more, or the ARN of a secret that holds it
PARLEY_REDACTION_KEEP   our own public numbers and mail addresses, which are shown; separated by commas
"""

from collections.abc import Iterable, Mapping
from typing import Any

from transformer.redaction.comprehend import Comprehend
from transformer.redaction.pseudonyms import Pseudonyms
from transformer.redaction.redactor import Redactor

MODES = ("off", "patterns", "comprehend")


def from_environment(environ: Mapping[str, str]) -> Redactor | None:
    """None where nothing is to be redacted. Raises `ValueError` naming the setting."""
    keep = environ.get("PARLEY_REDACTION_KEEP", "").split(",")
    return redactor(environ.get("PARLEY_REDACTION", "off"), environ.get("PARLEY_PSEUDONYM_KEY", ""), keep)


def redactor(mode: str, key: str, keep: Iterable[str]) -> Redactor | None:
    """None where `mode` is off. Raises `ValueError` naming the setting that is wrong, and as `pseudonyms` does."""
    if mode not in MODES:
        raise ValueError(f"PARLEY_REDACTION is {mode!r}, which is none of {', '.join(MODES)}")
    if mode == "off":
        if key:
            raise ValueError("PARLEY_PSEUDONYM_KEY has no effect while PARLEY_REDACTION is off")
        return None
    return Redactor(_comprehend() if mode == "comprehend" else None, pseudonyms(key), filter(None, keep))


def pseudonyms(key: str) -> Pseudonyms | None:
    """None without a key. Raises `ValueError` for one that is too short, and what Secrets Manager's client raises."""
    if not key:
        return None
    try:
        return Pseudonyms((_secret(key) if key.startswith("arn:") else key).encode())
    except ValueError as error:
        raise ValueError(f"PARLEY_PSEUDONYM_KEY: {error}") from error


def _comprehend() -> Comprehend:
    from botocore.config import Config  # noqa: PLC0415  # most of a cold start, and only wanted here
    from botocore.session import get_session  # noqa: PLC0415

    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "max_attempts": 3})
    client: Any = get_session().create_client("comprehend", config=config)
    return Comprehend(client)


def _secret(arn: str) -> str:
    from botocore.session import get_session  # noqa: PLC0415

    client: Any = get_session().create_client("secretsmanager")
    return str(client.get_secret_value(SecretId=arn)["SecretString"])
