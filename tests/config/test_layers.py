"""The precedence of the layers: built-in defaults, the person's file, the environment."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import time, timedelta
from errno import EACCES
from pathlib import Path
from pty import openpty
from socket import AF_UNIX, socket

import pytest

from config.written import SLEEP, loaded, schedule, told
from nightcare.config.config_file import read_file
from nightcare.config.config_source import source_of
from nightcare.config.load import load
from nightcare.domain.care_day import Hours
from nightcare.domain.moments import Anchor, ClockTime, Relative
from nightcare.domain.reasons import Condition
from nightcare.domain.reminders import At, Topic, WhenBusy
from nightcare.errors import ConfigError, Location

WALK = '[reminders.walk]\ntopic = "exercise"\nat = "17:00"\n'


def names(text: str, variables: Mapping[str, str] | None = None) -> list[str]:
    """Return the names of the reminders of a file."""
    return [one.name for one in schedule(text, variables).reminders]


# The file over the defaults


def test_a_sleep_table_replaces_the_built_in_one_whole() -> None:
    """Half of a sleep table is a mistake, not half of the built-in one."""
    assert told('[sleep]\nwake = "06:00"') == [
        'config.toml:1:1: sleep.bedtime: this is missing; add it, such as bedtime = "22:30"'
    ]
    changed = schedule('[sleep]\nwake = "06:00"\nbedtime = "21:00"')
    assert changed.sleep.week == (Hours(time(6), time(21)),) * 7


def test_any_reminder_replaces_all_the_built_in_ones() -> None:
    """A file with one reminder has one reminder."""
    assert names(WALK) == ["walk"]
    assert names("[reminders]") == ["water", "evening-stretch", "loose-blanket"]


def test_every_other_table_is_laid_over_the_defaults_key_by_key() -> None:
    """A key that the table leaves out keeps its built-in value."""
    changed = schedule(
        '[snooze]\nlimit = 5\n[quiet]\nidle_after = "10m"\npresenting = "hold"\n'
        '[notify]\nbackend = "terminal"\n[diary]\nmorning_question = false'
    )
    assert (changed.snooze.limit, len(changed.snooze.lengths)) == (5, 2)
    assert changed.idle_after == timedelta(minutes=10)
    quiet = changed.named("water").quiet
    assert (quiet[Condition.PRESENTING], quiet[Condition.LOCKED]) == (WhenBusy.HOLD, WhenBusy.HOLD)
    assert (changed.notify, changed.morning_question) == ("terminal", None)


def test_what_is_in_force_is_shown_as_it_was_written() -> None:
    """The values are those of all layers together, not those that were made of them."""
    values = loaded(WALK + "[snooze]\nlimit = 5", {"NIGHTCARE_LANGUAGE": "da"}).values
    assert values["reminders"] == {"walk": {"topic": "exercise", "at": "17:00"}}
    assert values["snooze"] == {"lengths": ["10m", "30m"], "limit": 5}
    assert values["language"] == "da"


# Weekdays


def test_a_weekday_overrides_either_time() -> None:
    """The other stays as it usually is."""
    week = schedule(
        SLEEP + '[sleep.friday]\nbedtime = "23:45"\n[sleep.saturday]\nwake = "08:30"'
    ).sleep.week
    assert week[4] == Hours(time(7), time(23, 45))
    assert week[5] == Hours(time(8, 30), time(22, 30))
    assert {week[number] for number in (0, 1, 2, 3, 6)} == {Hours(time(7), time(22, 30))}


def test_midnight_is_a_bedtime_like_any_other() -> None:
    """It is not taken for one that was left out."""
    week = schedule(SLEEP + '[sleep.sunday]\nbedtime = "00:00"').sleep.week
    assert week[6] == Hours(time(7), time(0))


# How it is written


def test_clock_times_may_be_toml_times() -> None:
    """With and without seconds, and mixed with text."""
    assert schedule("[sleep]\nwake = 06:30\nbedtime = 22:15:30").sleep.week[0] == Hours(
        time(6, 30), time(22, 15, 30)
    )
    walk = schedule('[reminders.walk]\ntopic = "exercise"\nat = [17:00, "18:00", "bedtime - 3h"]')
    assert walk.named("walk").timing == At(
        (ClockTime(time(17)), ClockTime(time(18)), Relative(Anchor.BEDTIME, -timedelta(hours=3)))
    )
    question = schedule("[diary]\nmorning_question = 07:45").morning_question
    assert question == ClockTime(time(7, 45))


def test_a_byte_order_mark_is_skipped() -> None:
    """Editors of another platform write one; columns are counted without it."""
    assert schedule(b'\xef\xbb\xbflanguage = "da"').language == "da"
    assert told(b'\xef\xbb\xbflanguage = "dk"')[0].startswith("config.toml:1:12: language: ")


def test_lines_may_end_as_on_another_platform() -> None:
    """With a carriage return as well."""
    assert schedule('language = "da"\r\n[snooze]\r\nlimit = 1\r\n').snooze.limit == 1


# The environment over both


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("NIGHTCARE_SLEEP__WAKE", "06:30", time(6, 30)),
        ("NIGHTCARE_SLEEP__WAKE", '"06:30"', time(6, 30)),
        ("NIGHTCARE_SLEEP__WAKE", "06:30:15", time(6, 30, 15)),
        ("NIGHTCARE_SLEEP__MONDAY__WAKE", "05:00", time(5)),
        ("NIGHTCARE_SLEEP__MONDAY", '{ wake = "05:00" }', time(5)),
        ("NIGHTCARE_SLEEP__MONDAY", '{"wake": "05:00"}', time(5)),
    ],
)
def test_a_variable_is_laid_over_the_file(variable: str, value: str, expected: time) -> None:
    """Key by key, also in a table that the file would replace whole."""
    week = schedule('[sleep]\nwake = "08:00"\nbedtime = "23:00"', {variable: value}).sleep.week
    assert week[0] == Hours(expected, time(23))


@pytest.mark.parametrize("value", ['["5m", "15m"]', '[ "5m", "15m", ]', "['5m', '15m']"])
def test_a_list_is_toml_or_json(value: str) -> None:
    """The first is also the second."""
    lengths = schedule("", {"NIGHTCARE_SNOOZE__LENGTHS": value}).snooze.lengths
    assert lengths == (timedelta(minutes=5), timedelta(minutes=15))


def test_json_is_read_where_it_is_no_toml() -> None:
    """A list over several lines, and an object."""
    lengths = schedule("", {"NIGHTCARE_SNOOZE__LENGTHS": '[\n"5m"\n]'}).snooze.lengths
    assert lengths == (timedelta(minutes=5),)
    assert schedule("", {"NIGHTCARE_SNOOZE": '{"limit": 1}'}).snooze.limit == 1


def test_numbers_truths_and_words_need_no_quotes() -> None:
    """A value is TOML or JSON, or else text as it stands."""
    changed = schedule(
        "",
        {
            "NIGHTCARE_SNOOZE__LIMIT": "1",
            "NIGHTCARE_REMINDERS__WATER__ENABLED": "false",
            "NIGHTCARE_LANGUAGE": "da",
            "NIGHTCARE_TIMEZONE": "Europe/Copenhagen",
            "NIGHTCARE_REMINDERS__WATER__TEXT": "Drik lidt vand, # nu",
            "NIGHTCARE_DIARY__MORNING_QUESTION": "false",
        },
    )
    assert changed.snooze.limit == 1
    assert not changed.named("water").enabled
    assert (changed.language, changed.zone) == ("da", "Europe/Copenhagen")
    assert changed.named("water").text == "Drik lidt vand, # nu"
    assert changed.morning_question is None


def test_an_underscore_stands_for_the_hyphen_in_a_name() -> None:
    """No variable can have a hyphen."""
    text = '[reminders.Desk-Stretch]\ntopic = "stretching"\nat = "10:00"'
    changed = schedule(text, {"NIGHTCARE_REMINDERS__DESK_STRETCH__TOPIC": "exercise"})
    assert changed.named("Desk-Stretch").topic is Topic.EXERCISE


def test_a_variable_can_add_a_reminder_to_those_of_the_file() -> None:
    """It does not replace them, as a file does the built-in ones."""
    variables = {
        "NIGHTCARE_REMINDERS__FRUIT__TOPIC": "nutrition",
        "NIGHTCARE_REMINDERS__FRUIT__AT": "12:00",
    }
    assert sorted(names(WALK, variables)) == ["fruit", "walk"]


def test_the_variable_that_names_the_file_is_no_setting() -> None:
    """A variable with a similar name is not a setting either."""
    usual = load(None, {}).schedule
    others = {"NIGHTCARE_CONFIG": "/nowhere", "NIGHTCARED_LANGUAGE": "da", "nightcare_x": "1"}
    assert load(None, others).schedule == usual


@pytest.mark.parametrize(
    ("variable", "path"),
    [
        ("NIGHTCARE_LANGAUGE", "langauge"),
        ("NIGHTCARE_SLEEP__WAKEUP", "sleep.wakeup"),
        ("NIGHTCARE_SNOOZE__LIMIT__MOST", "snooze.limit"),
        ("NIGHTCARE_SPEAKER__VOLUME", "speaker"),
        ("NIGHTCARE_", '""'),
        ("NIGHTCARE___WAKE", '""'),
    ],
)
def test_an_unknown_variable_is_a_mistake_that_names_it(variable: str, path: str) -> None:
    """Its name, not a line of a file that says nothing of it."""
    (line,) = told(SLEEP, {variable: "1"})
    assert line.startswith(f"{variable}: {path}: ")


def test_a_mistake_in_a_value_names_the_variable_and_not_the_file() -> None:
    """This holds if the file sets the same key, and if the name has a hyphen."""
    assert told(
        SLEEP + '[reminders.desk-stretch]\ntopic = "stretching"\nat = "10:00"',
        {"NIGHTCARE_SLEEP__WAKE": "late", "NIGHTCARE_REMINDERS__DESK_STRETCH__AT": "noon"},
    ) == [
        (
            "NIGHTCARE_REMINDERS__DESK_STRETCH__AT: reminders.desk-stretch.at: "
            'found "noon"; did you mean "12:00"? Allowed: a moment such as "21:45", "wake + 1h" or '
            '"bedtime - 30m"'
        ),
        'NIGHTCARE_SLEEP__WAKE: sleep.wake: found "late"; allowed: a clock time such as "07:00"',
    ]


def test_a_mistake_in_the_file_stays_there_beside_a_variable() -> None:
    """Only what a variable says is put down to it."""
    text = '[reminders.water]\ntopic = "hydration"\nat = "noon"'
    (line,) = told(text, {"NIGHTCARE_REMINDERS__WATER__ENABLED": "false"})
    assert line.startswith("config.toml:3:6: reminders.water.at: ")
    (line,) = told(
        '[reminders.water]\ntopic = "hydration"',
        {"NIGHTCARE_REMINDERS__WATER__ENABLED": "false"},
    )
    assert line.startswith("config.toml:1:12: reminders.water: it has no time")


def test_what_a_reminder_of_a_variable_lacks_is_put_down_to_the_variable() -> None:
    """There is no line of the file to name."""
    new = {"NIGHTCARE_REMINDERS__FRUIT__AT": "12:00"}
    assert told("", new) == [
        (
            "NIGHTCARE_REMINDERS__FRUIT__AT: reminders.fruit.topic: "
            'this is missing; add it, such as topic = "hydration"'
        )
    ]


def test_two_variables_that_contradict_each_other_are_a_mistake() -> None:
    """Neither is dropped without a word."""
    sleep = {"NIGHTCARE_SLEEP": "late", "NIGHTCARE_SLEEP__WAKE": "06:00"}
    assert [line.split(": ")[0] for line in told("", sleep)] == ["NIGHTCARE_SLEEP"]
    zone = {"NIGHTCARE_TIMEZONE": "auto", "NIGHTCARE_TIMEZONE__NAME": "UTC"}
    assert [line.split(": ")[0] for line in told("", zone)] == ["NIGHTCARE_TIMEZONE"]


def test_without_a_file_a_contradiction_is_put_down_to_the_defaults() -> None:
    """The variable is right by itself; the built-in reminder does not go with it."""
    with pytest.raises(ConfigError) as caught:
        load(None, {"NIGHTCARE_SLEEP__BEDTIME": "08:05"})
    origins = {one.place.origin for one in caught.value.problems}
    assert origins == {""}
    assert {one.where[:2] for one in caught.value.problems} == {("reminders", "water")}


# The file itself


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("missing", "file_missing"),
        ("folder", "file_is_folder"),
        ("link that leads nowhere", "file_missing"),
        ("link to itself", "file_unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_mistake(tmp_path: Path, kind: str, key: str) -> None:
    """With the name that was given, and what is in the way."""
    path = tmp_path / "config.toml"
    match kind:
        case "folder":
            path.mkdir()
        case "link that leads nowhere":
            path.symlink_to(tmp_path / "nowhere")
        case "link to itself":
            path.symlink_to(path)
        case _:
            pass
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    (problem,) = caught.value.problems
    assert (problem.key, problem.place) == (key, Location(str(path)))
    assert problem.values["reason"] in {
        "No such file or directory",
        "Is a directory",
        "Too many levels of symbolic links",
    }


@pytest.mark.parametrize(
    "kind", ["named pipe", "link to a named pipe", "socket", "terminal", "kernel"]
)
def test_what_would_be_waited_for_is_refused(tmp_path: Path, kind: str) -> None:
    """Nobody may ever write into it; neither the service nor a command waits for that."""
    path = tmp_path / "config.toml"
    with ExitStack() as stack:
        if kind == "socket":
            stack.enter_context(socket(AF_UNIX)).bind(str(path))
        elif kind == "terminal":
            ours, theirs = openpty()
            stack.callback(os.closerange, ours, theirs + 1)
            path = Path(os.ttyname(theirs))
        elif kind == "kernel":
            # /proc/kmsg would be waited for, but only root may read it.
            path.symlink_to("/proc/self/environ")
        else:
            pipe = path if kind == "named pipe" else tmp_path / "pipe"
            os.mkfifo(pipe)
            if pipe != path:
                path.symlink_to(pipe)
            # Who did read it would not read for ever.
            writer = subprocess.Popen(["sh", "-c", 'echo "language = 3" >"$1"', "sh", pipe])
            stack.callback(writer.wait)
            stack.callback(writer.kill)
        assert source_of(path, {}).text is None
        with pytest.raises(ConfigError) as caught:
            load(path, {})
    (problem,) = caught.value.problems
    assert (problem.key, problem.place) == ("file_not_plain", Location(str(path)))


def test_a_link_to_a_file_and_what_a_shell_hands_over_are_read(tmp_path: Path) -> None:
    """The null device is an empty file."""
    file, link = tmp_path / "mine.toml", tmp_path / "config.toml"
    file.write_text('language = "da"\n', encoding="utf-8")
    link.symlink_to(file)
    assert load(link, {}).schedule.language == "da"
    assert load(Path(os.devnull), {}).schedule == load(None, {}).schedule
    ours, theirs = os.pipe()
    os.write(theirs, file.read_bytes())
    os.close(theirs)
    assert load(Path(f"/dev/fd/{ours}"), {}).schedule.language == "da"
    os.close(ours)


def test_a_file_of_somebody_else_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No mode of the file stops an administrator, who may run the tests."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(EACCES, "Permission denied")

    file = tmp_path / "config.toml"
    file.write_text("", encoding="utf-8")
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ConfigError) as caught:
        read_file(file)
    assert [one.key for one in caught.value.problems] == ["file_not_allowed"]


@pytest.mark.parametrize("name", ["Sleep", "SLEEP", "Language", "Reminders"])
def test_no_name_is_taken_for_another_that_differs_in_case(name: str) -> None:
    """Otherwise the table of the file would be ignored silently."""
    assert told(f"[{name}]")[0].startswith(
        f"config.toml:1:2: {name}: there is no such key here; did you mean {name.lower()}?"
    )
