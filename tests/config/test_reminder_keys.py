"""Every key of a reminder, and what it comes to."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from config.written import SLEEP, loaded, reminder, schedule, warned
from nightcare.domain.moments import Anchor, ClockTime, Relative
from nightcare.domain.reasons import Condition
from nightcare.domain.reminders import At, Cron, Every, Repeat, Topic, Urgency, WhenBusy

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

WEEKDAYS, WEEKEND = frozenset(range(5)), frozenset({5, 6})


@pytest.mark.parametrize("topic", list(Topic))
def test_the_topic(topic: Topic) -> None:
    """Each topic of the guidance."""
    text = f'[reminders.one]\ntopic = "{topic}"\nat = "12:00"'
    assert schedule(text).named("one").topic is topic


@pytest.mark.parametrize(
    ("written", "moments"),
    [
        ('"21:45"', (ClockTime(time(21, 45)),)),
        ('["21:45"]', (ClockTime(time(21, 45)),)),
        ('"wake"', (Relative(Anchor.WAKE),)),
        ('"wake+1h30m"', (Relative(Anchor.WAKE, 90 * MINUTE),)),
        (
            '[10:30, "bedtime - 30m"]',
            (ClockTime(time(10, 30)), Relative(Anchor.BEDTIME, -HOUR / 2)),
        ),
    ],
)
def test_at(written: str, moments: tuple[ClockTime | Relative, ...]) -> None:
    """One moment or several; in the order in which they are written."""
    assert reminder(f"at = {written}").timing == At(moments)


def test_every_from_until() -> None:
    """Clock times and moments relative to wake and bedtime alike."""
    timing = reminder('every = "90m"\nfrom = "09:00"\nuntil = "bedtime - 2h"').timing
    assert timing == Every(90 * MINUTE, ClockTime(time(9)), Relative(Anchor.BEDTIME, -2 * HOUR))


@pytest.mark.parametrize("interval", ["1m", "24h", "1d"])
def test_every_at_its_limits(interval: str) -> None:
    """A minute and a day are both allowed."""
    assert isinstance(reminder(f'every = "{interval}"').timing, Every)


@pytest.mark.parametrize("fields", ["0 17 * * sat", " 0  17 * *\tSAT ", "*/30 9-17 1,15 jan-jun *"])
def test_cron(fields: str) -> None:
    """Five fields, whatever is between them."""
    assert reminder(f'cron = "{fields}"').timing == Cron(" ".join(fields.split()))


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ('["mon", "wed", "fri"]', {0, 2, 4}),
        ('"weekdays"', WEEKDAYS),
        ('["weekends", "fri"]', WEEKEND | {4}),
        ('"daily"', WEEKDAYS | WEEKEND),
        ('["Monday", "SUN"]', {0, 6}),
    ],
)
def test_days(written: str, days: set[int]) -> None:
    """Short and long names and the words for several, in any case."""
    assert reminder(f'at = "12:00"\ndays = {written}').days == days


def test_text() -> None:
    """The person's own words, with single spaces between them."""
    assert reminder('at = "12:00"\ntext = "  Stræk   ud\\nnu "').text == "Stræk ud nu"
    assert reminder(f'at = "12:00"\ntext = "{"a" * 500}"').text == "a" * 500


def test_enabled() -> None:
    """One that is not in force stays configured."""
    made = schedule('[reminders.one]\ntopic = "sleep"\nat = "12:00"\nenabled = false')
    assert not made.named("one").enabled
    assert made.enabled == ()


@pytest.mark.parametrize(
    ("written", "lengths"),
    [
        ('["5m", "1h"]', (5 * MINUTE, HOUR)),
        ('"5m"', (5 * MINUTE,)),
        ("[]", ()),
    ],
)
def test_snooze(written: str, lengths: tuple[timedelta, ...]) -> None:
    """Its own lengths instead of the usual ones; none is a choice as well."""
    assert reminder(f'at = "12:00"\nsnooze = {written}').snooze == lengths


def test_fresh_and_stays() -> None:
    """One is the time in which it is worth showing, the other its time on the screen."""
    made = reminder('at = "bedtime - 30m"\nfresh = "2h"\nstays = "1m30s"')
    assert (made.fresh, made.stays) == (2 * HOUR, 90 * timedelta(seconds=1))


def test_repeat() -> None:
    """As a table in the line, and as one with its own header."""
    expected = Repeat(10 * MINUTE, 2)
    assert reminder('at = "12:00"\nrepeat = { every = "10m", times = 2 }').repeat == expected
    apart = 'at = "12:00"\n[reminders.one.repeat]\nevery = "10m"\ntimes = 2'
    assert reminder(apart).repeat == expected


@pytest.mark.parametrize("urgency", list(Urgency))
def test_urgency(urgency: Urgency) -> None:
    """Each of the desktop's three."""
    assert reminder(f'at = "12:00"\nurgency = "{urgency}"').urgency is urgency


@pytest.mark.parametrize(
    ("written", "sound"),
    [
        ('"message-new-instant"', "message-new-instant"),
        ('" /home/ada/bell.oga "', "/home/ada/bell.oga"),
        ("false", None),
        ('""', None),
    ],
)
def test_sound(written: str, sound: str | None) -> None:
    """A name or a path, or none."""
    assert reminder(f'at = "12:00"\nsound = {written}').sound == sound


def test_quiet_of_one_reminder_goes_over_the_general_one() -> None:
    """Only where it says something."""
    text = (
        '[quiet]\nlocked = "show"\npresenting = "hold"\n'
        '[reminders.one]\ntopic = "sleep"\nat = "12:00"\nquiet = { locked = "hold", idle = "show" }'
    )
    assert schedule(text).named("one").quiet == dict.fromkeys(Condition, WhenBusy.HOLD) | {
        Condition.IDLE: WhenBusy.SHOW
    }


@pytest.mark.parametrize("timing", ['at = "bedtime - 30m"', 'at = ["12:00", "bedtime"]'])
def test_an_evening_reminder_stays_longer_and_comes_through_do_not_disturb(timing: str) -> None:
    """It is one that has an `at` relative to bedtime."""
    made = reminder(timing)
    assert made.evening
    assert made.stays == 30 * MINUTE
    assert made.quiet[Condition.DO_NOT_DISTURB] is WhenBusy.SHOW


@pytest.mark.parametrize(
    "timing",
    ['at = "22:00"', 'at = "wake + 1h"', 'every = "2h"\nuntil = "bedtime"', 'cron = "0 22 * * *"'],
)
def test_any_other_reminder_does_not(timing: str) -> None:
    """However late it is due."""
    made = reminder(timing)
    assert not made.evening
    assert made.stays == 10 * MINUTE
    assert made.quiet[Condition.DO_NOT_DISTURB] is WhenBusy.HOLD


def test_an_evening_reminder_can_be_held_and_a_daily_one_shown() -> None:
    """A reminder's own setting wins over both."""
    held = reminder('at = "bedtime"\nquiet = { do_not_disturb = "hold" }')
    assert held.quiet[Condition.DO_NOT_DISTURB] is WhenBusy.HOLD
    shown = reminder('at = "12:00"\nquiet = { do_not_disturb = "show" }')
    assert shown.quiet[Condition.DO_NOT_DISTURB] is WhenBusy.SHOW
    general = '[quiet]\ndo_not_disturb = "show"\n[reminders.one]\ntopic = "sleep"\nat = "12:00"'
    assert schedule(general).named("one").quiet[Condition.DO_NOT_DISTURB] is WhenBusy.SHOW


@pytest.mark.parametrize("name", ["a", "Vand", "æble-2", "walk_home", "done", "x" * 100])
def test_names(name: str) -> None:
    """A letter, of any alphabet, and then letters, digits, hyphens and underscores."""
    text = f'[reminders."{name}"]\ntopic = "sleep"\nat = "12:00"'
    assert [one.name for one in schedule(text).reminders] == [name]


def test_reminders_keep_their_order() -> None:
    """That of the file."""
    text = "".join(f'[reminders.{name}]\ntopic = "sleep"\nat = "12:00"\n' for name in "cab")
    assert [one.name for one in schedule(text).reminders] == ["c", "a", "b"]


# What is allowed but may be a slip

IN_THE_NIGHT = "is in the night on {} (bedtime {}, wake-up {}); it is kept as written"


@pytest.mark.parametrize(
    ("timing", "place", "found"),
    [
        ('at = "03:00"', "3:6: reminders.one.at", "03:00"),
        ('at = ["12:00", "22:31"]', "3:16: reminders.one.at", "22:31"),
        ('every = "1h"\nfrom = "06:00"', "4:8: reminders.one.from", "06:00"),
        ('every = "1h"\nuntil = "23:00"', "4:9: reminders.one.until", "23:00"),
        ('cron = "0 3 * * *"', "3:8: reminders.one.cron", "03:00"),
        ('cron = "30 7,22-23 * * *"', "3:8: reminders.one.cron", "23:30"),
    ],
)
def test_a_clock_time_in_the_night_is_kept_with_a_warning(
    timing: str, place: str, found: str
) -> None:
    """It may be what the person wants; nobody else can know."""
    text = f'[reminders.one]\ntopic = "sleep"\n{timing}'
    said = IN_THE_NIGHT.format("Monday", "22:30", "07:00")
    assert warned(text) == [f'config.toml:{place}: "{found}" {said}; see the built-in defaults']


@pytest.mark.parametrize(
    "timing",
    [
        'at = ["07:00", "22:30"]',
        'every = "1h"\nfrom = "07:00"\nuntil = "22:30"',
        'cron = "0,30 7-22 * * *"',
        'cron = "0 17 1 * sat"',
        'cron = "0 17 * * 5#5"',
        'cron = "0 17 L * *"',
    ],
)
def test_waking_hours_include_both_ends(timing: str) -> None:
    """Nothing is said of a clock time at the wake-up or at bedtime."""
    assert loaded(f'[reminders.one]\ntopic = "sleep"\n{timing}').warnings == ()


LATE_SATURDAY = SLEEP + '[sleep.saturday]\nwake = "09:00"\nbedtime = "01:00"\n'


@pytest.mark.parametrize(
    ("timing", "warning"),
    [
        ('at = "00:30"\ndays = "sat"', None),
        ('at = "00:30"\ndays = "sun"', ("00:30", "Sunday", "22:30", "07:00")),
        ('at = "08:00"\ndays = ["sat", "sun"]', ("08:00", "Saturday", "01:00", "09:00")),
        ('cron = "30 0 * * sun"', None),
        ('cron = "30 0 * * sat"', ("00:30", "Saturday", "01:00", "09:00")),
        ('cron = "30 1 * * 7"', ("01:30", "Sunday", "22:30", "07:00")),
        ('cron = "0 8 * * 6#2"', ("08:00", "Saturday", "01:00", "09:00")),
        ('cron = "0 8 1 * *"', ("08:00", "Saturday", "01:00", "09:00")),
        ('cron = "0 8 1 * sun"', ("08:00", "Saturday", "01:00", "09:00")),
        ('cron = "0 8 * * sun"', None),
        ('cron = "0 8 * * sat,sun"\ndays = "sun"', None),
    ],
)
def test_the_night_is_that_of_the_care_day(
    timing: str, warning: tuple[str, str, str, str] | None
) -> None:
    """An evening past midnight belongs to the day before, and weekdays have their own hours."""
    text = f'{LATE_SATURDAY}[reminders.one]\ntopic = "sleep"\n{timing}'
    said = [line.split(": ", 2)[2].split("; see line")[0] for line in warned(text)]
    if warning is None:
        assert said == []
    else:
        found, *where = warning
        assert said == [f'"{found}" {IN_THE_NIGHT.format(*where)}']
