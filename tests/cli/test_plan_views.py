"""Views of the plan: next, today, preview."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from cli.terminal import NO_REMINDERS, TODAY, Terminal
from nightcare.domain.delivery import Closed, Held, Outcome, Snoozed
from nightcare.domain.reasons import Reason

# next


def test_next(terminal: Terminal) -> None:
    """The one thing that comes next, by the clock or by the day."""
    assert terminal("next").out == "Next: water, 16:00.\n"
    terminal.look_at_the_clock("22:30")
    assert terminal("next").out == "Next: water, tomorrow 08:00.\n"


def test_next_for_a_program(terminal: Terminal) -> None:
    """As in a plan; nothing is null."""
    assert terminal("next", "--json").json["due"] == "2026-11-22T16:00:00+01:00"
    terminal.write(NO_REMINDERS)
    result = terminal("next", "--json")
    assert (result.code, result.out) == (0, "null\n")


def test_next_where_nothing_is_planned(terminal: Terminal) -> None:
    """A hint says what to do."""
    terminal.write(NO_REMINDERS)
    result = terminal("next")
    assert result.code == 0
    assert result.out.startswith("Nothing is planned. Add a reminder to your config")


def test_what_was_snoozed_may_come_next(terminal: Terminal) -> None:
    """It does not come before a pause ends."""
    terminal.have(terminal.delivery(), Snoozed(terminal.at("14:20")))
    assert terminal("next").out == "Next: water, 14:20.\n"
    terminal("pause", "30m")
    assert terminal("next").out == "Next: water, 14:40.\n"


def test_next_knows_of_another_bedtime_tonight(terminal: Terminal) -> None:
    """The evening moves with it."""
    terminal.look_at_the_clock("21:40")
    assert terminal("next").out == "Next: stretching, 21:45.\n"
    terminal("tonight", "00:30")
    assert terminal("next").out == "Next: water, 22:00.\n"


# today


def test_today(terminal: Terminal) -> None:
    """The date, and each moment with what became of it."""
    done = terminal.delivery("08:00", slot="0")
    terminal.have(done, Closed(Outcome.DONE, terminal.at("08:03")))
    missed = terminal.delivery("10:00", slot="7200")
    terminal.have(missed, Closed(Outcome.MISSED, terminal.at("10:46"), Reason.LOCKED))
    terminal.have(terminal.delivery("12:00", slot="14400"), Snoozed(terminal.at("14:30")))
    terminal.have_open("14:00")
    result = terminal("today")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "Sunday 22 November",
        "  08:00  water                          done",
        "  10:00  water                          missed (the screen was locked)",
        "  12:00  water                          snoozed until 14:30",
        "  14:00  water                          open",
        "  16:00  water",
        "  18:00  water",
        "  20:00  water",
        "  21:45  stretching (evening-stretch)",
        "  22:20  bedding (loose-blanket)",
    ]


def test_today_in_danish(terminal: Terminal) -> None:
    """In words, not in numbers alone."""
    terminal.write('language = "da"')
    terminal.have(terminal.delivery("10:00", slot="7200"), Held(Reason.IDLE))
    lines = terminal("today").out.splitlines()
    assert lines[0] == "søndag den 22. november"
    assert lines[2] == (
        "  10:00  vand (water)                   venter, fordi der var ingen ved skærmen"
    )


def test_today_past_midnight_is_still_the_evening_before(terminal: Terminal) -> None:
    """The care day ends with the next wake-up."""
    terminal.look_at_the_clock("01:00", TODAY + timedelta(days=1))
    assert terminal("today").out.startswith("Sunday 22 November\n")


def test_today_keeps_what_is_not_planned_any_more(terminal: Terminal) -> None:
    """The past stays."""
    walk = terminal.delivery("09:00", name="walk", slot="1")
    terminal.have(walk, Closed(Outcome.EXPIRED, terminal.at("09:10")))
    assert terminal("today").out.splitlines()[2] == (f"  09:00  {'walk':<30} not answered")


def test_today_where_nothing_is_planned(terminal: Terminal) -> None:
    """It says so, instead of nothing."""
    terminal.write(NO_REMINDERS)
    assert terminal("today").out == "Sunday 22 November\nNothing is planned.\n"
    assert terminal("today", "--json").json == []


def test_today_for_a_program(terminal: Terminal) -> None:
    """The past has outcomes, and the future is as in a plan."""
    gone = terminal.delivery("08:00", slot="0")
    terminal.have(gone, Closed(Outcome.EXPIRED, terminal.at("08:10"), Reason.SUPERSEDED))
    entries = terminal("today", "--json").json
    assert entries[0] == {
        "reminder": "water",
        "due": "2026-11-22T08:00:00+01:00",
        "care_day": "2026-11-22",
        "topic": "hydration",
        "state": "settled",
        "snoozes": 0,
        "outcome": "expired",
        "at": "2026-11-22T08:10:00+01:00",
        "reason": "superseded",
        "computer": None,
    }
    assert {one["state"] for one in entries[1:]} == {"planned"}
    assert len(entries) == 9


# preview


def test_preview_is_a_week_from_today(terminal: Terminal) -> None:
    """Under the date of each care day."""
    lines = terminal("preview").out.splitlines()
    days = [line for line in lines if not line.startswith(" ")]
    assert (len(lines), len(days)) == (7 * 10, 7)
    assert (days[0], days[-1]) == ("Sunday 22 November", "Saturday 28 November")


def test_preview_at_night_is_a_week_from_the_next_day(terminal: Terminal) -> None:
    """Of the day that is over nothing is to come; as long as something is, it is shown whole."""
    terminal.now = terminal.now.replace(hour=22, minute=19)
    assert terminal("preview").out.splitlines()[:2] == [
        "Sunday 22 November",
        "  08:00  water",
    ]
    terminal.now = terminal.now.replace(hour=22, minute=21)
    lines = terminal("preview").out.splitlines()
    days = [line for line in lines if not line.startswith(" ")]
    assert (days[0], days[-1]) == ("Monday 23 November", "Sunday 29 November")
    assert terminal("preview", "--days", "1", "--json").json[0]["care_day"] == "2026-11-23"


def test_preview_from_a_date_for_some_days(terminal: Terminal) -> None:
    """The date can be in the past."""
    result = terminal("preview", "--from", "2026-10-25", "--days", "1")
    assert result.out.splitlines()[0] == "Sunday 25 October"
    assert len(result.out.splitlines()) == 10


def test_preview_for_a_program(terminal: Terminal) -> None:
    """Reminder, topic, the moment with its offset, and the care day, over a clock change too."""
    terminal.write('[reminders.late]\ntopic = "sleep"\nat = ["02:30", "23:00"]\n')
    result = terminal("preview", "--from", "2026-03-28", "--days", "2", "--json")
    assert (result.code, result.err) == (0, "")
    assert [(one["due"], one["care_day"]) for one in result.json] == [
        ("2026-03-28T02:30:00+01:00", "2026-03-28"),
        ("2026-03-28T23:00:00+01:00", "2026-03-28"),
        ("2026-03-29T03:30:00+02:00", "2026-03-29"),
        ("2026-03-29T23:00:00+02:00", "2026-03-29"),
    ]
    for one in result.json:
        assert {"reminder", "topic", "due", "care_day"} <= one.keys()
        assert (one["reminder"], one["topic"]) == ("late", "sleep")
        assert datetime.fromisoformat(one["due"]).utcoffset() is not None
        date.fromisoformat(one["care_day"])


def test_preview_knows_of_another_bedtime_tonight(terminal: Terminal) -> None:
    """Other evenings are unchanged."""
    terminal("tonight", "23:30")
    due = [one["due"] for one in terminal("preview", "--days", "2", "--json").json]
    assert [one for one in due if one[11:13] in {"22", "23"}] == [
        "2026-11-22T22:00:00+01:00",
        "2026-11-22T22:45:00+01:00",
        "2026-11-22T23:20:00+01:00",
        "2026-11-23T22:20:00+01:00",
    ]


def test_preview_needs_no_journal(terminal: Terminal) -> None:
    """A state folder that cannot be used changes nothing of it, and none is made of it."""
    terminal.state.parent.write_text("in the way")
    assert terminal("preview", "--days", "1").code == 0


def test_preview_where_nothing_is_planned(terminal: Terminal) -> None:
    """It says so, and a program gets an empty list."""
    terminal.write(NO_REMINDERS)
    assert terminal("preview").out == "Nothing is planned.\n"
    assert terminal("preview", "--json").json == []


@pytest.mark.parametrize("days", ["0", "-1", "3661", "99999999999999999999"])
def test_a_preview_of_no_day_or_too_many_is_refused(terminal: Terminal, days: str) -> None:
    """With what may be asked for."""
    result = terminal("preview", "--days", days)
    assert (result.code, result.out) == (2, "")
    assert result.err == f"{days} days are out of range. Choose from 1 to 3660.\n"


@pytest.mark.parametrize("day", ["soon", "24.13.2026", "0001-01-01", "9999-12-31"])
def test_a_preview_from_no_date_is_refused(terminal: Terminal, day: str) -> None:
    """With how a date is written."""
    result = terminal("preview", "--from", day)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f'"{day}" cannot be used as a date. Write it like 2026-12-24, 24 December or monday.\n'
    )


def test_a_preview_from_a_date_that_no_calendar_has_is_refused(terminal: Terminal) -> None:
    """Its form is right, so the message names the day and the month."""
    result = terminal("preview", "--from", "2026-02-30")
    assert (result.code, result.out) == (2, "")
    assert result.err == '"2026-02-30" is not in the calendar. Check the day and the month.\n'
