"""Limits on what a configuration may cost; without them these texts hold up every command."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightcare.config.checks import MOST_A_DAY
from nightcare.config.config_file import MOST_VALUES
from nightcare.config.load import load
from nightcare.config.types import MOST_ENTRIES
from nightcare.config.validation_errors import MOST_PROBLEMS
from nightcare.errors import ConfigError, Diagnostic, Location, Span
from nightcare.i18n.snippets import snippet

WATER = '[reminders.{name}]\ntopic = "hydration"\n{timing}\n'


def refused(folder: Path, text: str, variables: dict[str, str] | None = None) -> ConfigError:
    """Return the error that a config file with this text ends in."""
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, variables or {})
    return caught.value


def water(timing: str, count: int = 1) -> str:
    """Return reminders that differ by name only."""
    return "".join(WATER.format(name=f"water{number}", timing=timing) for number in range(count))


def test_a_list_has_a_greatest_length(tmp_path: Path) -> None:
    """One problem reports a thousand equal moments in one line."""
    (problem,) = refused(tmp_path, water(f"at = {['10:00'] * 1000}")).problems
    assert problem.key == "list_too_long"
    assert problem.values == {"count": 1000, "most": MOST_ENTRIES}
    assert problem.line == 3


@pytest.mark.parametrize("key", ["days", "snooze"])
def test_every_list_has_one(tmp_path: Path, key: str) -> None:
    """Not only `at`."""
    entry = "mon" if key == "days" else "10m"
    text = water(f'at = "10:00"\n{key} = {[entry] * (MOST_ENTRIES + 1)}')
    (problem,) = refused(tmp_path, text).problems
    assert problem.key == "list_too_long"


def test_the_problems_reported_at_once_are_limited(tmp_path: Path) -> None:
    """The last line counts the others and names the file."""
    problems = refused(tmp_path, "".join(f"k{number} = 1\n" for number in range(1000))).problems
    assert len(problems) == MOST_PROBLEMS + 1
    assert problems[-1].key == "more_problems"
    assert problems[-1].values == {"count": 1000 - MOST_PROBLEMS}
    assert problems[-1].place == Location(str(tmp_path / "config.toml"))


def test_warnings_are_limited_too(tmp_path: Path) -> None:
    """Many equal reminders are many warnings."""
    file = tmp_path / "config.toml"
    file.write_text(water('at = "10:00"', MOST_PROBLEMS + 10), encoding="utf-8")
    warnings = load(file, {}).warnings
    assert len(warnings) == MOST_PROBLEMS + 1
    assert warnings[-1].values == {"count": 9}


def test_the_values_are_limited(tmp_path: Path) -> None:
    """A file with tens of thousands of keys is refused before anything looks at each."""
    text = "".join(f"k{number} = 1\n" for number in range(MOST_VALUES + 1))
    (problem,) = refused(tmp_path, text).problems
    assert problem.key == "too_many_values"


def test_the_values_of_a_variable_count_as_well(tmp_path: Path) -> None:
    """A variable may hold a list as JSON or TOML."""
    variables = {"NIGHTCARE_SNOOZE__LENGTHS": str(["1m"] * MOST_VALUES)}
    (problem,) = refused(tmp_path, "", variables).problems
    assert problem.key == "too_many_values"


@pytest.mark.parametrize(
    ("timing", "most"),
    [('cron = "* * * * *"', 1), ('every = "1m"', 1), ('cron = "*/2 * * * *"', 2)],
)
def test_the_occurrences_of_a_day_are_limited(tmp_path: Path, timing: str, most: int) -> None:
    """The reminder with which there are too many is named."""
    file = tmp_path / "config.toml"
    file.write_text(water(timing, most), encoding="utf-8")
    load(file, {})
    (problem,) = refused(tmp_path, water(timing, most + 1)).problems
    assert problem.key == "too_frequent"
    assert problem.where == ("reminders", f"water{most}")
    assert problem.values["most"] == MOST_A_DAY


def test_disabled_reminders_cost_nothing(tmp_path: Path) -> None:
    """They are not counted."""
    file = tmp_path / "config.toml"
    file.write_text(water('cron = "* * * * *"\nenabled = false', 50), encoding="utf-8")
    assert len(load(file, {}).schedule.reminders) == 50


def test_a_long_line_is_drawn_around_what_is_meant() -> None:
    """The excerpt of a line of 100,000 characters is that of its neighbourhood."""
    text = "".join(f'"{number:06}", ' for number in range(10000))
    start = text.index("005000")
    mark = Span(3, start + 1, start + 7, text)
    lines = snippet(Diagnostic((), "at_twice", place=Location("a", mark)))
    assert "005000" in lines[0]
    assert lines[0].startswith("  3 | \N{HORIZONTAL ELLIPSIS}")
    assert lines[1].count("^") == 6
    column = lines[1].index("^")
    assert lines[0][column : column + 6] == "005000"


def test_two_places_far_apart_in_a_long_line_are_drawn_one_by_one() -> None:
    """Each with its own neighbourhood."""
    text = "".join(f'"{number:06}", ' for number in range(10000))
    marks = [Span(1, at + 1, at + 7, text) for at in (text.index("000001"), text.index("009000"))]
    problem = Diagnostic(
        (), "at_twice", place=Location("a", marks[1]), also=Location("a", marks[0])
    )
    lines = snippet(problem)
    assert "009000" in lines[0]
    assert "000001" in lines[2]
