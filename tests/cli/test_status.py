"""Looking: status, next, today, preview, why; for a person, and for a program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cli.terminal import TODAY, Terminal
from nightcare.config.load import load
from nightcare.desktop.instance_lock import InstanceLock
from nightcare.domain.delivery import Active, Closed, DeliveryStatus, Held, Outcome, Snoozed
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reasons import Reason
from nightcare.domain.routine_session import RoutineSession
from nightcare.journal.store import SERVICE_NOTE

NO_REMINDERS = '[reminders.none]\ntopic = "sleep"\nat = "12:00"\nenabled = false\n'

START_IT = "Start it with `nightcare install`, or try it here with `nightcare run`.\n"


@pytest.fixture
def service(terminal: Terminal) -> Iterator[None]:
    """Hold the lock of a running service, and write its note."""
    with terminal.journal() as journal:
        journal.write_note(SERVICE_NOTE, {"pid": 4711, "notifier": "GNOME Shell 49"})
    lock = InstanceLock(terminal.state)
    assert lock.take()
    yield
    lock.release()


# status


def test_status_without_a_service(terminal: Terminal) -> None:
    """All that is known is shown; the exit code and a hint say that the service is missing."""
    result = terminal("status")
    assert result.code == 69
    assert result.out == "nightcare is not running.\nNext: water, 16:00.\n"
    assert result.err == START_IT


@pytest.mark.usefixtures("service")
def test_status_of_a_running_service(terminal: Terminal) -> None:
    """With the notifier that it uses."""
    result = terminal("status")
    assert (result.code, result.err) == (0, "")
    assert result.out == "nightcare is running, with GNOME Shell 49.\nNext: water, 16:00.\n"


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("note", "state", "line"),
    [
        ({"notifier": "dunst 1.9"}, "running", "nightcare is running, with dunst 1.9."),
        ({"notifier_startable": True}, "startable", "the notification server starts by itself"),
        ({}, "none", "there is no notification server"),
    ],
)
def test_status_distinguishes_running_startable_and_no_server(
    terminal: Terminal, note: dict[str, object], state: str, line: str
) -> None:
    """A server that the bus starts on demand is nothing to wait for."""
    with terminal.journal() as journal:
        journal.write_note(SERVICE_NOTE, note)
    assert line in terminal("status").out.splitlines()[0]
    assert terminal("status", "--json").json["notifier_state"] == state


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(("capability", "drawn"), [("menu", False), ("buttons", True)])
def test_status_tells_that_no_buttons_are_drawn(
    terminal: Terminal, capability: str, *, drawn: bool
) -> None:
    """The output names the command to answer with."""
    with terminal.journal() as journal:
        journal.write_note(SERVICE_NOTE, {"notifier": "mako", "capabilities": ["body", capability]})
    assert ("It draws no buttons: answer with" in terminal("status").out) is not drawn
    assert terminal("status", "--json").json["draws_buttons"] is drawn


def test_status_tells_what_is_known_of_presence(terminal: Terminal) -> None:
    """By whom, and what nobody says."""
    presence = {
        "locked": {"on": False, "by": ["logind", "sway"]},
        "idle": {"on": True, "by": ["me"]},
        "do_not_disturb": {"on": None, "by": []},
    }
    with terminal.journal() as journal:
        journal.write_note(SERVICE_NOTE, {"notifier": "GNOME Shell 49", "presence": presence})
    lock = InstanceLock(terminal.state)
    assert lock.take()
    assert terminal("status").out.splitlines()[1:3] == [
        "The desktop says: the screen is not locked (logind, sway); nobody is at the screen (me).",
        "Not known here, so you count as present: whether do not disturb is on.",
    ]
    assert terminal("status", "--json").json["presence"] == presence
    lock.release()


@pytest.mark.parametrize("managed", [True, False])
@pytest.mark.parametrize("notifier", ["", "dunst 1.9.0"])
def test_status_tells_of_another_bus(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, notifier: str, *, managed: bool
) -> None:
    """It fails where nothing is shown, and says what helps."""
    environment = {"bus": "unix:path=/theirs", "managed": managed}
    note = {"screen": "freedesktop", "notifier": notifier, "environment": environment}
    with terminal.journal() as journal:
        journal.write_note(SERVICE_NOTE, note)
    lock = InstanceLock(terminal.state)
    assert lock.take()
    assert terminal("status").code == 0
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/theirs,guid=01")
    assert terminal("status").err == ""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/ours")
    result = terminal("status")
    assert result.code == (0 if notifier else 1)
    assert ("import-environment" in result.err) is managed
    assert ("Stop that `nightcare run`" in result.err) is not managed
    lock.release()


@pytest.mark.usefixtures("service")
def test_status_tells_what_is_open_snoozed_and_waiting(terminal: Terminal) -> None:
    """In order of time, with what keeps each."""
    terminal.have(terminal.delivery("10:00", slot="7200"), Held(Reason.DO_NOT_DISTURB))
    terminal.have(terminal.delivery("12:00", slot="14400"), Snoozed(terminal.at("14:30")))
    terminal.have_open("14:00")
    assert terminal("status").out.splitlines()[1:] == [
        "Waiting: water (10:00), because do not disturb was on.",
        "Snoozed: water, until 14:30.",
        "Open: water (14:00).",
        "Next: water, 14:30.",
    ]


@pytest.mark.usefixtures("service")
def test_status_tells_a_stretch_under_way(terminal: Terminal) -> None:
    """It names the stretch, the step and the reminder, but not a stretch that was left."""
    delivery = terminal.have_open("14:09", "evening-stretch", "1")
    began = terminal.now - timedelta(seconds=35)
    with terminal.journal() as journal:
        journal.save_routine_session(
            RoutineSession(delivery.key, "calf", began, began + timedelta(seconds=30))
        )
    said = "In progress: Calf stretch and massage, for stretching. Step 3 of 7 · right leg · 20 s."
    assert said in terminal("status").out
    told = terminal("status", "--json").json["routine"]
    assert (told["reminder"], told["routine"]) == ("evening-stretch", "calf")
    assert (told["step"], told["of"]) == (3, 7)
    assert told["ends"] == (began + timedelta(seconds=130)).isoformat()
    terminal.look_at_the_clock("15:00")
    assert "In progress" not in terminal("status").out
    assert terminal("status", "--json").json["routine"] is None


def test_status_tells_a_pause_and_a_closed_evening(terminal: Terminal) -> None:
    """Nothing is announced before they end."""
    terminal("pause", "until", "18:30")
    assert terminal("status").out.splitlines()[1:] == [
        "Paused until 18:30.",
        "Next: water, 18:30.",
    ]
    terminal("resume")
    terminal("good-night")
    assert terminal("status").out.splitlines()[1:] == [
        "You said good night; no more reminders until you wake up.",
        "Next: water, tomorrow 08:00.",
    ]


def test_status_tells_of_a_time_zone_that_is_not_known(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the service; while it keeps a zone that went missing, commands use that zone too."""
    monkeypatch.delenv("TZ")
    monkeypatch.setattr("nightcare.desktop.time_zone.LOCAL_TIME", tmp_path / "none")
    none = {"name": "UTC", "source": "default", "known": False, "lost": False}
    lost = {"name": "Asia/Tokyo", "source": "link", "known": True, "lost": True}
    copy = {"name": "/etc/localtime", "source": "copy", "known": True, "lost": True}
    with terminal.journal():
        lock = InstanceLock(terminal.state)
    assert lock.take()
    for zone, sentence, offset in (
        (none, "so reminders use UTC.", "+00:00"),
        (lost, "reminders still use Asia/Tokyo.", "+09:00"),
        (copy, "reminders still use /etc/localtime.", "+00:00"),
    ):
        with terminal.journal() as journal:
            journal.write_note(SERVICE_NOTE, {"notifier": "GNOME Shell 49", "zone": zone})
        assert sentence in terminal("status").out.splitlines()[1]
        status = terminal("status", "--json").json
        assert status["zone"] == zone
        assert status["next"]["due"].endswith(offset)
    lock.release()


def test_status_for_a_program_without_a_service(terminal: Terminal) -> None:
    """The output is JSON alone; the hint goes where problems go."""
    result = terminal("status", "--json")
    assert (result.code, result.err) == (69, START_IT)
    assert result.json == {
        "running": False,
        "pid": None,
        "version": None,
        "notifier": None,
        "notifier_state": None,
        "capabilities": [],
        "draws_buttons": None,
        "config": None,
        "mistakes": [],
        "upgrade": None,
        "zone": None,
        "presence": None,
        "environment": None,
        "tray": None,
        "mqtt": None,
        "paused_until": None,
        "good_night": False,
        "routine": None,
        "unsettled": [],
        "undo": None,
        "answered_ahead": [],
        "next": {
            "reminder": "water",
            "due": "2026-11-22T16:00:00+01:00",
            "care_day": "2026-11-22",
            "topic": "hydration",
            "state": "planned",
        },
    }


@pytest.mark.usefixtures("service")
def test_while_the_saved_config_is_wrong_the_schedule_in_force_counts(terminal: Terminal) -> None:
    """The service has noted it; the commands go by it and say so, but for one that plans anew."""
    values = json.loads(json.dumps(load(None, {}).values, default=str))
    values["reminders"] = {"walk": {"topic": "exercise", "at": "17:00"}}
    with terminal.journal() as journal:
        note = {"pid": 4711, "notifier": "GNOME Shell 49", "config": "mine.toml", "values": values}
        journal.write_note(SERVICE_NOTE, note)
    terminal.write("[sleep]\nwake = 7\n")
    result = terminal("next")
    assert (result.code, result.out) == (0, "Next: exercise, 17:00.\n")
    assert "uses the schedule that is still active" in result.err
    assert terminal("status", "--json").json["config"] == "mine.toml"
    assert terminal("preview").code == 78
    del values["reminders"]["walk"]["at"]
    with terminal.journal() as journal:
        journal.write_note(SERVICE_NOTE, note)
    assert terminal("next").code == 78


@pytest.mark.usefixtures("service")
def test_status_for_a_program(terminal: Terminal) -> None:
    """Everything that a person is told, with instants and their offset."""
    config = terminal.write("")
    terminal.have(terminal.delivery("10:00", slot="7200"), Held(Reason.LOCKED))
    terminal.have(terminal.delivery("12:00", slot="14400"), Snoozed(terminal.at("14:30")))
    terminal.have_open("14:00")
    terminal("pause", "until", "15:00")
    result = terminal("status", "--json")
    assert result.code == 0
    assert (result.json["running"], result.json["pid"]) == (True, 4711)
    assert result.json["notifier"] == "GNOME Shell 49"
    assert result.json["config"] == str(config)
    assert result.json["paused_until"] == "2026-11-22T15:00:00+01:00"
    shared = {"reminder": "water", "care_day": "2026-11-22", "topic": "hydration", "snoozes": 0}
    assert result.json["unsettled"] == [
        {**shared, "due": "2026-11-22T10:00:00+01:00", "state": "held", "reason": "paused"},
        {
            **shared,
            "due": "2026-11-22T12:00:00+01:00",
            "state": "snoozed",
            "until": "2026-11-22T14:30:00+01:00",
            "comes": "2026-11-22T15:00:00+01:00",
        },
        {**shared, "due": "2026-11-22T14:00:00+01:00", "state": "held", "reason": "paused"},
    ]


@pytest.mark.usefixtures("service")
def test_status_of_something_open_for_a_program(terminal: Terminal) -> None:
    """Since when it is on the screen, and when it is closed."""
    terminal.have_open("14:00")
    (entry,) = terminal("status", "--json").json["unsettled"]
    assert entry["state"] == "open"
    assert entry["shown"] == "2026-11-22T14:00:00+01:00"
    assert entry["closes"] == "2026-11-22T14:10:00+01:00"


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


@pytest.mark.parametrize("day", ["soon", "24.13.2026", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_preview_from_no_date_is_refused(terminal: Terminal, day: str) -> None:
    """With how a date is written."""
    result = terminal("preview", "--from", day)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f'"{day}" is not a date that can be planned. '
        "Write it like 2026-12-24, 24 December or monday.\n"
    )


# why


def test_why_before_anything_was_due(terminal: Terminal) -> None:
    """There is nothing to tell yet."""
    assert terminal("why").out == "No reminder has been due yet.\n"
    assert terminal("why", "--json").json == []


def test_why(terminal: Terminal) -> None:
    """For each reminder the step that decided last, the newest first."""
    with terminal.journal() as journal:
        for clock, name, verdict, step in (
            ("08:00", "water", "hold", Reason.LOCKED),
            ("10:00", "water", "drop", Reason.TOO_LATE),
            ("11:00", "evening-stretch", "hold", Reason.DO_NOT_DISTURB),
            ("12:00", "loose-blanket", "show", Reason.SHOW),
        ):
            occurrence = terminal.delivery(clock, name).occurrence
            journal.record_decision(
                terminal.at(clock) + timedelta(minutes=1), occurrence, verdict, step
            )
        journal.record_status(occurrence.key, DeliveryStatus.SHOWN)
    assert terminal("why").out.splitlines() == [
        "bedding (12:00): shown 12:01, because nothing held it back.",
        "stretching (11:00): waiting since 11:01, because do not disturb was on.",
        "water (10:00): not shown, because it was too late to be of use; decided 10:01.",
    ]
    assert len(terminal("why", "water").out.splitlines()) == 1
    assert terminal("why", "water", "--json").json == [
        {
            "reminder": "water",
            "due": "2026-11-22T10:00:00+01:00",
            "care_day": "2026-11-22",
            "decided": "2026-11-22T10:01:00+01:00",
            "verdict": "drop",
            "step": "too late",
            "delivery": None,
            "refusal": None,
        }
    ]


@pytest.mark.parametrize("step", list(Reason))
@pytest.mark.parametrize("verdict", ["show", "hold", "drop"])
def test_why_has_words_for_every_step(terminal: Terminal, verdict: str, step: Reason) -> None:
    """Every reason that a service can record has a text in each language."""
    with terminal.journal() as journal:
        journal.record_decision(terminal.now, terminal.delivery().occurrence, verdict, step)
    english = terminal("why").out
    terminal.write('language = "da"')
    danish = terminal("why").out
    assert english.startswith("water (14:00): ")
    assert danish.startswith("vand (kl. 14:00): ")


def test_a_later_day_is_spoken_of_by_its_day(terminal: Terminal) -> None:
    """A clock time alone would be taken for today's."""
    with terminal.journal() as journal:
        journal.record_decision(terminal.now, terminal.delivery().occurrence, "show", Reason.SHOW)
        journal.record_status(terminal.delivery().key, DeliveryStatus.SHOWN)
        journal.save_global_state(GlobalState(good_night=TODAY))
    terminal.look_at_the_clock("08:00", TODAY + timedelta(days=1))
    assert terminal("why").out.startswith("water (yesterday 14:00): shown yesterday 14:10,")


def test_an_open_reminder_says_nothing_of_when_before_it_is_shown(terminal: Terminal) -> None:
    """A program gets null for what is not known yet."""
    terminal.have(terminal.delivery(), Active(None, terminal.at("14:45")))
    (entry,) = terminal("status", "--json").json["unsettled"]
    assert (entry["shown"], entry["closes"]) == (None, "2026-11-22T14:45:00+01:00")


# How far an open reminder has come on its way to the screen

NOT_THERE = {
    DeliveryStatus.DECIDED: "it has not been sent yet",
    DeliveryStatus.SENT: "the notification server has not answered yet",
    DeliveryStatus.NO_SERVER: "there is no notification server",
    DeliveryStatus.NO_REPLY: "the notification server does not answer",
    DeliveryStatus.NO_ID: "the notification server did not take it; it may be paused",
    DeliveryStatus.ERROR: "the notification server answered with an error",
    DeliveryStatus.FAILED: "it could not be shown",
}


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("status", NOT_THERE)
@pytest.mark.parametrize("shown", [None, "14:00"])
def test_what_is_not_on_the_screen_is_never_said_to_be(
    terminal: Terminal, status: DeliveryStatus, shown: str | None
) -> None:
    """This holds when its server has gone; every view gives the reason."""
    open_since = None if shown is None else terminal.at(shown)
    delivery = terminal.have(
        terminal.delivery(), Active(open_since, terminal.at("14:30"), delivery=status)
    )
    with terminal.journal() as journal:
        journal.record_decision(terminal.at("14:00"), delivery.occurrence, "show", Reason.SHOW)
        journal.record_status(delivery.key, status)
    reason = NOT_THERE[status]
    assert f"To be shown: water (14:00); {reason}." in terminal("status").out
    assert f"to be shown; {reason}" in terminal("today").out
    why = f"water (14:00): to be shown since 14:00; {reason}.\n"
    assert terminal("why").out == why
    (entry,) = terminal("status", "--json").json["unsettled"]
    said = {"delivery": status.stage, "refusal": status.refusal}
    assert entry.items() >= {**said, "on_screen": False}.items()
    assert terminal("why", "--json").json[0].items() >= said.items()
    for command in ("status", "today", "why"):
        assert " shown 1" not in terminal(command).out


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("delivery", [DeliveryStatus.TAKEN_OFF, DeliveryStatus.SHOWN])
def test_what_has_left_the_screen_is_still_open(
    terminal: Terminal, delivery: DeliveryStatus
) -> None:
    """Taken off by a server, or closed by the person and asked again later."""
    terminal.have(
        terminal.delivery(),
        Active(terminal.at("14:00"), terminal.at("14:30"), away=True, delivery=delivery),
    )
    said = "Open, but no longer on the screen: water (14:00)."
    assert said in terminal("status").out.splitlines()
    assert "open, no longer on the screen" in terminal("today").out
    (entry,) = terminal("status", "--json").json["unsettled"]
    assert (entry["delivery"], entry["on_screen"]) == ("shown", False)


def test_without_the_service_nothing_is_on_the_screen(terminal: Terminal) -> None:
    """A reminder that was open when it ended is unanswered."""
    terminal.have_open("14:00")
    assert "Unanswered: water (14:00)." in terminal("status").out.splitlines()
    assert "Active" not in terminal("status").out


@pytest.mark.usefixtures("service")
def test_status_says_what_to_do_where_there_is_no_server(terminal: Terminal) -> None:
    """In its first line."""
    with terminal.journal() as journal:
        journal.write_note(SERVICE_NOTE, {"notifier": ""})
    first = terminal("status").out.splitlines()[0]
    assert "nothing can be shown" in first
    assert "nightcare doctor" in first
