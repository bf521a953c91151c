"""Settings: typed, read once, every gap named together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import ConfigurationError
from orchestrator.settings import Settings, described, environment, variable_of


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
    assert settings.settle_s == 2.5
    assert settings.self_managed_opt_outs is True
    assert settings.restart_words == ("again", "de nuevo")
    assert settings.default_language == "es"


def test_everything_wrong_is_named_together() -> None:
    with pytest.raises(ConfigurationError) as raised:
        Settings.read({"PARLEY_SETTLE_S": "soon", "PARLEY_ACCOUNT_ID": "12", "PARLEY_DEFAULT_LANGUAGE": "fr"})
    for name in ("PARLEY_SETTLE_S='soon'", "PARLEY_ACCOUNT_ID='12'", "PARLEY_DEFAULT_LANGUAGE='fr'"):
        assert name in str(raised.value)


def test_every_setting_is_described() -> None:
    assert len(described()) == len(Settings.__struct_fields__)
    assert all(each.meaning for each in described())


words = st.text(min_size=1).map(lambda text: text.replace(",", "").strip()).filter(bool)


@given(
    st.builds(
        Settings,
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
    assert environment(Settings(sms_max_characters=160)) == {variable_of("sms_max_characters"): "160"}


@pytest.mark.parametrize("item", ["a, b", "", " a"])
def test_an_item_that_a_list_could_not_hold_is_refused(item: str) -> None:
    with pytest.raises(ConfigurationError, match="PARLEY_RESTART_WORDS"):
        environment(Settings(restart_words=("again", item)))
