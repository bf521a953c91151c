"""Whatever a parameter holds, it stays a value: it finds nothing, or is refused before anything is run."""

import pytest

from queries.catalogue.parameters import Parameter, Value
from queries.engines.duckdb import DuckDbEngine
from queries.errors import ParameterError
from tests.queries.cases import SHIPPED, arrivals, stored, write_lake

pytestmark = pytest.mark.slow

HOSTILE = (
    "x' OR '1'='1",
    "'; DROP VIEW events; --",
    "x'; SELECT * FROM conversations; --",
    "2026/07/01/13' OR '1'='1",
    "/* ",
    '"',
    "\\",
    "\x00",
    "",
    "ñ💡",
    "%",
)
PARAMETERS = [(entry.name, parameter) for entry in SHIPPED.entries.values() for parameter in entry.parameters]
WORDS = [(name, parameter) for name, parameter in PARAMETERS if parameter.type == "varchar"]
TYPED = [(name, parameter) for name, parameter in PARAMETERS if parameter.type != "varchar"]


def other_values(name: str, parameter: Parameter) -> dict[str, str]:
    """What the entry needs besides."""
    needed = (other for other in SHIPPED.entries[name].parameters if other.default is None)
    return {other.name: "x" for other in needed if other != parameter}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> DuckDbEngine:
    folder = tmp_path_factory.mktemp("lake")
    write_lake(folder, stored([*arrivals("email"), *arrivals("phones"), *arrivals("conversations")]))
    return DuckDbEngine(folder)


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
@pytest.mark.parametrize(("name", "parameter"), WORDS, ids=lambda value: getattr(value, "name", value))
def test_words_find_nothing_but_themselves(engine: DuckDbEngine, name: str, parameter: Parameter, value: str) -> None:
    assert engine.query(name, {parameter.name: value, **other_values(name, parameter)}).rows == ()


@pytest.mark.parametrize(("name", "parameter"), TYPED, ids=lambda value: getattr(value, "name", value))
def test_what_is_no_hour_and_no_number_is_refused(engine: DuckDbEngine, name: str, parameter: Parameter) -> None:
    for value in HOSTILE:
        with pytest.raises(ParameterError, match=parameter.name):
            engine.query(name, {parameter.name: value, **other_values(name, parameter)})


@pytest.mark.parametrize(
    "hour",
    ["2026/13/01/00", "2026/02/30/00", "2026/07/01/24", "0000/00/00/00", "2026/7/1/0", "٢٠٢٦/07/01/00", 2026070100],
)
def test_an_hour_that_is_in_no_calendar_is_refused_before_anything_is_run(engine: DuckDbEngine, hour: Value) -> None:
    with pytest.raises(ParameterError, match=r"from_hour is not an hour: .* Write it as 2026/07/01/13, in UTC\."):
        engine.query("sms_cost_by_country", {"from_hour": hour})


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "0x1", "", True, None])
def test_what_is_no_finite_number_is_refused(engine: DuckDbEngine, value: Value) -> None:
    with pytest.raises(ParameterError, match="bounce_limit is not a double"):
        engine.query("sender_reputation", {"bounce_limit": value})


@pytest.mark.parametrize("value", ["1.5", "1_000", "٣", "9223372036854775808", 2**63, 1.5, True])
def test_what_is_no_whole_number_of_64_bits_is_refused(value: Value) -> None:
    with pytest.raises(ParameterError, match="the parameter n is not a bigint"):
        Parameter("n", "bigint", None, "").read(value)


def test_a_parameter_that_a_report_does_not_have_is_refused(engine: DuckDbEngine) -> None:
    with pytest.raises(ParameterError, match="no parameter campaign"):
        engine.query("email_funnel_by_hour", {"campaign": "spring"})


def test_a_report_without_what_it_needs_says_so(engine: DuckDbEngine) -> None:
    with pytest.raises(ParameterError, match="message_id has no value"):
        engine.query("message_history")
