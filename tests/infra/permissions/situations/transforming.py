"""The transformer: batches of Firehose."""

from tests.infra.permissions.deployed import TRANSFORMER, Deployed
from tests.infra.permissions.situations.situation import Situation
from tests.kit import sms_event
from tests.unit.test_redaction_comprehend import FakeComprehend


def situations() -> list[Situation]:
    comprehend = {"comprehend": FakeComprehend()}
    return [
        Situation(TRANSFORMER, "a template is replaced", _with_templates, when={"templates_bucket": "templates"}),
        Situation(TRANSFORMER, "rows do not fit into the response", _overflows),
        Situation(TRANSFORMER, "Amazon Comprehend redacts", _redacts, comprehend, when={"redaction": "comprehend"}),
        Situation(TRANSFORMER, "addresses are hashed with a secret", _hashes, when={"pseudonym_key": "arn:"}),
    ]


def _with_templates(deployed: Deployed) -> None:
    deployed.bucket("templates", **{"sms_inbound.jinja": b"{}"})
    deployed.set(templates_bucket="templates")
    deployed.transform(sms_event("hello"))


def _overflows(deployed: Deployed) -> None:
    """100 records of 50 kB make more than the 6 MB that Lambda answers at most."""
    deployed.stream("events")
    deployed.transform(*(sms_event("x" * 50_000, f"m{number}") for number in range(100)))


def _redacts(deployed: Deployed) -> None:
    deployed.set(redaction="comprehend")
    deployed.transform(sms_event("My name is Zoe and I am here"))


def _hashes(deployed: Deployed) -> None:
    deployed.set(redaction="patterns", pseudonym_key=deployed.secret("pseudonym-key", "another secret, long enough"))
    deployed.transform(sms_event("hello"))
