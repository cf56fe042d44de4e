"""Whatever somebody writes: a schedule that can be planned, or mistakes; never another error.

`NIGHTCARE_EXAMPLES=100000 pytest tests/config/test_fuzzing.py` looks longer.
"""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import tomli
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.strategies import as_toml, configs, junk, reminders, sleeps
from config.written import loaded, mistakes
from nightcare.config.config_file import example_text
from nightcare.config.config_source import LoadResult
from nightcare.config.values import WEEKDAYS
from nightcare.domain.care_day import Calendar
from nightcare.domain.recurrence import plan, upcoming
from nightcare.domain.reminders import Cron
from nightcare.errors import ConfigError, Diagnostic, Location, Span
from nightcare.i18n.error_text import diagnostic_text
from nightcare.i18n.snippets import snippet
from nightcare.i18n.translator import Translator, read_words
from nightcare.languages import languages
from nightcare.toml_writer import shortened_text

THOROUGH = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(os.environ.get("NIGHTCARE_EXAMPLES", "100")),
)

FORTNIGHT = 14
BEFORE_A_CLOCK_CHANGE = date(2026, 10, 16)

FOUND_AS_WRITTEN = frozenset(
    {
        "choice_unknown", "choice_unknown_but", "zone_unknown", "zone_unknown_but",
        "wants_bool", "wants_int", "wants_list", "wants_table", "out_of_range",
        "clock_not_understood", "clock_not_understood_but", "moment_not_understood",
        "clock_out_of_range", "clock_which_half", "length_not_understood_but",
        "moment_not_understood_but", "length_not_understood", "length_without_unit",
        "length_too_long", "question_wrong", "cron_wants_text", "text_empty", "sound_wrong",
    }
)  # fmt: skip
"""The mistakes that tell the whole value that was found, as it was."""

WORDS: dict[str, Translator] = {language: read_words(language) for language in languages()}


def outcome(text: str | bytes, variables: Mapping[str, str] | None = None) -> LoadResult | None:
    """Return the result of loading, and check that errors have a text in each language."""
    raw = text if isinstance(text, bytes) else text.encode()
    result: LoadResult | None = None
    problems: tuple[Diagnostic, ...] = ()
    try:
        result = loaded(raw, variables)
    except ConfigError as error:
        problems = error.problems + error.warnings
    assert bool(result) is not bool(problems)
    readable(problems if result is None else result.warnings, raw)
    return result


def readable(problems: tuple[Diagnostic, ...], raw: bytes) -> None:
    """Hold that each can be read in each language, and marks what it is about."""
    text = raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    lines = text.split("\n")
    for problem in problems:
        for translator in WORDS.values():
            line = diagnostic_text(problem, translator)
            assert line.isprintable()
            line.encode()
        assert all(line.isprintable() for line in snippet(problem))
        for place in (problem.place, problem.also):
            if place is not None and place.mark is not None:
                in_the_text(place.mark, lines)
        if problem.place.mark is not None:
            assert marks_what_it_names(problem, problem.place.mark)


def in_the_text(mark: Span, lines: list[str]) -> None:
    """Hold that a mark is in the line that it says, or right behind it."""
    assert mark.text == lines[mark.line - 1]
    assert 1 <= mark.column <= len(mark.text) + 1
    assert mark.column < mark.end <= max(len(mark.text), mark.column) + 1


def marks_what_it_names(problem: Diagnostic, mark: Span) -> bool:
    """Return whether the marked text is the key or the value, as far as it is in the line."""
    marked = mark.text[mark.column - 1 : mark.end - 1]
    if problem.key.startswith(("key_unknown", "name_")):
        return tomli.loads(f"{marked} = 0") == {problem.where[-1]: 0}
    found = str(problem.values.get("found"))
    by_headers = marked.startswith("[[") or (found[0] == "{" and marked[0] != "{")
    if problem.key not in FOUND_AS_WRITTEN or by_headers or mark.end > len(mark.text):
        return True
    return shortened_text(tomli.loads(f"x = {marked}")["x"]) == found


def plannable(result: LoadResult | None) -> bool:
    """Plan a fortnight of what was accepted; whether there was anything to plan."""
    if result is None:
        return False
    schedule = result.schedule
    calendar = Calendar(schedule.sleep, ZoneInfo(schedule.zone or "Europe/Copenhagen"))
    planned = plan(schedule.reminders, calendar, BEFORE_A_CLOCK_CHANGE, FORTNIGHT)
    last = BEFORE_A_CLOCK_CHANGE + timedelta(days=FORTNIGHT - 1)
    names = {one.name for one in schedule.enabled}
    for one in planned:
        assert BEFORE_A_CLOCK_CHANGE <= one.key.care_day <= last
        assert one.key.reminder in names
    assert [one.due for one in planned] == sorted(one.due for one in planned)
    never = {one.where[1] for one in result.warnings if one.key == "cron_not_on_days"}
    now = datetime.combine(BEFORE_A_CLOCK_CHANGE, time(12), UTC)
    for reminder in schedule.enabled:
        coming = upcoming(reminder, calendar, now)
        assert coming is None or reminder.name not in never
        # A 29 February on a Saturday is farther away than anybody plans.
        rare = isinstance(reminder.timing, Cron) and len(reminder.days) < len(WEEKDAYS)
        assert coming is not None or reminder.name in never or rare
    return bool(planned)


# Any text


@THOROUGH
@given(st.text())
@example("language = '''\n")
@example("\ufeff\ufeff")
def test_any_text(text: str) -> None:
    """It is a schedule, or it is told what is wrong with it."""
    plannable(outcome(text.encode(errors="surrogatepass")))


@THOROUGH
@given(st.binary())
def test_any_bytes(text: bytes) -> None:
    """Likewise."""
    plannable(outcome(text))


@THOROUGH
@given(st.data())
def test_the_example_with_a_slip_of_the_pen(data: st.DataObject) -> None:
    """A few characters lost, and others in their place."""
    text = example_text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 20, len(text))))
    slip = data.draw(st.text(st.sampled_from('abc019 ="[]{}.,#\n-+*:é'), max_size=10))
    plannable(outcome(text[:start] + slip + text[end:]))


# Any tables


@THOROUGH
@given(configs)
def test_any_tables(config: dict[str, Any]) -> None:
    """Keys that exist, with values that suit them, or nearly, or not at all."""
    text = "\n".join(f"{as_toml(key)} = {as_toml(value)}" for key, value in config.items())
    plannable(outcome(text))


@THOROUGH
@given(st.dictionaries(st.sampled_from(["water", "walk", "desk-stretch"]), reminders, min_size=1))
def test_any_reminders(config: dict[str, Any]) -> None:
    """Alone in a file, so that many are accepted, and can be planned."""
    plannable(outcome(f"reminders = {as_toml(config)}"))


@THOROUGH
@given(sleeps)
@example({"wake": "07:00", "bedtime": "07:00"})
@example({"wake": "00:00", "bedtime": "00:00"})
@example({"wake": "23:59", "bedtime": "00:00", "monday": {"wake": "00:00"}})
def test_any_sleep(sleep: dict[str, Any]) -> None:
    """With reminders that go with any hours."""
    wake_and_bed = '[reminders.a]\ntopic = "sleep"\nat = ["wake", "bedtime"]\n'
    result = outcome(
        f'{wake_and_bed}[diary]\nmorning_question = "wake"\n[sleep]\n'
        + "\n".join(f"{as_toml(key)} = {as_toml(value)}" for key, value in sleep.items())
    )
    assert plannable(result) is (result is not None)


# Any environment

keys = st.sampled_from(
    ["LANGUAGE", "SLEEP", "WAKE", "FRIDAY", "REMINDERS", "WATER", "EVENING_STRETCH", "AT", "EVERY",
     "DAYS", "SNOOZE", "LENGTHS", "LIMIT", "QUIET", "LOCKED", "", "x", "É"]
)  # fmt: skip
system_text = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    | st.integers(0xDC80, 0xDCFF).map(chr)
)
variables = st.dictionaries(
    st.lists(keys | system_text, max_size=5).map(lambda parts: "NIGHTCARE_" + "__".join(parts)),
    system_text
    | junk.map(as_toml)
    | st.sampled_from(["[" * 5000, "9" * 5000, '"\\ud800"', '["\\ud800"]', "null", "{", "NaN"]),
    max_size=4,
)


@THOROUGH
@given(st.sampled_from(["", "reminders = 3", "sleep = 3", 'language = "da"']), variables)
@example("", {"NIGHTCARE_LANGUAGE" + "__A" * 3000: "1"})
@example("language" + ".a" * 12 + " = 1", {"NIGHTCARE_LANGUAGE" + "__A" * 12: "1"})
@example("", {"NIGHTCARE_REMINDERS__WATER__" + "\udcff": "1"})
@example("", {"NIGHTCARE_REMINDERS__WATER__AT": "null"})
def test_any_environment(text: str, said: dict[str, str]) -> None:
    """A variable can hold any bytes, over any file."""
    plannable(outcome(text, said))


# Known mistakes, wherever a file may have them


BASE: dict[str, Any] = {
    "language": '"da"',
    "timezone": "'Europe/Copenhagen'",
    "sleep": {
        "wake": '"06:30"',
        "bedtime": "22:30:00",
        "friday": {"bedtime": '"23:45"'},
        "saturday": {"wake": '"08:30"', "bedtime": '"00:15"'},
    },
    "reminders": {
        "water": {
            "topic": '"hydration"',
            "every": '"2h"',
            "from": '"wake + 1h"',
            "text": '"""\nDrink = \\"water\\" #\n[now]"""',
        },
        "desk-stretch": {
            "topic": '"stretching"',
            "at": ['"10:30"', "15:00:00", '"bedtime - 30m"'],
            "days": ['"mon"', "'wed'"],
            "repeat": {"every": '"10m"', "times": "2"},
            "quiet": {"idle": '"show"'},
        },
        "\u6c34": {"topic": '"sleep"', "cron": '"0 17 * * sat"', "enabled": "false"},
    },
    "snooze": {"lengths": ['"10m"', '"30m"'], "limit": "+3"},
    "quiet": {"idle_after": '"5m"', "locked": '"hold"'},
    "diary": {"morning_question": "false"},
    "notify": {"backend": '"auto"'},
}
"""A right config, its values as they are written."""

SLIPS: list[tuple[tuple[str | int, ...], str, str]] = [
    (("language",), "'dk'", "choice_unknown"),
    (("timezone",), '"Europe/Copenhage"', "zone_unknown_but"),
    (("sleep", "wake"), '"\u6c34"', "clock_not_understood"),
    (("sleep", "friday", "bedtime"), "22.30", "clock_not_understood_but"),
    (("sleep", "saturday", "wake"), "[ 8, 30 ]", "clock_not_understood"),
    (("reminders", "water", "topic"), '"hydraton"', "choice_unknown_but"),
    (("reminders", "water", "from"), '"wake + \\t1"', "moment_not_understood_but"),
    (("reminders", "water", "text"), "{ a = '}' }", "text_empty"),
    (("reminders", "desk-stretch", "at", 0), "2026-11-22 10:30:00", "moment_not_understood"),
    (("reminders", "desk-stretch", "days", 1), '"wedn"', "day_unknown_but"),
    (("reminders", "desk-stretch", "repeat", "every"), "600", "length_without_unit"),
    (("reminders", "desk-stretch", "repeat", "times"), "0x15", "out_of_range"),
    (("reminders", "desk-stretch", "quiet", "idle"), "true", "choice_unknown"),
    (("reminders", "\u6c34", "cron"), '"0 25 * * sat"', "cron_not_understood"),
    (("reminders", "\u6c34", "enabled"), '"no"', "wants_bool"),
    (("snooze", "lengths", 0), '"soon"', "length_not_understood"),
    (("snooze", "limit"), "-inf", "wants_int"),
    (("quiet", "locked"), "[]", "choice_unknown"),
    (("diary", "morning_question"), "1.50", "question_wrong"),
    (("notify", "backend"), '"mail"', "choice_unknown"),
]
"""Values that are wrong at their places, and what is wrong about them."""

HOLE = re.compile("\ue000([0-9]+)\ue001")
"""The place of a numbered slip in the text of a config."""

GAPS = ("", "", " ", "\t", "  ")
COMMENTS = ("", "", "", " # not = [this", " # \"'")


def written(random: Random, table: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the statements of a table: its own keys, then its inner tables in different forms."""
    below = {}
    for key, value in table.items():
        if isinstance(value, dict) and random.random() < 2 / 3:
            below[key] = value
        else:
            yield from pair(random, (key,), value)
    for key in random.sample(list(below), len(below)):
        inner = (*path, key)
        yield f"[{random.choice(GAPS)}{spelled(random, inner)}{random.choice(GAPS)}]"
        yield from written(random, below[key], inner)


def pair(random: Random, path: tuple[str, ...], value: Any) -> Iterator[str]:
    """Yield a key and its value, or the dotted keys of a table."""
    if isinstance(value, dict) and value and random.random() < 1 / 2:
        for key, inner in value.items():
            yield from pair(random, (*path, key), inner)
    else:
        equals = f"{random.choice(GAPS)}={random.choice(GAPS)}"
        yield f"{spelled(random, path)}{equals}{inline(random, value)}"


def inline(random: Random, value: Any) -> str:
    """Return a value in its statement; a list can take several lines."""
    if isinstance(value, dict):
        pairs = [f"{spelled(random, (key,))} = {inline(random, one)}" for key, one in value.items()]
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        gap = random.choice(["", " ", "\n\t", " # ]\n"])
        return f"[{gap}" + f",{gap}".join(inline(random, one) for one in value) + f"{gap}]"
    return str(value)


def spelled(random: Random, path: tuple[str, ...]) -> str:
    """Return a dotted key, its parts bare where they can be, or quoted."""
    return random.choice([".", ".", " . "]).join(
        part
        if re.fullmatch(r"[A-Za-z0-9_-]+", part) and random.random() < 2 / 3
        else random.choice([f'"{part}"', f"'{part}'", json.dumps(part)])
        for part in path
    )


def with_holes(value: Any, holes: dict[tuple[str | int, ...], int], path: tuple[Any, ...]) -> Any:
    """Return the same value with a hole at each of these places."""
    if path in holes:
        return f"\ue000{holes[path]}\ue001"
    if isinstance(value, dict):
        return {key: with_holes(one, holes, (*path, key)) for key, one in value.items()}
    if isinstance(value, list):
        return [with_holes(one, holes, (*path, number)) for number, one in enumerate(value)]
    return value


@st.composite
def wrong_files(
    draw: st.DrawFn,
) -> tuple[str, dict[tuple[str | int, ...], tuple[int, int, int, str]]]:
    """Return a config with slips, and by path the line, the columns and the fault of each."""
    slips = draw(st.lists(st.sampled_from(SLIPS), min_size=1, max_size=4, unique=True))
    random = draw(st.randoms(use_true_random=True))
    table = with_holes(BASE, {slip[0]: number for number, slip in enumerate(slips)}, ())
    statements = [one + random.choice(COMMENTS) for one in written(random, table)]
    text = "".join(f"{random.choice(GAPS)}{one}\n" for one in statements)
    filled, expected, done = "", {}, 0
    for hole in HOLE.finditer(text):
        path, value, key = slips[int(hole[1])]
        filled += text[done : hole.start()]
        line, column = filled.count("\n") + 1, len(filled) - filled.rfind("\n")
        filled += value
        expected[path] = (line, column, column + len(value), key)
        done = hole.end()
    filled += text[done:]
    if random.random() < 1 / 2:
        filled = filled.replace("\n", "\r\n")
    return random.choice(["", "\ufeff"]) + filled, expected


@THOROUGH
@given(wrong_files())
def test_known_mistakes_are_told_where_they_were_made(
    file: tuple[str, dict[tuple[str | int, ...], tuple[int, int, int, str]]],
) -> None:
    """All of them and no others, in the order of the file, in whatever way it is written."""
    text, expected = file
    outcome(text)
    told = {}
    for one in mistakes(text):
        assert one.place.mark is not None
        told[one.where] = (one.place.mark.line, one.place.mark.column, one.place.mark.end, one.key)
    assert list(told.items()) == sorted(expected.items(), key=lambda slip: slip[1])


# Unknown keys and contradictions, likewise

UNKNOWN = "zz-unknown"

TABLES: list[tuple[str, ...]] = [
    (),
    ("sleep",),
    ("sleep", "friday"),
    ("reminders", "water"),
    ("reminders", "desk-stretch", "repeat"),
    ("reminders", "desk-stretch", "quiet"),
    ("reminders", "\u6c34"),
    ("snooze",),
    ("notify",),
]

CONTRADICTIONS: list[tuple[tuple[str | int, ...], str, str, tuple[str, str]]] = [
    (("reminders", "water", "at"), '"12:34"', "timing_twice", ("every", "at")),
    (("reminders", "\u6c34", "every"), '"1h"', "timing_twice", ("cron", "every")),
    (("reminders", "desk-stretch", "until"), '"wake"', "only_with_every", ("until", "at")),
    (("reminders", "\u6c34", "from"), '"wake"', "only_with_every", ("from", "cron")),
    (("reminders", "desk-stretch", "at", 2), "10:30:00", "at_twice", ("10:30:00", '"10:30"')),
    (("sleep", "saturday", "bedtime"), '"07:01"', "bedtime_after_wake", ('"07:01"', '"06:30"')),
    (("reminders", "water", "from"), '"wake - 1m"', "moment_in_night", ('"wake - 1m"', '"06:30"')),
    (("reminders", "water", "until"), '"07:00"', "every_empty", ('"wake + 1h"', '"07:00"')),
]
"""Values that contradict another of the config, and what is marked of both."""


def changed(path: tuple[str | int, ...], value: str) -> dict[str, Any]:
    """Return the valid config with another value at one place."""
    table = copy.deepcopy(BASE)
    inner: Any = table
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return table


def marked(place: Location | None) -> str:
    """Return the marked text at a place, keys without their quotes."""
    assert place is not None
    assert place.mark is not None
    text = place.mark.text[place.mark.column - 1 : place.mark.end - 1]
    return text if re.search("[0-9]", text) else text.strip("\"'")


@THOROUGH
@given(st.sampled_from(TABLES), st.randoms(use_true_random=True))
def test_an_unknown_key_is_marked_wherever_it_is(path: tuple[str, ...], random: Random) -> None:
    """At every level, and in whatever way its table is written."""
    text = "\n".join(written(random, changed((*path, UNKNOWN), "1")))
    (problem,) = mistakes(text)
    assert (problem.where, problem.key) == ((*path, UNKNOWN), "key_unknown")
    assert problem.line == text[: text.index(UNKNOWN)].count("\n") + 1
    assert marked(problem.place) == UNKNOWN


@THOROUGH
@given(st.sampled_from(CONTRADICTIONS), st.randoms(use_true_random=True))
def test_a_contradiction_marks_both_places_wherever_they_are(
    change: tuple[tuple[str | int, ...], str, str, tuple[str, str]], random: Random
) -> None:
    """In one line or in many, in one table or in two."""
    path, value, key, both = change
    text = "\n".join(written(random, changed(path, value)))
    outcome(text)
    (problem,) = mistakes(text)
    assert (problem.key, marked(problem.place), marked(problem.also)) == (key, *both)


@THOROUGH
@given(st.randoms(use_true_random=True))
def test_a_line_that_is_there_twice(random: Random) -> None:
    """Somewhere behind itself, as a slip of the hand copies it; the first is shown before it."""
    statements = list(written(random, BASE))
    number = random.randrange(len(statements))
    copied = random.choice(statements[number:])
    statements.insert(random.randint(number, len(statements)), copied)
    text = "\n".join(statements)
    outcome(text)
    for one in mistakes(text):
        if one.key in {"toml_twice", "toml_closed"}:
            assert one.also is not None
            assert one.also.mark is not None
            assert one.place.mark is not None
            assert one.also.mark.line < one.place.mark.line


@THOROUGH
@given(st.sampled_from(["friday", "'friday'", "friday.wake", "a.b"]), st.integers(0, 3))
def test_a_key_that_is_twice_in_an_inline_table(key: str, depth: int) -> None:
    """However deep it lies, both are marked."""
    text = f"sleep = {'[{ a = ' * depth}{{ {key} = 1, b = [2], {key} = {{ c = 3 }}{' }'}"
    (problem,) = mistakes(text)
    assert problem.key == "toml_twice"
    assert marked(problem.place) == "{ c = 3 }"
    assert marked(problem.also) == key.rpartition(".")[2].strip("'")
