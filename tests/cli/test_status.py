"""The state of the service and of the reminders: status; for a person, and for a program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cli.terminal import Terminal
from nightcare.config.load import load
from nightcare.desktop.instance_lock import InstanceLock
from nightcare.domain.delivery import Active, DeliveryStatus, Held, Snoozed
from nightcare.domain.reasons import Reason
from nightcare.domain.routine import RoutineSession
from nightcare.journal.store import SERVICE_NOTE

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
        "unread": False,
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
def test_a_program_whose_folder_was_moved_is_missing(terminal: Terminal) -> None:
    """The service may not know it yet: a move of a folder above it has no event."""
    for program, said in ((terminal.home, False), (terminal.home / "moved", True)):
        with terminal.journal() as journal:
            journal.write_note(SERVICE_NOTE, {"pid": 4711, "program": str(program)})
        assert ("program's own files are missing" in terminal("status").out) is said


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
