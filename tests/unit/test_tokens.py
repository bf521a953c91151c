"""Tokens of programs: shown once, kept as hashes, gone when removed."""

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from infra.cli.main import parley
from infra.local.tokens import FILE, Tokens
from orchestrator.errors import ConfigurationError


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(parley, ["--data", str(data), "tokens", *words])


def test_a_token_is_shown_once_and_known_until_it_is_removed(tmp_path: Path) -> None:
    token = run(tmp_path, "add", "shop", "--scope", "send", "--scope", "read").output.strip()
    tokens = Tokens(tmp_path)
    caller = tokens.caller(token)
    assert caller is not None
    assert (caller.name, sorted(caller.scopes), caller.tenant) == ("shop", ["read", "send"], "default")
    assert token not in (tmp_path / FILE).read_text()
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert tokens.caller(token[:-1]) is None
    (listed,) = json.loads(run(tmp_path, "list", "--format", "json").output)
    assert (listed["name"], listed["scopes"]) == ("shop", "send, read")
    assert run(tmp_path, "remove", "shop").exit_code == 0
    assert tokens.caller(token) is None


def test_a_name_has_one_token(tmp_path: Path) -> None:
    run(tmp_path, "add", "shop", "--scope", "send")
    again = run(tmp_path, "add", "shop", "--scope", "read")
    assert isinstance(again.exception, ConfigurationError)
    assert len(Tokens(tmp_path).entries()) == 1
    assert run(tmp_path, "remove", "nobody").exit_code == 1


def test_a_name_is_a_word(tmp_path: Path) -> None:
    refused = run(tmp_path, "add", "my shop", "--scope", "send")
    assert refused.exit_code == 2
    assert "is no name" in refused.output


def test_a_broken_file_is_said_and_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    with pytest.raises(ConfigurationError, match=r"tokens\.json cannot be read"):
        Tokens(tmp_path).caller("x")
