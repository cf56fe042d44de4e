"""Every mistake that a config can have: where it is said to stand, and how it reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from nightcare.catalogue.problems import key_text
from nightcare.catalogue.reading import read_words
from nightcare.errors import ConfigError
from nightcare.settings.layers import read_file
from nightcare.settings.problems import problems
from settings.written import SLEEP, loaded, mistakes, told

ONE = '[reminders.one]\ntopic = "sleep"\n'
NOON = f'{ONE}at = "12:00"\n'

MOMENT = 'allowed: a moment such as "21:45", "wake + 1h" or "bedtime - 30m"'
LENGTH = 'allowed: a length such as "10m", "1h30m" or "2h"'
CLOCK = 'allowed: a clock time such as "07:00"'
TOPICS = '"hydration", "stretching", "blanket", "nutrition", "exercise", "pacing", "sleep"'
DAYS = '"mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekdays", "weekends", "daily"'
TABLES = "language, timezone, sleep, reminders, snooze, quiet, diary, notify"
OF_A_REMINDER = (
    "topic, at, every, from, until, cron, days, text, enabled, snooze, fresh, stays, repeat, "
    "urgency, sound, quiet"
)

PROVOKED: list[tuple[str, str | bytes, str]] = [
    # The file as a whole
    (
        "file_too_large",
        b"#" * (4 * 1024 * 1024 + 1),
        ": this file is far too large for a schedule; is it the right one?",
    ),
    (
        "file_too_deep",
        "language = " + "[" * 50 + "]" * 50,
        (
            ": tables and lists lie too deep in each other in this file; "
            "a schedule needs only a few levels"
        ),
    ),
    (
        "file_not_utf8",
        b'language = "en"\n# \xc3\xa6ble p\xe6re\n',
        ":2:9: this is not UTF-8 text (byte 0xe6); save the file as UTF-8",
    ),
    (
        "number_too_long",
        "[snooze]\nlimit = " + "1" * 5000,
        ": a number in this file has far too many digits",
    ),
    (
        "not_toml",
        "[sleep]\nwake = late",
        (
            ":2:8: this is not TOML (Invalid value); each line reads like key = value, "
            'with text in quotes, such as wake = "07:00"'
        ),
    ),
    # Keys and tables
    (
        "key_unknown",
        'colour = "red"',
        f":1:1: colour: there is no such key here; allowed: {TABLES}",
    ),
    (
        "key_unknown_but",
        f'{ONE}  att = "12:00"',
        (
            ":3:3: reminders.one.att: there is no such key here; did you mean at? "
            f"Allowed: {OF_A_REMINDER}"
        ),
    ),
    (
        "key_missing",
        '[reminders.one]\nat = "12:00"',
        ':1:1: reminders.one.topic: this is missing; add it, such as topic = "hydration"',
    ),
    (
        "wants_table",
        "sleep = 3",
        ":1:9: sleep: found 3; allowed: a table, which begins with a line [sleep]",
    ),
    (
        "wants_list",
        '[snooze]\nlengths = "10m"',
        ':2:11: snooze.lengths: found "10m"; allowed: a list, such as ["10m", "30m"]',
    ),
    (
        "wants_bool",
        f'{NOON}enabled = "no"',
        ':4:11: reminders.one.enabled: found "no"; allowed: true or false',
    ),
    (
        "wants_int",
        "[snooze]\nlimit = 2.5",
        ":2:9: snooze.limit: found 2.5; allowed: a whole number",
    ),
    (
        "out_of_range",
        "[snooze]\nlimit = 101",
        ":2:9: snooze.limit: found 101; allowed: 0 to 100",
    ),
    # Words
    (
        "choice_unknown",
        'language = "klingon"',
        ':1:12: language: found "klingon"; allowed: "auto", "en", "da"',
    ),
    (
        "choice_unknown_but",
        '[reminders.one]\ntopic = "Streching"\nat = "12:00"',
        (
            ':2:9: reminders.one.topic: found "Streching"; did you mean "stretching"? '
            f"Allowed: {TOPICS}"
        ),
    ),
    (
        "day_unknown",
        f'{NOON}days = ["mon", "xyz"]',
        f':4:16: reminders.one.days: found "xyz"; allowed: a list of {DAYS}',
    ),
    (
        "day_unknown_but",
        f'{NOON}days = "weekday"',
        (
            f':4:8: reminders.one.days: found "weekday"; did you mean "weekdays"? '
            f"Allowed: a list of {DAYS}"
        ),
    ),
    (
        "days_empty",
        f"{NOON}days = []",
        ":4:8: reminders.one.days: no day is named; name one, or leave days out for every day",
    ),
    (
        "zone_unknown",
        'timezone = "Middle-earth/The_Shire"',
        (
            ':1:12: timezone: found "Middle-earth/The_Shire"; allowed: "auto" or an IANA name '
            'such as "Europe/Copenhagen"'
        ),
    ),
    (
        "zone_unknown_but",
        'timezone = "Europe/Copenhage"',
        (
            ':1:12: timezone: found "Europe/Copenhage"; did you mean "Europe/Copenhagen"? '
            'Allowed: "auto" or an IANA name'
        ),
    ),
    (
        "text_empty",
        f'{NOON}text = " "',
        (
            ':4:8: reminders.one.text: found " "; write the text in quotes, '
            "or leave text out to get a tip"
        ),
    ),
    (
        "text_too_long",
        f'{NOON}text = "{"a" * 501}"',
        ":4:8: reminders.one.text: found 501 characters; allowed: at most 500",
    ),
    (
        "sound_wrong",
        f"{NOON}sound = true",
        (
            ":4:9: reminders.one.sound: found true; allowed: the name of a sound "
            "or the path of a sound file, in quotes, or false"
        ),
    ),
    (
        "name_wrong",
        '[reminders."2 walks"]\ntopic = "exercise"\nat = "12:00"',
        (
            ':1:12: reminders."2 walks": a reminder cannot be called "2 walks"; '
            "its name is a letter followed by letters, digits, - or _"
        ),
    ),
    (
        "name_taken",
        '[reminders.until]\ntopic = "exercise"\nat = "12:00"',
        (
            ':1:12: reminders.until: a reminder cannot be called "until", a word of the commands; '
            "choose another name"
        ),
    ),
    # Lengths and moments
    (
        "lengths_empty",
        "[snooze]\nlengths = []",
        ':2:11: snooze.lengths: no length is named; name at least one, such as "10m"',
    ),
    (
        "length_not_understood",
        '[snooze]\nlengths = ["10m", "soon"]',
        f':2:19: snooze.lengths: found "soon"; {LENGTH}',
    ),
    (
        "length_is_nothing",
        f'{NOON}fresh = "0m"',
        (
            ':4:9: reminders.one.fresh: found "0m", which is no time at all; '
            'allowed: a length such as "10m"'
        ),
    ),
    (
        "length_too_long",
        f'{NOON}stays = "25h"',
        ':4:9: reminders.one.stays: found "25h"; allowed: at most a day ("24h")',
    ),
    (
        "clock_not_understood",
        '[sleep]\nwake = "7"\nbedtime = "22:30"',
        f':2:8: sleep.wake: found "7"; {CLOCK}',
    ),
    (
        "moment_not_understood",
        f'{ONE}at = "bedtime - 30"',
        f':3:6: reminders.one.at: found "bedtime - 30"; {MOMENT}',
    ),
    (
        "question_wrong",
        "[diary]\nmorning_question = true",
        (
            ":2:20: diary.morning_question: found true; "
            'allowed: a moment such as "wake + 30m", or false to be asked nothing'
        ),
    ),
    (
        "every_too_short",
        f'{ONE}every = "59s"',
        ':3:9: reminders.one.every: found "59s"; allowed: one minute ("1m") or more',
    ),
    (
        "cron_wants_text",
        f"{ONE}cron = 17",
        (
            ":3:8: reminders.one.cron: found 17; allowed: five cron fields in quotes, "
            'such as "0 17 * * sat"'
        ),
    ),
    (
        "cron_fields",
        f'{ONE}cron = "@daily"',
        (
            ':3:8: reminders.one.cron: found "@daily"; cron has five fields (minute, hour, '
            'day of month, month, weekday), and this has 1; write it like "0 17 * * sat"'
        ),
    ),
    (
        "cron_not_understood",
        f'{ONE}cron = "0 25 * * sat"',
        (
            ':3:8: reminders.one.cron: found "0 25 * * sat", in which "25" is not understood; '
            'the fields are minute, hour, day of month, month, weekday, such as "0 17 * * sat"'
        ),
    ),
    (
        "cron_never",
        f'{ONE}cron = "0 17 31 2,4 *"',
        (
            ':3:8: reminders.one.cron: found "0 17 31 2,4 *", which never comes; '
            "name a day that exists"
        ),
    ),
    # What contradicts itself
    (
        "bedtime_after_wake",
        f'{SLEEP}[sleep.friday]\nbedtime = "06:30"\n[sleep.saturday]\nwake = "06:00"',
        (
            ":5:11: sleep.friday.bedtime: Friday's bedtime (06:30) comes after the next wake-up "
            "(Saturday 06:00); go to bed earlier, or wake up later"
        ),
    ),
    (
        "timing_missing",
        ONE,
        (
            ":1:12: reminders.one: it does not say when; add one of at, every or cron, "
            'such as at = "bedtime - 30m"'
        ),
    ),
    (
        "timing_twice",
        f'{NOON}every = "2h"',
        (
            ":4:1: reminders.one.every: it says when in more than one way (at, every); "
            "keep only one of them"
        ),
    ),
    (
        "only_with_every",
        f'{NOON}from = "wake"',
        ":4:8: reminders.one.from: from is only for a reminder with every; leave it out",
    ),
    (
        "at_empty",
        f"{ONE}at = []",
        ':3:6: reminders.one.at: no moment is named; name at least one, such as "bedtime - 30m"',
    ),
    (
        "at_twice",
        f'{ONE}at = ["12:00", "13:00", "12:00"]',
        ':3:25: reminders.one.at: "12:00" is named twice; once is enough',
    ),
    (
        "moment_in_night",
        f'{ONE}at = ["wake", "bedtime + 1m"]',
        (
            ':3:15: reminders.one.at: "bedtime + 1m" lies outside your waking hours on Monday '
            "(07:00 to 22:30); choose a moment within them"
        ),
    ),
    (
        "every_empty",
        f'{ONE}every = "1h"\nfrom = "22:00"',
        (
            ":4:8: reminders.one.from: it begins (22:00) after it ends (bedtime - 1h), "
            "so it never comes; let it begin earlier or end later"
        ),
    ),
]


@pytest.mark.parametrize(("key", "text", "line"), PROVOKED, ids=[one[0] for one in PROVOKED])
def test_a_mistake_says_where_it_is_what_it_is_and_how_to_mend_it(
    key: str, text: str | bytes, line: str
) -> None:
    """File, line, column, the key's path, what was found and what is allowed; one line."""
    assert [one.key for one in mistakes(text)] == [key]
    assert told(text) == ["config.toml" + line]


@pytest.mark.parametrize(("key", "text", "line"), PROVOKED, ids=[one[0] for one in PROVOKED])
def test_a_mistake_in_another_language_is_at_the_same_place(
    key: str, text: str | bytes, line: str
) -> None:
    """Place and path are the same, the words are not."""
    (english,), (danish,) = told(text), told(text, language="da")
    path = key_text(mistakes(text)[0].where)
    place = english.partition(": ")[0] + (f": {path}: " if path else ": ")
    assert english == "config.toml" + line
    assert danish.startswith(place), key
    assert danish.removeprefix(place) != english.removeprefix(place)


def test_each_sentence_about_the_config_is_told_of_some_config() -> None:
    """None is there for nothing; three have a test of their own."""
    known = {key for key in read_words("en").texts if key.startswith("config_")}
    elsewhere = {"config_right", "config_file_unreadable", "config_clock_in_night"}
    assert {f"config_{one[0]}" for one in PROVOKED} | elsewhere | {"config_value_wrong"} == known


def test_what_nobody_foresaw_is_told_in_the_words_of_who_found_it() -> None:
    """A later pydantic may refuse for a reason that has no sentence here."""
    error = ValidationError.from_exception_data(
        "Config", [{"type": "finite_number", "loc": ("snooze", "limit"), "input": float("inf")}]
    )
    (problem,) = problems(error)
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
                ':1:12: timezone: found "a\N{REPLACEMENT CHARACTER}b"; allowed: "auto" '
                'or an IANA name such as "Europe/Copenhagen"'
            ),
        ),
        (
            '"a\\nb" = 1',
            f':1:1: "a\N{REPLACEMENT CHARACTER}b": there is no such key here; allowed: {TABLES}',
        ),
        (
            f'{ONE}at = "bedtime - 0m"',
            (
                ':3:6: reminders.one.at: found "0m", which is no time at all; '
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
    """What was found is written as TOML, on one line and not too long."""
    assert told(text) == ["config.toml" + line]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (b"\x00", 1, 1),
        (b"language\x00 = 1", 1, 9),
        (b'language = "\x1b[31m"', 1, 13),
        (b"[sleep", 1, 7),
        (b"[sleep]\nwake = 7:00", 2, 9),
        (b"a = 1\na = 2", 2, 6),
        (b"\xef\xbb\xbfa = ", 1, 5),
    ],
)
def test_what_is_no_toml_is_told_where_it_ceases_to_be(text: bytes, line: int, column: int) -> None:
    """The first such place; nothing else can be told of such a file."""
    (problem,) = mistakes(text)
    assert (problem.key, problem.line, problem.column) == ("not_toml", line, column)


@pytest.mark.parametrize(
    ("text", "line", "column", "byte"),
    [
        (b"\xff\xfel\x00", 1, 1, 0xFF),
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
    """Whether or not it can be read as TOML."""
    if opening == "a.":
        text = f"{opening * levels}b = 1"
    else:
        text = f"language = {opening * levels}{'1' if closing == '}' else ''}{closing * levels}"
    assert [one.key for one in mistakes(text)] == ["file_too_deep"]


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    """The limit keeps a mistaken name, such as that of a film, from filling the memory."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"#" * (4 * 1024 * 1024))
    assert read_file(path).values == {}
    with path.open("ab") as file:
        file.write(b"#")
    with pytest.raises(ConfigError):
        read_file(path)


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
        (22, 9, "only_with_every"),
        (24, 20, "moment_in_night"),
    ]


def test_a_mistake_in_sleep_keeps_no_other_from_being_told() -> None:
    """But nothing is said that might not hold any more once sleep is mended."""
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
    """What is wrong with sleep is told beside it."""
    text = (
        f'reminders = 3\n{SLEEP}[sleep.sunday]\nbedtime = "07:00"\n[sleep.monday]\nwake = "05:00"'
    )
    assert [one.key for one in mistakes(text)] == ["wants_table", "bedtime_after_wake"]


def test_a_misspelt_timing_is_not_told_twice() -> None:
    """Where a key is unknown, it may be the one that says when."""
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
    """Whoever works at night, or goes to bed when others wake up, is served as well."""
    assert loaded(text).schedule.reminders
