"""The schema of the config file: printed, and written where an editor finds it."""

from __future__ import annotations

import json

import pytest

from cli.terminal import Terminal
from nightcare.config.config_file import example_text
from nightcare.config.json_schema import config_schema

DIRECTIVE = "#:schema ./config.schema.json\n"


def test_the_schema_is_printed(terminal: Terminal) -> None:
    """Nothing is written."""
    result = terminal("config", "schema")
    assert (result.code, result.err) == (0, "")
    assert result.json == config_schema()
    assert not terminal.config.parent.exists()


def test_the_schema_is_written_beside_the_config_which_names_it(terminal: Terminal) -> None:
    """In its first line, once; all else stays."""
    path = terminal.write("# mine\nlanguage = 'en'\n")
    beside = path.with_name("config.schema.json")
    for _ in range(2):
        result = terminal("config", "schema", "--write")
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith(f"Wrote {beside}; the first line of {path} names it.")
        assert path.read_text(encoding="utf-8") == f"{DIRECTIVE}# mine\nlanguage = 'en'\n"
        assert json.loads(beside.read_text(encoding="utf-8")) == config_schema()
    assert terminal("config", "check").code == 0


def test_without_a_config_there_is_the_example(terminal: Terminal) -> None:
    """It says so."""
    result = terminal("config", "schema", "--write")
    assert result.out.startswith(f"{terminal.config} did not exist; ")
    assert terminal.config.read_text(encoding="utf-8") == DIRECTIVE + example_text()


def test_a_file_that_is_no_toml_stays_as_it_is(terminal: Terminal) -> None:
    """It says what is wrong, and writes nothing."""
    path = terminal.write("[sleep")
    result = terminal("config", "schema", "--write")
    assert (result.code, result.out) == (78, "")
    assert result.err.startswith(f"{path}:1:7: a table's name ends with")
    assert [one.name for one in path.parent.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("there", [False, True])
def test_a_config_that_cannot_be_written_leaves_no_schema(
    terminal: Terminal, *, there: bool
) -> None:
    """As where the config is a link into a store that is read only."""
    beside = terminal.config.with_name("config.schema.json")
    terminal.config.parent.mkdir(parents=True)
    if there:
        beside.write_text("old", encoding="utf-8")
    terminal.config.symlink_to("/proc/version")
    result = terminal("config", "schema", "--write")
    assert result.code in (1, 78)
    terminal.config.unlink()
    terminal.config.symlink_to("/proc/nowhere/config.toml")
    result = terminal("config", "schema", "--write")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"{terminal.config} cannot be written: ")
    assert beside.exists() is there
    if there:
        assert beside.read_text(encoding="utf-8") == "old"
    left = {one.name for one in terminal.config.parent.iterdir()}
    assert left == {"config.toml", *([beside.name] if there else [])}
