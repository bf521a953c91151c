"""AgentCore: which of its two kinds of agent is asked."""

from typing import Any

import msgspec
import pytest

from infra.local.providers.requests import refusal
from orchestrator.answerers.agentcore.answerer import AgentCoreAnswerer
from orchestrator.answerers.agentcore.settings import AgentCoreSettings
from orchestrator.errors import ConfigurationError, UpstreamError
from orchestrator.sections import read
from tests.fakes.agents import HARNESS_ARN, RUNTIME_ARN, FakeHarness, FakeRuntime, message, question, words

HARNESS = AgentCoreSettings(agentcore_harness_arn=HARNESS_ARN)
RUNTIME = AgentCoreSettings(agentcore_runtime_arn=RUNTIME_ARN)


def test_a_harness_is_asked_before_a_runtime() -> None:
    both = msgspec.structs.replace(HARNESS, agentcore_runtime_arn=RUNTIME_ARN)
    assert words(AgentCoreAnswerer(FakeHarness(message("Hello.")), both).answer(question("Hi"))) == "Hello."


def test_neither_is_a_gap_that_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"PARLEY_AGENTCORE_HARNESS_ARN or PARLEY_AGENTCORE_RUNTIME_ARN"):
        AgentCoreAnswerer(FakeRuntime(), AgentCoreSettings())


def test_an_arn_in_the_wrong_place_is_refused_when_settings_are_read() -> None:
    with pytest.raises(ConfigurationError, match="PARLEY_AGENTCORE_HARNESS_ARN"):
        read(AgentCoreSettings, {"PARLEY_AGENTCORE_HARNESS_ARN": RUNTIME_ARN})


def test_an_endpoint_is_named_where_one_is_set() -> None:
    harness, runtime = FakeHarness(message("Hello.")), FakeRuntime(("text/plain", b"Hello."))
    for client, settings in ((harness, HARNESS), (runtime, RUNTIME)):
        AgentCoreAnswerer(client, msgspec.structs.replace(settings, agentcore_qualifier="live")).answer(question("Hi"))
        assert client.requests[0]["qualifier"] == "live"
    AgentCoreAnswerer(harness, HARNESS).answer(question("Hi"))
    assert "qualifier" not in harness.requests[1]


@pytest.mark.parametrize("code", ["ThrottlingException", "RuntimeClientError", "ServiceQuotaExceededException"])
@pytest.mark.parametrize("fake", [FakeHarness, FakeRuntime])
def test_what_may_pass_is_tried_again(fake: type[FakeHarness] | type[FakeRuntime], code: str) -> None:
    client: Any = fake(refusal("Invoke", code, "later"))
    with pytest.raises(UpstreamError, match=code):
        AgentCoreAnswerer(client, HARNESS if fake is FakeHarness else RUNTIME).answer(question("Hi"))
