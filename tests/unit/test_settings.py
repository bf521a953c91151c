"""Settings: typed, read once, every gap named together."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import ConfigurationError
from orchestrator.sections import changed, environment, hints, part, read, values, variable_of
from orchestrator.sections import given as given_to
from orchestrator.settings import Receiving, Settings, described
from tests.kit import chosen


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.read({}) == Settings()


def test_settings_are_read_by_type() -> None:
    settings = Settings.read(
        {
            "PARLEY_SETTLE_S": "2.5",
            "PARLEY_SELF_MANAGED_OPT_OUTS": "true",
            "PARLEY_RESTART_WORDS": "again, de nuevo,",
            "PARLEY_DEFAULT_LANGUAGE": "es",
        }
    )
    assert settings.turns.settle_s == 2.5
    assert settings.sms.self_managed_opt_outs is True
    assert settings.replies.restart_words == ("again", "de nuevo")
    assert settings.replies.default_language == "es"


def test_everything_wrong_is_named_together() -> None:
    with pytest.raises(ConfigurationError) as raised:
        Settings.read({"PARLEY_SETTLE_S": "soon", "PARLEY_ACCOUNT_ID": "12", "PARLEY_DEFAULT_LANGUAGE": "fr"})
    for name in ("PARLEY_SETTLE_S='soon'", "PARLEY_ACCOUNT_ID='12'", "PARLEY_DEFAULT_LANGUAGE='fr'"):
        assert name in str(raised.value)


def test_every_setting_is_described() -> None:
    assert len(described()) == len(values(Settings()))
    assert all(each.meaning for each in described())


words = st.text(min_size=1).map(lambda text: text.replace(",", "").strip()).filter(bool)


@given(
    st.builds(
        chosen,
        texts=st.text(),
        settle_s=st.floats(min_value=0, allow_nan=False, allow_infinity=False),
        turns_per_hour=st.integers(min_value=1),
        self_managed_opt_outs=st.booleans(),
        unconfirmed_part=st.sampled_from(("resend", "skip")),
        restart_words=st.lists(words).map(tuple),
        email_addresses=st.lists(words).map(tuple),
    )
)
def test_what_is_written_to_the_environment_is_read_from_it(settings: Settings) -> None:
    assert Settings.read(environment(settings)) == settings


def test_only_what_differs_from_the_defaults_is_written() -> None:
    assert environment(Settings()) == {}
    assert environment(chosen(sms_max_characters=160)) == {variable_of("sms_max_characters"): "160"}


@pytest.mark.parametrize("item", ["a, b", "", " a"])
def test_an_item_that_a_list_could_not_hold_is_refused(item: str) -> None:
    with pytest.raises(ConfigurationError, match="PARLEY_RESTART_WORDS"):
        environment(chosen(restart_words=("again", item)))


def test_two_sections_share_no_setting() -> None:
    """Or a variable would say two things."""
    names = [name for section in sections_of(Settings) for name in hints(section)]
    assert sorted(names) == sorted(values(Settings()))


def sections_of(kind: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    return [type(getattr(kind(), name)) for name in kind.__struct_fields__]


def test_a_function_reads_its_own_sections_and_no_wrong_value_of_another() -> None:
    settings = read(Receiving, {"PARLEY_SMS_MAX_CHARACTERS": "160", "PARLEY_MODEL_HISTORY_TOKENS": "many"})
    assert settings == part(Receiving, chosen(sms_max_characters=160))


def test_a_name_that_is_no_setting_is_refused() -> None:
    with pytest.raises(TypeError, match="sms_characters"):
        changed(Settings(), sms_characters=160)


def test_what_a_file_says_is_read_like_variables_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"PARLEY_MODEL_PROMPT": "You answer for Faro.", "PARLEY_MODEL_ID": "a"}')
    settings = Settings.read(given_to({"PARLEY_SETTINGS_FILE": str(file), "PARLEY_MODEL_ID": "b"}))
    assert (settings.bedrock.model_prompt, settings.bedrock.model_id) == ("You answer for Faro.", "b")


@pytest.mark.parametrize("content", [None, "", "[]", '{"PARLEY_SETTLE_S": 3}'])
def test_a_file_that_is_missing_or_is_none_of_settings_is_an_error_that_names_it(
    tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "settings.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigurationError, match=f"PARLEY_SETTINGS_FILE={file}"):
        given_to({"PARLEY_SETTINGS_FILE": str(file)})
