"""Settings: typed, read once, every gap named together."""

import pytest

from orchestrator.errors import ConfigurationError
from orchestrator.settings import Settings, described


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
