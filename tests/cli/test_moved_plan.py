"""Views of a plan that was moved: they announce what comes, and show what was when it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from cli.terminal import TODAY, ZONE, Terminal
from nightcare.domain.delivery import Active, Closed, Delivery, Held, Outcome, Snoozed, begin
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.routine import RoutineSession
from nightcare.i18n.translator import read_words

EVENING = """
[reminders.evening-stretch]
topic = "stretching"
at = "bedtime - 30m"
"""

TWICE_A_DAY = """
[sleep]
wake = "06:30"
bedtime = "22:30"
[reminders.pills]
topic = "nutrition"
at = ["wake", "12:00"]
"""


def stretch_of(terminal: Terminal, clock: str = "22:00") -> Delivery:
    """Return the evening stretch of today."""
    return terminal.delivery(clock, "evening-stretch", "1")


def running(terminal: Terminal) -> None:
    """Let it be as after a reckoning of a service that has run for long."""
    now = terminal.now.astimezone(UTC)
    with terminal.journal() as journal:
        journal.save_global_state(
            replace(journal.global_state(), began=now - timedelta(days=9), updated=now)
        )


def views(terminal: Terminal) -> dict[str, Any]:
    """Return the times of day of the evening stretch in each view, in order."""
    today = [one for one in terminal("today", "--json").json if one["state"] == "planned"]
    ahead = terminal("preview", "--days", "1", "--json").json
    first = terminal("next", "--json").json
    return {
        "next": None if first is None else first["due"][11:16],
        "status": (terminal("status", "--json").json["next"] or {"due": " " * 11})["due"][11:16],
        "today": [one["due"][11:16] for one in today],
        "preview": [one["due"][11:16] for one in ahead if one["state"] == "planned"],
    }


AT_MIDNIGHT = {"next": "00:00", "status": "00:00", "today": ["00:00"], "preview": ["00:00"]}


@pytest.mark.parametrize(
    "state",
    [
        Active(datetime(2026, 11, 22, 21, tzinfo=UTC), datetime(2026, 11, 22, 21, 30, tzinfo=UTC)),
        Active(
            datetime(2026, 11, 22, 21, tzinfo=UTC),
            datetime(2026, 11, 22, 21, 30, tzinfo=UTC),
            again=datetime(2026, 11, 22, 21, 10, tzinfo=UTC),
            away=True,
        ),
        Held(Reason.LOCKED),
        Held(Reason.ANOTHER),
        Held(Reason.ROUTINE),
    ],
)
def test_what_is_unanswered_moves_with_the_evening(terminal: Terminal, state: Any) -> None:
    """Open, waiting to be asked again, held or in line: it closes and comes at the new time."""
    terminal.write(EVENING)
    terminal.look_at_the_clock("22:05")
    running(terminal)
    terminal.have(stretch_of(terminal), state)
    said = terminal("tonight", "00:30").out
    assert said == "New bedtime: tomorrow 00:30. The evening's reminders move with it.\n"
    assert views(terminal) == AT_MIDNIGHT
    assert terminal("status", "--json").json["unsettled"] == []


@pytest.mark.parametrize(
    ("outcome", "became"),
    [
        (Outcome.DONE, "done"),
        (Outcome.DISMISSED, "closed"),
        (Outcome.EXPIRED, "not answered"),
    ],
)
def test_what_has_its_outcome_keeps_it_and_its_time(
    terminal: Terminal, outcome: Outcome, became: str
) -> None:
    """It is announced nowhere, and shown where it was, once."""
    terminal.write(EVENING)
    terminal.look_at_the_clock("22:10")
    running(terminal)
    terminal.have(stretch_of(terminal), Closed(outcome, terminal.at("22:01")))
    assert terminal("tonight", "00:30").out == (
        "New bedtime: tomorrow 00:30. No reminders are left to move with it.\n"
    )
    lines = terminal("today").out.splitlines()
    assert lines == [
        "Sunday 22 November",
        f"  22:00  stretching (evening-stretch)   {became}",
    ]
    assert terminal("next").out == "Next: stretching, tomorrow 22:00.\n"
    assert terminal("preview", "--days", "1", "--json").json[0]["due"][:10] == "2026-11-23"


def test_a_snooze_stays_when_the_evening_moves(terminal: Terminal) -> None:
    """The person named that time."""
    terminal.write(EVENING)
    terminal.look_at_the_clock("22:05")
    running(terminal)
    snoozed = terminal.have(stretch_of(terminal), Snoozed(terminal.at("22:20")))
    terminal("tonight", "00:30")
    assert terminal("next").out == "Next: stretching, 22:20.\n"
    assert terminal.remembered(snoozed) == Snoozed(terminal.at("22:20"))


def test_a_stretch_under_way_stays_when_the_evening_moves(terminal: Terminal) -> None:
    """Nobody is torn away from it, and it is not announced again."""
    terminal.write(EVENING)
    terminal.look_at_the_clock("22:05")
    running(terminal)
    began = terminal.at("22:04").astimezone(UTC)
    opened = terminal.have(
        stretch_of(terminal), Active(began, terminal.at("22:09").astimezone(UTC))
    )
    with terminal.journal() as journal:
        journal.save_routine_session(
            RoutineSession(opened.key, "calf", began, began + timedelta(seconds=50))
        )
    terminal("tonight", "00:30")
    assert isinstance(terminal.remembered(opened), Active)
    assert "In progress" in terminal("status").out
    assert terminal("next").out == "Next: stretching, tomorrow 22:00.\n"


def test_undo_of_another_bedtime_brings_back_what_was_open(terminal: Terminal) -> None:
    """As it was, at its old time."""
    terminal.write(EVENING)
    terminal.look_at_the_clock("22:05")
    running(terminal)
    opened = terminal.have(stretch_of(terminal), Active(terminal.at("22:00"), terminal.at("22:30")))
    terminal("tonight", "00:30")
    terminal("undo")
    assert isinstance(terminal.remembered(opened), Active)
    assert views(terminal)["today"] == []


def test_a_later_wake_up_announces_nothing_that_was_done(terminal: Terminal) -> None:
    """Shown at 06:30 and done; the wake-up is 07:30 from now on."""
    terminal.write(TWICE_A_DAY)
    terminal.look_at_the_clock("06:40")
    running(terminal)
    taken = terminal.delivery("06:30", "pills", "wake")
    terminal.have(taken, Closed(Outcome.DONE, terminal.at("06:31")))
    assert terminal("config", "set", "sleep.wake", "07:30").code == 0
    assert terminal("next").out == "Next: food, 12:00.\n"
    # The care day before goes on until then, and it was in its hours.
    assert [line[2:7] for line in terminal("today").out.splitlines()[1:]] == ["06:30"]
    terminal.look_at_the_clock("07:31")
    running(terminal)
    assert [line[2:7] for line in terminal("today").out.splitlines()[1:]] == ["06:30", "12:00"]


def test_a_later_wake_up_moves_what_is_open(terminal: Terminal) -> None:
    """Shown at 06:30 and unanswered: it comes at 07:30."""
    terminal.write(TWICE_A_DAY)
    terminal.look_at_the_clock("06:40")
    running(terminal)
    taken = terminal.delivery("06:30", "pills", "wake")
    terminal.have(taken, Active(terminal.at("06:30"), terminal.at("06:45")))
    assert terminal("config", "set", "sleep.wake", "07:30").code == 0
    assert terminal("next").out == "Next: food, 07:30.\n"
    assert terminal("today").out == "Saturday 21 November\nNothing is planned.\n"
    assert terminal("status", "--json").json["unsettled"] == []


def test_flying_west_lists_nothing_twice(terminal: Terminal) -> None:
    """Done at 06:30 in Copenhagen is done at 00:30 in New York, and comes no more that day."""
    terminal.write('timezone = "America/New_York"\n' + TWICE_A_DAY)
    terminal.now = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
    running(terminal)
    day = date(2026, 11, 22)
    shown = datetime.combine(day, time(6, 30), ZONE)
    taken = begin(Occurrence(Key("pills", day, "wake"), shown), Topic.NUTRITION)
    terminal.have(taken, Closed(Outcome.DONE, shown + timedelta(minutes=1)))
    assert [(one["due"][11:16], one["state"]) for one in terminal("today", "--json").json] == [
        ("00:30", "settled"),
        ("12:00", "planned"),
    ]
    terminal.now = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
    assert terminal("next").out == "Next: food, 12:00.\n"


def test_what_is_due_in_a_pause_is_announced_for_its_end_or_not_at_all(
    terminal: Terminal,
) -> None:
    """Water of 18:00 is fresh until 18:45, that of 16:00 is not."""
    running(terminal)
    terminal("pause", "until", "18:30")
    assert terminal("next").out == "Next: water, 18:30.\n"
    planned = [one["due"][11:16] for one in terminal("today", "--json").json]
    assert planned == ["18:30", "20:00", "21:45", "22:20"]
    terminal("resume")
    terminal("pause", "until", "18:50")
    assert terminal("next").out == "Next: water, 20:00.\n"


def test_after_good_night_nothing_of_the_evening_is_announced(terminal: Terminal) -> None:
    """Until the next wake-up, in no view."""
    terminal.look_at_the_clock("21:50")
    running(terminal)
    terminal("good-night")
    assert terminal("next").out == "Next: water, tomorrow 08:00.\n"
    assert terminal("today").out == "Sunday 22 November\nNothing is planned.\n"
    assert terminal("preview", "--days", "1").out.startswith("Monday 23 November\n")


def test_what_the_service_has_passed_without_a_record_is_not_part_of_the_day(
    terminal: Terminal,
) -> None:
    """It first ran at noon: nothing of the morning was, and nothing of it comes."""
    noon = terminal.at("12:30").astimezone(UTC)
    with terminal.journal() as journal:
        journal.save_global_state(GlobalState(began=noon, updated=terminal.now.astimezone(UTC)))
    lines = terminal("today").out.splitlines()
    assert lines[0] == "Sunday 22 November"
    assert [line[2:7] for line in lines[1:]] == ["16:00", "18:00", "20:00", "21:45", "22:20"]
    assert TODAY.isoformat() in terminal("today", "--json").out


LATE = """
[sleep]
wake = "08:30"
bedtime = "01:00"
[reminders.evening-stretch]
topic = "stretching"
at = "bedtime - 30m"
[reminders.evening-water]
topic = "hydration"
at = "bedtime - 2h"
"""


@pytest.mark.parametrize(
    ("language", "mark"), [("en", "(after midnight)"), ("da", "(efter midnat)")]
)
def test_what_is_due_after_midnight_is_marked(terminal: Terminal, language: str, mark: str) -> None:
    """It stands below the date of the evening before, in every view, also once it is over."""
    terminal.write(f'language = "{language}"\n{LATE}')
    place = terminal.home / "page.html"
    for arguments in (("today",), ("preview", "--days", "1")):
        lines = terminal(*arguments).out.splitlines()
        (before,) = [line for line in lines if line.startswith("  23:00  ")]
        (after,) = [line for line in lines if line.startswith("  00:30  ")]
        assert mark not in before
        assert after.endswith(f" {mark}")
    assert terminal("page", "--html", place).code == 0
    assert place.read_text(encoding="utf-8").count(f">{mark}</td>") == 1
    due = terminal.at("00:30", TODAY + timedelta(days=1))
    delivery = begin(Occurrence(Key("evening-stretch", TODAY, "1"), due), Topic.STRETCHING)
    terminal.have(delivery, Closed(Outcome.DONE, due + timedelta(minutes=2)))
    terminal.look_at_the_clock("00:40", TODAY + timedelta(days=1))
    (over,) = [line for line in terminal("today").out.splitlines() if "  00:30  " in line]
    assert over.endswith(f" {mark} {read_words(language).text('outcome_done')}")
