"""Every mistake that a config can have: where it is said to stand, and how it reads."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli
from pydantic import ValidationError

from config.written import SLEEP, loaded, mistakes, told
from nightcare.config.config_file import not_toml, read_file
from nightcare.config.config_source import LARGEST_FILE
from nightcare.config.validation_errors import validation_diagnostics
from nightcare.errors import ConfigError

ONE = '[reminders.one]\ntopic = "sleep"\n'
NOON = f'{ONE}at = "12:00"\n'

MOMENT = 'allowed: a moment such as "21:45", "wake + 1h" or "bedtime - 30m"'
CLOCK = 'allowed: a clock time such as "07:00"'
TABLES = (
    "language, timezone, sleep, reminders, snooze, stretch, routines, quiet, diary, notify, tray, "
    "mqtt"
)


def test_what_nobody_foresaw_is_told_in_the_words_of_who_found_it() -> None:
    """A later pydantic may refuse for a reason that has no sentence here."""
    error = ValidationError.from_exception_data(
        "Config", [{"type": "finite_number", "loc": ("snooze", "limit"), "input": float("inf")}]
    )
    (problem,) = validation_diagnostics(error)
    assert (problem.where, problem.key) == (("snooze", "limit"), "value_wrong")
    assert problem.values == {"found": float("inf"), "reason": "Input should be a finite number"}


# Shapes that nobody would write, but somebody does


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("sleep = []", ":1:9: sleep: found []; allowed: a table, which begins with a line [sleep]"),
        (
            "reminders = []",
            (
                ":1:13: reminders: found []; allowed: a table, "
                "which begins with a line [reminders.water]"
            ),
        ),
        (
            "[reminders]\nwater = 1",
            (
                ":2:9: reminders.water: found 1; allowed: a table, "
                "which begins with a line [reminders.water]"
            ),
        ),
        (
            '[[reminders]]\ntopic = "sleep"',
            (
                ':1:1: reminders: found [{ topic = "sleep" }]; allowed: a table, '
                "which begins with a line [reminders.water]"
            ),
        ),
        (
            '[[reminders.water]]\ntopic = "sleep"',
            (
                ':1:1: reminders.water: found [{ topic = "sleep" }]; allowed: a table, '
                "which begins with a line [reminders.water]"
            ),
        ),
        (
            f"{SLEEP}friday = 3",
            (
                ":4:10: sleep.friday: found 3; allowed: a table, "
                "which begins with a line [sleep.friday]"
            ),
        ),
        (
            f'{NOON}repeat = "10m"',
            (
                ':4:10: reminders.one.repeat: found "10m"; allowed: a table, '
                "which begins with a line [reminders.one.repeat]"
            ),
        ),
        (f'{ONE}at = [["12:00"]]', f':3:7: reminders.one.at: found ["12:00"]; {MOMENT}'),
        (f"{ONE}at = 2026-11-22", f":3:6: reminders.one.at: found 2026-11-22; {MOMENT}"),
        (
            f"{SLEEP}[sleep.monday]\nwake = 2026-11-22T07:00:00Z",
            f":5:8: sleep.monday.wake: found 2026-11-22T07:00:00+00:00; {CLOCK}",
        ),
        ("[snooze]\nlimit = nan", ":2:9: snooze.limit: found nan; allowed: a whole number"),
        ("[snooze]\nlimit = inf", ":2:9: snooze.limit: found inf; allowed: a whole number"),
        ("[snooze]\nlimit = true", ":2:9: snooze.limit: found true; allowed: a whole number"),
        ("[snooze]\nlimit = -1", ":2:9: snooze.limit: found -1; allowed: 0 to 100"),
        (
            "[snooze]\nlimit = 0x" + "f" * 5000,
            f":2:9: snooze.limit: found 0x{'f' * 57}…; allowed: 0 to 100",
        ),
        ('language = ["en"]', ':1:12: language: found ["en"]; allowed: "auto", "en", "da"'),
        (
            'language = { "" = 1 }',
            ':1:12: language: found { "" = 1 }; allowed: "auto", "en", "da"',
        ),
        (
            'timezone = "a\\u0000b"',
            (
                ':1:12: timezone: found "a\\u0000b"; allowed: "auto" '
                'or an IANA name such as "Europe/Copenhagen"'
            ),
        ),
        (
            '"a\\nb" = 1',
            f':1:1: "a\\nb": there is no such key here; allowed: {TABLES}',
        ),
        (
            f'{ONE}at = "bedtime - 0m"',
            (
                ':3:6: reminders.one.at: found "0m", which is too short; '
                'allowed: a length such as "10m"'
            ),
        ),
        (
            f'{ONE}cron = "{"9" * 5000} * * * *"',
            (
                f':3:8: reminders.one.cron: found "{"9" * 58}…, in which "{"9" * 58}… is not '
                "understood; the fields are minute, hour, day of month, month, weekday, "
                'such as "0 17 * * sat"'
            ),
        ),
    ],
)
def test_an_odd_shape_is_told_as_calmly(text: str, line: str) -> None:
    """The value is quoted as TOML, on one line and not too long."""
    assert told(text) == ["config.toml" + line]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (b"\t\x00", 1, 2),
        (b"language\x00 = 1", 1, 9),
        (b'language = "\x1b[31m"', 1, 13),
        (b"[sleep", 1, 7),
        (b"[sleep]\nwake = 7:00", 2, 9),
        (b"\xef\xbb\xbfa = ", 1, 5),
    ],
)
def test_what_is_no_toml_is_told_where_it_ceases_to_be(text: bytes, line: int, column: int) -> None:
    """The first such place; nothing else can be told of such a file."""
    (problem,) = mistakes(text)
    assert (problem.key[:5], problem.line, problem.column) == ("toml_", line, column)


def test_a_later_tomli_may_find_what_has_no_sentence_here() -> None:
    """Then it is told in general, at the same place."""
    problem = not_toml(tomli.TOMLDecodeError("Unheard of", "a = 1\nb = 2\n", 10), "config.toml")
    assert (problem.key, problem.line, problem.column) == ("toml_wrong", 2, 5)


@pytest.mark.parametrize(
    ("end", "also"), [("\n" * 400, 2), ("\n" * 600, None), ("#" * 40_000, None)]
)
def test_where_the_trouble_began_is_not_looked_for_too_long(end: str, also: int | None) -> None:
    """A long file is told of as fast as a short one."""
    (problem,) = mistakes(f"a = 1\nb = '''{end}")
    assert problem.key == "toml_text_open"
    found = None if problem.also is None or problem.also.mark is None else problem.also.mark.line
    assert found == also


@pytest.mark.parametrize(
    ("text", "line", "column", "byte"),
    [
        (b"\xff#", 1, 1, 0xFF),
        (b'\xef\xbb\xbf# \xc3\xa6\xf8\xe5"', 1, 4, 0xF8),
        (b'a = 1\r\nb = "\xc3"', 2, 6, 0xC3),
    ],
)
def test_what_is_no_utf8_is_told_where_it_stands(
    text: bytes, line: int, column: int, byte: int
) -> None:
    """The line, the column in characters and the byte itself, also behind a byte-order mark."""
    (problem,) = mistakes(text)
    assert (problem.key, problem.line, problem.column) == ("file_not_utf8", line, column)
    assert problem.values == {"byte": byte}


@pytest.mark.parametrize("levels", [20, 300, 5000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{ a = ", "}"), ("a.", "")])
def test_a_file_that_is_too_deep_is_told(opening: str, closing: str, levels: int) -> None:
    """It makes no difference whether it can be read as TOML."""
    if opening == "a.":
        text = f"{opening * levels}b = 1"
    else:
        text = f"language = {opening * levels}{'1' if closing == '}' else ''}{closing * levels}"
    assert [one.key for one in mistakes(text)] == ["file_too_deep"]


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    """The limit keeps a mistaken name, such as that of a film, from filling the memory."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"#" * LARGEST_FILE)
    assert read_file(path).values == {}
    with path.open("ab") as file:
        file.write(b"#")
    with pytest.raises(ConfigError):
        read_file(path)


def test_what_is_named_twice_in_a_long_file_is_told_at_the_second_place() -> None:
    """The first is not looked for too long."""
    (problem,) = mistakes(f"a = 1\n#{'#' * 40_000}\na = 2")
    assert (problem.key, problem.line, problem.also) == ("toml_again", 3, None)


# All at once


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    """Contradictions beside wrong types, and every wrong item of a list."""
    text = (
        '[snooze]\nlimit = "x"\nlengths = ["soon", "10m", "later"]\n'
        f'{SLEEP}[sleep.friday]\nbedtime = "06:30"\n[sleep.saturday]\nwake = "06:00"\n'
        '[reminders.a]\ntopic = "slep"\ndays = ["mo", "tu"]\n'
        '[reminders.b]\ntopic = "sleep"\n'
        '[reminders.c]\nat = "12:00"\ncron = "0 0 * * *"\n'
        '[reminders."d d"]\ntopic = "sleep"\nat = "wake - 1h"\nuntil = "wake"\n'
        '[diary]\nmorning_question = "bedtime + 1h"\n'
    )
    assert [(one.line, one.column, one.key) for one in mistakes(text)] == [
        (2, 9, "wants_int"),
        (3, 12, "length_not_understood"),
        (3, 27, "length_not_understood"),
        (8, 11, "bedtime_after_wake"),
        (12, 9, "choice_unknown_but"),
        (13, 9, "day_unknown_but"),
        (13, 15, "day_unknown_but"),
        (14, 12, "timing_missing"),
        (16, 1, "key_missing"),
        (18, 1, "timing_twice"),
        (19, 12, "name_wrong"),
        (21, 6, "moment_in_night"),
        (22, 1, "only_with_every"),
        (24, 20, "moment_in_night"),
    ]


def test_a_mistake_in_sleep_keeps_no_other_from_being_told() -> None:
    """Errors that depend on [sleep] are left out."""
    text = (
        '[sleep]\nwake = "late"\nbedtime = "01:00"\n'
        '[reminders.a]\ntopic = "sleep"\n'
        '[reminders.b]\ntopic = "sleep"\nat = ["wake - 1h", "12:00", "12:00"]\n'
    )
    assert [one.key for one in mistakes(text)] == [
        "clock_not_understood",
        "timing_missing",
        "at_twice",
    ]


def test_reminders_that_are_no_table_keep_nothing_from_being_told() -> None:
    """The errors of [sleep] are reported as well."""
    text = (
        f'reminders = 3\n{SLEEP}[sleep.sunday]\nbedtime = "07:00"\n[sleep.monday]\nwake = "05:00"'
    )
    assert [one.key for one in mistakes(text)] == ["wants_table", "bedtime_after_wake"]


def test_a_misspelt_timing_is_not_told_twice() -> None:
    """An unknown key may be a misspelt `at`, `every` or `cron`."""
    assert [one.key for one in mistakes(f'{ONE}evry = "2h"')] == ["key_unknown_but"]


def test_a_mistake_that_is_said_of_many_days_is_told_once() -> None:
    """The week has one bedtime that is too late, and one reminder with seven nights."""
    text = (
        '[sleep]\nwake = "05:00"\nbedtime = "04:30"\n[sleep.tuesday]\nwake = "04:00"\n'
        '[sleep.thursday]\nwake = "04:00"\n[reminders.one]\ntopic = "sleep"\nat = "wake - 1m"'
    )
    assert [one.key for one in mistakes(text)] == ["bedtime_after_wake", "moment_in_night"]


@pytest.mark.parametrize(
    "text",
    [
        '[sleep]\nwake = "22:00"\nbedtime = "06:00"',
        '[sleep]\nwake = "07:00"\nbedtime = "07:00"\n[reminders.one]\ntopic = "sleep"\nat = "wake"',
        f'{SLEEP}[sleep.friday]\nbedtime = "07:00"\n{NOON}',
    ],
)
def test_unusual_hours_are_no_mistake(text: str) -> None:
    """They suit a person who works at night, or goes to bed in the morning."""
    assert loaded(text).schedule.reminders
