"""Warnings about a valid config: when they appear, and when not."""

from __future__ import annotations

from datetime import time

import pytest

from config.written import SLEEP, loaded, mistakes, schedule, told, warned
from nightcare.domain.moments import ClockTime
from nightcare.domain.reminders import At
from nightcare.errors import ConfigError

NOON = '[reminders.noon]\ntopic = "sleep"\nat = "12:00"\n'
ONE = f'{SLEEP}[reminders.one]\ntopic = "sleep"\n'


def warnings(text: str) -> list[str]:
    """Return the keys of the warnings about a valid file."""
    return [one.key for one in loaded(text).warnings]


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        ('topic = "sleep"\nat = "12:00"', True),
        ('topic = "sleep"\nat = 12:00:00\ndays = "mon"\nfresh = "1h"', True),
        ('topic = "sleep"\nat = "12:01"', False),
        ('topic = "sleep"\nat = "12:00"\ntext = "Rest a while"', False),
        ('topic = "pacing"\nat = "12:00"', False),
        ('topic = "sleep"\ncron = "0 12 * * *"', False),
        ('topic = "sleep"\nat = "12:00"\nenabled = false', False),
    ],
)
def test_two_reminders_are_alike_that_say_the_same_at_the_same_time(
    *, other: str, alike: bool
) -> None:
    """One of them that is off, or different, was meant."""
    assert warnings(f"{NOON}[reminders.other]\n{other}") == ["reminders_alike"] * alike


def test_two_reminders_on_other_days_are_not_alike() -> None:
    """The third of three can equal the first."""
    text = (
        f'{NOON}days = "weekdays"\n[reminders.two]\ntopic = "sleep"\nat = "12:00"\ndays = "sat"\n'
    )
    assert warnings(text) == []
    (third,) = warned(f'{text}[reminders.three]\ntopic = "sleep"\nat = "12:00"\ndays = "tue"')
    assert "reminders.three: this comes at the same times as noon" in third
    assert third.endswith("; see line 1")


@pytest.mark.parametrize(
    ("keys", "warned_of"),
    [
        ('at = "bedtime - 30m"\nsnooze = ["1h"]', []),
        ('at = "bedtime - 30m"\nsnooze = ["61m"]', ["snooze_never"]),
        ('at = "bedtime - 30m"\nsnooze = ["61m", "10m", "3h"]', ["snooze_never"] * 2),
        ('at = ["bedtime - 30m", "bedtime - 3h"]\nsnooze = ["61m"]', []),
        ('at = "22:20"\nsnooze = "41m"', ["snooze_never"]),
        ('at = "23:20"\nsnooze = "41m"', ["clock_in_night"]),
        ('every = "2h"\nsnooze = "24h"', []),
        ('cron = "0 22 * * *"\nsnooze = "24h"', []),
        ('at = "bedtime - 30m"', []),
    ],
)
def test_a_snooze_that_is_never_offered(keys: str, warned_of: list[str]) -> None:
    """It ends more than half an hour after bedtime, whenever the reminder is shown."""
    assert warnings(f"{ONE}{keys}\n[snooze]\nlengths = ['3h']") == warned_of


def test_a_snooze_that_is_offered_on_one_evening_is_offered() -> None:
    """It is enough that bedtime is later once a week."""
    late = '[sleep.saturday]\nbedtime = "23:30"\n'
    assert warnings(f'{late}{ONE}at = "22:00"\nsnooze = "2h"') == []
    assert warnings(f'{late}{ONE}at = "22:00"\nsnooze = "2h"\ndays = "sun"') == ["snooze_never"]


@pytest.mark.parametrize(("again", "late"), [("59m", False), ("1h", True), ("2h", True)])
def test_a_repeat_that_the_next_one_comes_before(*, again: str, late: bool) -> None:
    """As the next takes its place."""
    repeat = f'repeat = {{ every = "{again}", times = 1 }}'
    assert warnings(f'{ONE}every = "1h"\n{repeat}') == ["repeat_too_late"] * late
    assert warnings(f'{ONE}at = "12:00"\n{repeat}') == []


@pytest.mark.parametrize(
    ("cron", "days", "never"),
    [
        ("0 17 * * sat", "mon", True),
        ("0 17 * * sat", "weekends", False),
        ("0 17 * * sat#2,sun", "weekdays", True),
        ("0 17 13 * sat", "mon", False),
        ("0 17 13 * *", "mon", False),
        # Before the wake-up it is still the care day before.
        ("0 6 * * sat", "sat", True),
        ("0 7 * * sat", "sat", False),
    ],
)
def test_a_cron_that_never_meets_its_days(*, cron: str, days: str, never: bool) -> None:
    """Days are those of the care day; cron's are those of the calendar."""
    told_of = warnings(f'{ONE}cron = "{cron}"\ndays = "{days}"')
    assert ("cron_not_on_days" in told_of) is never
    assert told_of in ([], ["cron_not_on_days"])


@pytest.mark.parametrize(
    ("wake", "bedtime", "warned_of"),
    [
        ("07:00", "15:00", []),
        ("07:00", "14:59", ["day_short"]),
        ("07:00", "04:00", []),
        ("07:00", "04:01", ["night_short"]),
        ("07:00", "07:00", ["night_short"]),
        ("22:00", "06:00", []),
    ],
)
def test_hardly_any_day_or_night(wake: str, bedtime: str, warned_of: list[str]) -> None:
    """Somebody may have written ten in the evening as "10:00"."""
    assert warnings(f'[sleep]\nwake = "{wake}"\nbedtime = "{bedtime}"\n{NOON}enabled = false') == (
        warned_of
    )


def test_a_short_day_is_told_once_of_each_place() -> None:
    """The usual bedtime, and that of a weekday."""
    text = (
        f'[sleep]\nwake = "07:00"\nbedtime = "10:00"\n[sleep.friday]\nbedtime = "10:30"\n'
        f"{NOON}enabled = false"
    )
    assert [one.where for one in loaded(text).warnings] == [
        ("sleep", "bedtime"),
        ("sleep", "friday", "bedtime"),
    ]


def test_what_is_off_is_in_nobodys_way() -> None:
    """No word of a reminder that does not come."""
    assert warnings(f'{ONE}at = "03:00"\nsnooze = "24h"\nenabled = false') == []


def test_slips_are_told_beside_mistakes() -> None:
    """They are reported if all tables could be read."""
    with pytest.raises(ConfigError) as caught:
        loaded(f'{ONE}at = "03:00"\n[reminders.two]\ntopic = "sleep"')
    assert [one.key for one in caught.value.problems] == ["timing_missing"]
    assert [one.key for one in caught.value.warnings] == ["clock_in_night"]
    with pytest.raises(ConfigError) as caught:
        loaded(f'{ONE}at = "03:00"\n[snooze]\nlimit = 101')
    assert caught.value.warnings == ()


# Where the other place is


@pytest.mark.parametrize(
    ("text", "variables", "see"),
    [
        ('at = "wake - 1h"', {}, "; see the built-in defaults"),
        ('at = "wake - 1h"', {"NIGHTCARE_SLEEP__WAKE": "08:00"}, "; see NIGHTCARE_SLEEP__WAKE"),
        (f'at = "wake - 1h"\n{SLEEP}', {}, "; see line 5"),
        ('at = "12:00"', {"NIGHTCARE_REMINDERS__A__EVERY": "1h"}, "; see config.toml:3"),
        ('at = ["12:00", "12:00"]', {}, "; once is enough"),
    ],
)
def test_the_other_place_is_named(text: str, variables: dict[str, str], see: str) -> None:
    """A line, a variable, the defaults; not the line that is named already."""
    (line,) = told(f'[reminders.a]\ntopic = "sleep"\n{text}', variables)
    assert line.endswith(see)


# What was probably meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("22", "22:00"), ("22.3", "22:30"), ("2230", "22:30"), ('"at 22:30"', "22:30"),
        ('"22 30"', "22:30"), ('"klokken 7.05"', "07:05"), ('"midnight"', "00:00"),
        ('"\uff12\uff12:30"', "22:30"), ('"22:30\u00a0"', "22:30"), ("-7", None), ("true", None),
        ('"7:5"', None), ('[["7"]]', None), ("nan", None), ('"half ten"', None),
        ('"half past ten pm"', "22:30"),
    ],
)  # fmt: skip
def test_a_clock_time_in_another_way(given: str, meant: str | None) -> None:
    """As it is written in other places, or said; what is no time of a day was not meant."""
    (problem,) = mistakes(f'[reminders.a]\ntopic = "sleep"\nat = {given}')
    assert problem.values.get("nearest") == meant
    assert problem.key == f"moment_not_understood{'_but' if meant else ''}"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Bedtime - 1h30m", "bedtime - 1h30m"), ("bedtime \N{MINUS SIGN} 30m", "bedtime - 30m"),
        ("wake \N{EN DASH} 10m", "wake - 10m"), ("bedtime-30", "bedtime - 30m"), ("WAKE", "wake"),
        ("wake\u00a0+ 1h", "wake + 1h"), ("bed - 1h", None), ("wake - soon", None), ("", None),
    ],
)  # fmt: skip
def test_a_relative_moment_in_another_way(given: str, meant: str | None) -> None:
    """A dash that looks the same is told, and so are capitals and a missing unit."""
    (problem,) = mistakes(f'[reminders.a]\ntopic = "sleep"\nat = "{given}"')
    assert problem.values.get("nearest") == meant
    assert problem.key == f"moment_not_understood{'_but' if meant else ''}"


@pytest.mark.parametrize("given", ['"13 pm"', '"0 am"', '"24:01"', "25", '"22:60"', '"12:00:60"'])
def test_a_clock_time_that_no_clock_shows(given: str) -> None:
    """It is told what a clock shows."""
    (problem,) = mistakes(f'[reminders.a]\ntopic = "sleep"\nat = {given}')
    assert problem.key == "clock_out_of_range"
    (problem,) = mistakes(f'[sleep]\nwake = "07:00"\nbedtime = {given}')
    assert problem.key == "clock_out_of_range"


@pytest.mark.parametrize("given", ["7", '"7"', '"kl. 7"'])
def test_an_hour_in_the_morning_or_in_the_evening(given: str) -> None:
    """It is told how to write either."""
    (problem,) = mistakes(f'[sleep]\nwake = "07:00"\nbedtime = {given}')
    assert problem.key == "clock_which_half"
    assert (problem.values["morning"], problem.values["evening"]) == ("07:00", "19:00")


@pytest.mark.parametrize(
    ("given", "clock"),
    [
        ("22.30", time(22, 30)), ("2230", time(22, 30)), ("22h30", time(22, 30)),
        ("22", time(22)), ("10:30 pm", time(22, 30)), ("10 PM", time(22)), ("24:00", time(0)),
        ("kl. 22.30", time(22, 30)), ("12 am", time(0)), ("2345", time(23, 45)),
    ],
)  # fmt: skip
def test_a_clock_time_as_people_write_it(given: str, clock: time) -> None:
    """In quotes it is understood as the commands understand it; also in a variable."""
    text = f'[reminders.a]\ntopic = "sleep"\nat = "{given}"'
    assert schedule(text).reminders[0].timing == At((ClockTime(clock),))
    assert schedule(f'[sleep]\nwake = "07:00"\nbedtime = "{given}"').sleep.week[0].bedtime == clock


@pytest.mark.parametrize("given", ["22.30", "22h30", "10:30 pm", "kl. 22.30", '"2230"'])
def test_a_clock_time_as_people_write_it_in_a_variable(given: str) -> None:
    """A number with a full stop is text there, for its last digit counts."""
    hours = schedule("", {"NIGHTCARE_SLEEP__BEDTIME": given}).sleep.week[0]
    assert hours.bedtime == time(22, 30)


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("5", "length_without_unit"),
        ('" 90 "', "length_without_unit"),
        ("0", "length_not_understood"),
        ("-5", "length_not_understood"),
        ("1.5", "length_not_understood"),
        ("100000", "length_not_understood"),
        ("true", "length_not_understood"),
    ],
)
def test_a_length_without_its_unit(given: str, key: str) -> None:
    """It can be minutes or hours; only the person knows."""
    assert [one.key for one in mistakes(f"[quiet]\nidle_after = {given}")] == [key]


def evening(count: int, keys: str) -> str:
    """Return so many different reminders at one moment of the evening."""
    return SLEEP + "".join(
        f'[reminders.r{number}]\ntopic = "sleep"\ntext = "{number}"\n{keys}\n'
        for number in range(count)
    )


@pytest.mark.parametrize(
    ("count", "keys", "crowded"),
    [
        (3, 'at = "bedtime - 30m"', False),
        (45, 'at = "bedtime - 30m"', False),
        (46, 'at = "bedtime - 30m"', True),
        (30, 'at = "bedtime"', False),
        (31, 'at = "bedtime"', True),
        (2, 'at = "bedtime - 30m"\nfresh = "2m"', False),
        (2, 'at = "bedtime - 30m"\nfresh = "1m"', True),
        (46, 'at = "12:00"', False),
    ],
)
def test_evening_reminders_of_one_moment_need_room(*, count: int, keys: str, crowded: bool) -> None:
    """Each has to be shown for a minute while it is fresh, and before one sleeps."""
    assert warnings(evening(count, keys)) == ["evening_crowded"] * crowded


def test_a_crowd_is_told_once_with_its_first_reminder() -> None:
    """On however many weekdays it comes."""
    (told_once,) = warned(evening(46, 'at = "bedtime - 30m"'))
    assert "reminders.r45: more evening reminders come at this moment, r0 among them," in told_once
