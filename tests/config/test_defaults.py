"""The settings of a person without a config: the example, and the promised values."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path

import tomli

from config.written import loaded, reminder, schedule
from nightcare.config.config_file import built_in, example_text
from nightcare.config.load import load
from nightcare.domain.care_day import Hours
from nightcare.domain.moments import Anchor, Relative
from nightcare.domain.reasons import Condition
from nightcare.domain.reminders import At, Every, Reminder, Repeat, Topic, Urgency, WhenBusy
from nightcare.domain.schedule import BARE_PAUSE, SnoozeRule, StretchRule

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
EVERY_DAY = frozenset(range(7))


def test_the_defaults_are_the_example_file() -> None:
    """Nobody who copies the example changes anything by it."""
    written = EXAMPLE.read_text(encoding="utf-8")
    assert example_text() == written
    assert built_in().values == tomli.loads(written)
    assert schedule(written) == load(None, {}).schedule


def test_an_empty_file_changes_nothing() -> None:
    """Neither does one with comments alone, or with a byte-order mark alone."""
    usual = load(None, {}).schedule
    assert schedule("") == usual
    assert schedule("# nothing yet\n") == usual
    assert schedule(b"\xef\xbb\xbf") == usual


def test_what_was_read_is_told() -> None:
    """The result names the file, or says that there was none."""
    assert load(None, {}).path is None
    path = loaded("").path
    assert path is not None
    assert path.name == "config.toml"


def test_the_week_sleeps_from_half_past_ten_to_seven() -> None:
    """Every weekday has the same hours."""
    assert load(None, {}).schedule.sleep.week == (Hours(time(7), time(22, 30)),) * 7


def test_the_language_the_zone_and_the_notifier_are_found_out() -> None:
    """None stands for what the desktop, the system and the machine say."""
    usual = load(None, {}).schedule
    assert (usual.language, usual.zone, usual.notify) == (None, None, None)


def test_the_usual_lengths_limits_and_moments() -> None:
    """As the table of defaults promises them."""
    usual = load(None, {}).schedule
    assert usual.snooze == SnoozeRule((10 * MINUTE, 30 * MINUTE), limit=3)
    assert usual.stretch == StretchRule("calf", "message")
    assert usual.routines == ()
    assert usual.idle_after == 5 * MINUTE
    assert usual.morning_question == Relative(Anchor.WAKE, 30 * MINUTE)
    assert BARE_PAUSE == HOUR


def test_the_three_reminders() -> None:
    """Water through the day, a stretch and the bedding before bed.

    What keeps the screen awake does not silence them. As it broke elsewhere: safeeyes#898.
    """
    by_day = dict.fromkeys(Condition, WhenBusy.HOLD) | {Condition.PRESENTING: WhenBusy.SHOW}
    by_night = by_day | {Condition.DO_NOT_DISTURB: WhenBusy.SHOW}
    assert load(None, {}).schedule.reminders == (
        Reminder(
            name="water",
            topic=Topic.HYDRATION,
            timing=Every(2 * HOUR, Relative(Anchor.WAKE, HOUR), Relative(Anchor.BEDTIME, -HOUR)),
            days=EVERY_DAY,
            text=None,
            enabled=True,
            snooze=(10 * MINUTE, 30 * MINUTE),
            fresh=45 * MINUTE,
            stays=10 * MINUTE,
            repeat=None,
            urgency=Urgency.NORMAL,
            sound=None,
            quiet=by_day,
        ),
        Reminder(
            name="evening-stretch",
            topic=Topic.STRETCHING,
            timing=At((Relative(Anchor.BEDTIME, -45 * MINUTE),)),
            days=EVERY_DAY,
            text=None,
            enabled=True,
            snooze=(10 * MINUTE, 20 * MINUTE),
            fresh=45 * MINUTE,
            stays=30 * MINUTE,
            repeat=Repeat(20 * MINUTE, 1),
            urgency=Urgency.NORMAL,
            sound=None,
            quiet=by_night,
            routine="calf",
        ),
        Reminder(
            name="loose-blanket",
            topic=Topic.BLANKET,
            timing=At((Relative(Anchor.BEDTIME, -10 * MINUTE),)),
            days=EVERY_DAY,
            text=None,
            enabled=True,
            snooze=(10 * MINUTE, 30 * MINUTE),
            fresh=45 * MINUTE,
            stays=30 * MINUTE,
            repeat=None,
            urgency=Urgency.NORMAL,
            sound=None,
            quiet=by_night,
        ),
    )


def test_a_reminder_that_says_little() -> None:
    """A key that the reminder leaves out has the value in the table of defaults."""
    plain = reminder('every = "3h"')
    assert plain.timing == Every(
        3 * HOUR, Relative(Anchor.WAKE, 30 * MINUTE), Relative(Anchor.BEDTIME, -HOUR)
    )
    assert plain.days == EVERY_DAY
    assert (plain.text, plain.enabled, plain.repeat, plain.sound) == (None, True, None, None)
    assert (plain.fresh, plain.stays) == (45 * MINUTE, 10 * MINUTE)
    assert plain.urgency is Urgency.NORMAL
    assert plain.snooze == (10 * MINUTE, 30 * MINUTE)


def test_every_line_that_the_example_comments_out_is_right() -> None:
    """The example is a valid config without the comment marks."""
    text = re.sub(r"^# (?=\[|\w+ *=)", "", example_text(), flags=re.MULTILINE)
    names = {one.name for one in schedule(text).reminders}
    assert names == {"water", "evening-stretch", "loose-blanket", "desk-stretch", "walk"}
    assert schedule(text).sleep.week[4].bedtime == time(23, 45)
    assert schedule(text).sleep.week[5] == Hours(time(8, 30), time(0, 15))
