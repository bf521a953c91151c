"""An analyst changes how events become rows, without a deployment."""

import json
import re
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from infra.operating.templates import trial as template_trial
from infra.operating.templates.draft import draft
from tests.golden.cases import all_cases
from tests.kit import NOON, sms_event
from tests.stories.test_ingest import ingest, rows, run
from transformer.json_text import Json, JsonObject
from transformer.render import compile_template
from transformer.schema import EVENTS, Values
from transformer.sources import shipped_templates

SMS = "sms_inbound"


def override(data: Path, old: str, new: str, name: str = SMS) -> Path:
    """Copy a shipped template, as the command prints it, and change it."""
    printed = run(data, "templates", "new", name).stdout
    assert old in printed
    path = data / "templates" / f"{name}.jinja"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(printed.replace(old, new))
    return path


def listed(data: Path, name: str = SMS) -> dict[str, str]:
    shown = json.loads(run(data, "templates", "list", "--format", "json").stdout)
    return dict(next(row for row in shown if row["template"] == name))


def check(data: Path, path: Path) -> Result:
    return run(data, "templates", "check", str(path))


def test_an_analysts_template_makes_the_rows_and_they_say_so(tmp_path: Path) -> None:
    ingest(tmp_path, input_=sms_event("one", "m1"))
    override(tmp_path, '"type": "message"', '"type": "text message"')
    ingest(tmp_path, input_=sms_event("two", "m2"))
    first, second = rows(
        tmp_path,
        "SELECT message_id, type, template_version FROM events WHERE direction = 'inbound' ORDER BY message_id",
    )
    assert (first["type"], second["type"]) == ("message", "text message")
    assert first["template_version"] == listed(tmp_path)["shipped version"]
    assert second["template_version"] == listed(tmp_path)["version"]
    assert listed(tmp_path)["in use"] == "override"
    assert listed(tmp_path, "consent")["in use"] == "shipped"


def test_a_broken_template_is_named_and_the_shipped_one_makes_the_rows(tmp_path: Path) -> None:
    override(tmp_path, '"type": "message"', '"type": evnt.type')
    (line,) = ingest(tmp_path, input_=sms_event("one", "m1"))
    assert line["outcome"] == "turn"
    (row,) = rows(tmp_path, "SELECT type FROM events WHERE direction = 'inbound'")
    assert row["type"] == "message"
    assert listed(tmp_path)["in use"] == "shipped"
    assert listed(tmp_path)["trouble"].startswith("sms_inbound.jinja:")
    doctor = run(tmp_path, "doctor")
    assert doctor.exit_code == 1
    assert "evnt is no name that a template knows" in doctor.stderr


def test_the_doctor_names_an_override_of_an_older_shipped_version(tmp_path: Path) -> None:
    path = override(tmp_path, '"type": "message"', '"type": "text message"')
    assert "made from" not in run(tmp_path, "doctor").stderr
    path.write_text("# made from 0123456789ab\n" + path.read_text().split("\n", 1)[1])
    assert "sms_inbound.jinja:1 was made from 0123456789ab" in run(tmp_path, "doctor").stderr
    assert "the shipped version is now" in check(tmp_path, path).stderr


def test_a_copy_of_a_shipped_template_changes_no_row(tmp_path: Path) -> None:
    for name in shipped_templates():
        result = check(tmp_path, override(tmp_path, "", "", name))
        assert result.exit_code == 0, result.output
        assert result.stdout == ""
        assert re.search(r"It can be used: [1-9]\d* example rows? come out as today\.", result.stderr)


def test_a_check_shows_every_row_that_would_change(tmp_path: Path) -> None:
    path = override(tmp_path, '"mcc": event.mcc,', '"country": event.isoCountryCode,', "sms_event")
    result = check(tmp_path, path)
    assert result.exit_code == 0
    assert (
        "sms_event_delivered, row 1\n  channel_data.country\n    + US\n  channel_data.mcc\n    - 310" in result.stdout
    )


def test_a_check_names_the_line_and_the_field_of_what_would_be_rejected(tmp_path: Path) -> None:
    path = override(tmp_path, '"message_id": event.messageId', '"message_id": event.mesageId', "sms_event")
    line = 1 + path.read_text().split("mesageId")[0].count("\n")
    result = check(tmp_path, path)
    assert result.exit_code == 1
    assert f"  rejected: sms_event.jinja:{line} message_id: event.mesageId is missing" in result.stdout
    assert result.stderr.startswith("It would lose rows: of ")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("sms_event.jinja", '{\n"account_id": "",,', "sms_event.jinja:2 "),
        ("sms_event.jinja", "[" * 20_000, "sms_event.jinja:1 RecursionError"),
        ("sms_evnt.jinja", "{}", "sms_evnt.jinja is named like no shipped template"),
    ],
)
def test_a_check_refuses_what_cannot_be_used(tmp_path: Path, name: str, content: str, reason: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    result = check(tmp_path, path)
    assert result.exit_code == 1
    assert reason in result.stderr


def test_without_golden_events_those_of_the_lake_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_trial, "GOLDEN", tmp_path / "nothing")
    path = override(tmp_path, '"type": "message"', '"type": "text message"')
    assert "No event was there to try it with" in check(tmp_path, path).stderr
    path.rename(tmp_path / path.name)
    ingest(tmp_path, input_=sms_event("one", "m1") + b"\n" + sms_event("two", "m2"))
    result = check(tmp_path, tmp_path / path.name)
    assert "It can be used: of 2 example rows, 2 would change as shown." in result.stderr
    assert "event 1, row 1\n  type\n    - message\n    + text message" in result.stdout


def test_what_a_template_shows_cannot_drive_the_terminal(tmp_path: Path) -> None:
    path = override(tmp_path, '"type": "message"', '"type": "\x1b[2J"')
    assert "\x1b" not in check(tmp_path, path).stdout


def test_a_draft_places_what_its_example_names_and_makes_a_row_of_it(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    event: JsonObject = {
        "id": "call-1",
        "state": "ended",
        "from": "+12065550100",
        "to": "+14255550101",
        "time": NOON.isoformat(),
        "tags": {"campaign": "spring"},
        "quality": {"mean-opinion": 4.2},
    }
    path.write_text(json.dumps(event))
    printed = run(tmp_path, "templates", "new", "call", "--event", str(path)).stdout
    template = compile_template("call", printed, EVENTS)
    row = template.render(names(event), FILLED)
    assert row["message_id"] == "call-1"
    assert row["status"] == "ended"
    assert (row["sending_address"], row["destination_address"]) == ("+12065550100", ["+14255550101"])
    assert row["occurred_at"] == NOON.timestamp() * 1000
    assert row["tags"] == {"campaign": "spring"}
    assert isinstance(row["channel_data"], dict)
    assert row["channel_data"]["quality_mean_opinion"] == "4.2"


def test_a_draft_needs_an_example_that_is_an_event(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text("{broken")
    assert "holds no event" in run(tmp_path, "templates", "new", "call", "--event", str(path)).stderr
    assert "no shipped template is named call" in run(tmp_path, "templates", "new", "call").stderr


FILLED: Values = {**dict.fromkeys(EVENTS.filled, ""), "received_at": 1, "step": 0}


def names(event: JsonObject) -> dict[str, Json]:
    return {"event": event, "part": event, "envelope": {"account_id": "", "occurred_at": 1}}


KEYS = st.sampled_from(
    ["id", "time", "to", "from", "tags", "type", "account", "status", "not", "a b", "it's", "5", "é", "{{"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=5),
    max_leaves=15,
)


@given(st.dictionaries(KEYS | st.text(max_size=8), JSON, max_size=8))
def test_a_draft_of_any_event_makes_a_row_of_it(event: JsonObject) -> None:
    compile_template("drafted", draft("drafted", event, "unknown"), EVENTS).render(names(event), FILLED)


def test_a_draft_of_every_golden_event_is_a_template(tmp_path: Path) -> None:
    drafted = 0
    for case in all_cases():
        result = run(tmp_path, "templates", "new", case.name, "--event", str(next(case.folder.glob("input.*"))))
        if result.exit_code == 0:
            compile_template(case.name, result.stdout, EVENTS)
            drafted += 1
    assert drafted > 30
