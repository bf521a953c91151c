"""How something leaves, step by step: the machine by itself."""

from datetime import timedelta

import pytest

from orchestrator.errors import (
    ConfigurationError,
    DefectError,
    NotYetError,
    OptedOutError,
    ParleyError,
    RefusedError,
    ThrottledError,
)
from orchestrator.model import Part
from orchestrator.parts import begun, leave, resumed, wait_for_claim
from tests.kit import NOON, Clock
from tests.stories.test_send_without_turn import Provider, Step, outgoing


def states(parts: tuple[Part, ...]) -> list[str]:
    return [part.state for part in parts]


def test_only_one_part_is_sent_at_a_time() -> None:
    parts = begun((Part("a", state="sent"), Part("b"), Part("c")))
    assert states(parts) == ["sent", "sending", "waiting"]
    assert begun(parts) == parts


def test_a_refused_part_takes_what_follows_with_it_and_nothing_before() -> None:
    step = Step(begun((Part("a"), Part("b"), Part("c"))))
    left = leave(step, Provider(None, RefusedError("Blocked", "no")), outgoing("sms"), Clock())
    assert states(left.parts) == ["sent", "failed", "skipped"]
    assert [part.error for part in left.parts] == ["", "Blocked: no", "an earlier part failed"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RefusedError("Blocked", "no"), "refused"),
        (OptedOutError("Blocked", "no"), "opted_out"),
        (ConfigurationError("no right to send"), "misconfigured"),
        (ThrottledError("too much"), "unavailable"),
        (DefectError("sending", "KeyError"), "defect"),
    ],
)
def test_a_part_that_failed_says_of_which_kind_the_reason_is(error: ParleyError, kind: str) -> None:
    step = Step(begun((Part("a"), Part("b"))))
    left = leave(step, Provider(error), outgoing("sms"), Clock(), giving_up=True)
    assert [part.failure for part in left.parts] == [kind, None]


def test_whoever_waits_for_a_claim_is_told_how_long() -> None:
    with pytest.raises(NotYetError, match="another worker is on this turn") as raised:
        wait_for_claim(NOON + timedelta(seconds=90), NOON, "turn")
    assert raised.value.delay_s == 90
    wait_for_claim(NOON, NOON, "turn")


@pytest.mark.parametrize(("how", "state"), [("resend", "sending"), ("skip", "skipped")])
def test_a_part_found_open_is_sent_again_or_skipped_and_counted(how: str, state: str) -> None:
    parts, unconfirmed = resumed((Part("a", state="sending"), Part("b")), how)  # type: ignore[arg-type]
    assert unconfirmed == 1
    assert states(parts) == [state, "waiting" if how == "resend" else "sending"]
    assert resumed((Part("a"),), "resend") == ((Part("a", state="sending"),), 0)
