"""The active values and their sources; the shown config gives the same schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, reject, settings

from config.strategies import as_toml, configs
from config.written import FILE, loaded, schedule
from nightcare.cli.config_commands import shown_lines
from nightcare.config.config_file import parsed
from nightcare.config.layers import EffectiveValue, Layers, Origin, effective_values
from nightcare.config.load import load, load_file
from nightcare.config.locations import Path as KeyPath
from nightcare.errors import ConfigError
from nightcare.i18n.translator import read_words
from nightcare.languages import languages

DESK = """\
quiet.idle = "show"
[sleep]
wake = "06:30"
bedtime = "22:00"
friday = { bedtime = "23:00" }
[reminders.desk]
topic = "exercise"
every = "3h"
repeat = { every = "5m", times = 1 }
"""


def entries_of(text: str, variables: dict[str, str] | None = None) -> list[EffectiveValue]:
    """Return the active values of a file with this text and these variables."""
    file = parsed(FILE, text.encode())
    schedule = load_file(file, variables or {}).schedule
    return list(effective_values(schedule, Layers.of(file, variables or {})))


def origins(text: str, variables: dict[str, str] | None = None) -> dict[KeyPath, Origin]:
    """Return the source of each active value."""
    return {one.where: one.origin for one in entries_of(text, variables)}


def line_of(found: Origin) -> int | None:
    """Return the line of the file that it comes from, if any."""
    return found.line


def shown(text: str, variables: dict[str, str] | None = None, language: str = "en") -> str:
    """Return the output for a file with this text and these variables."""
    return "\n".join(shown_lines(entries_of(text, variables), Path(FILE), read_words(language)))


def test_each_value_has_its_origin() -> None:
    """A line of the file, a variable, or the defaults."""
    found = origins(DESK, {"NIGHTCARE_SNOOZE__LIMIT": "5", "NIGHTCARE_SLEEP__WAKE": "06:45"})
    assert line_of(found["sleep", "bedtime"]) == 4
    assert line_of(found["sleep", "friday", "bedtime"]) == 5
    assert line_of(found["reminders", "desk", "repeat", "times"]) == 9
    assert line_of(found["quiet", "idle"]) == 1
    assert found["sleep", "wake"] == Origin(variable="NIGHTCARE_SLEEP__WAKE")
    assert found["snooze", "limit"] == Origin(variable="NIGHTCARE_SNOOZE__LIMIT")
    assert found["snooze", "lengths"] == Origin()
    assert found["language",] == Origin()


def test_what_a_reminder_does_not_say_is_there_too() -> None:
    """From the defaults, or from where the value is said for all of them."""
    found = origins(DESK + "[snooze]\nlengths = ['15m']\n")
    of_it = {where[2:]: one for where, one in found.items() if where[:2] == ("reminders", "desk")}
    for key in ("from", "until", "days", "enabled", "fresh", "stays", "urgency"):
        assert of_it[key,] == Origin()
    assert line_of(of_it["snooze",]) == 11
    assert line_of(of_it["quiet", "idle"]) == 1
    assert of_it["quiet", "locked"] == Origin()


def test_an_evening_reminder_is_shown_whatever_quiet_says_of_do_not_disturb() -> None:
    """Its value is not that of the table."""
    text = '[reminders.a]\ntopic = "sleep"\nat = "bedtime"\n[quiet]\ndo_not_disturb = "hold"\n'
    (entry,) = (
        one
        for one in entries_of(text)
        if one.where == ("reminders", "a", "quiet", "do_not_disturb")
    )
    assert (entry.value, entry.origin) == ("show", Origin())


def test_the_defaults_have_no_line() -> None:
    """Nobody wrote them."""
    assert {
        one.origin for one in effective_values(load(None, {}).schedule, Layers.of(None, {}))
    } == {Origin()}


@pytest.mark.parametrize("language", languages())
def test_what_is_shown_comes_to_the_same(language: str) -> None:
    """In every language, with words that need care in TOML and on a terminal."""
    sound = 'sound = "a\\u001b[31m\\\\"\n'
    text = DESK + sound + 'text = """Up, \\"now\\"\\\\ \\u2028\n\\tplease\\U000e0001"""\n'
    variables = {"NIGHTCARE_REMINDERS__DESK__URGENCY": "low"}
    usual = loaded(text, variables)
    said = shown(text, variables, language)
    assert schedule(said) == usual.schedule
    assert all(sign.isprintable() or sign == "\n" for sign in said)
    assert shown(said, language=language).count("#") == said.count("#")


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(configs)
@example({"sleep": {"wake": "07:00", "friday": {"wake": "08:00"}, "bedtime": "22:00"}})
@example({"reminders": {"Æble": {"topic": "sleep", "at": ["21:00"], "quiet": {"idle": "show"}}}})
def test_whatever_is_shown_comes_to_the_same(config: dict[str, Any]) -> None:
    """A person can paste it into a file without changing anything."""
    text = "\n".join(f"{as_toml(key)} = {as_toml(value)}" for key, value in config.items())
    try:
        result = loaded(text)
    except ConfigError:
        reject()
    assert schedule(shown(text)) == result.schedule


def test_a_variable_may_say_that_there_is_nothing() -> None:
    """TOML has no word for nothing, so such a key is left out."""
    variables = {"NIGHTCARE_REMINDERS__WATER__TEXT": "null"}
    assert schedule(shown("", variables)) == loaded("", variables).schedule
