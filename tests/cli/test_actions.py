"""Answering: snooze, pause, resume, done, good-night, undo, tonight, try."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from cli.terminal import TODAY, Terminal
from nightcare.desktop.instance_lock import InstanceLock
from nightcare.domain.delivery import Active, Closed, Held, Outcome, Snoozed, begin
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.routine import RoutineSession
from nightcare.journal.store import SERVICE_NOTE, Journal

TOMORROW = TODAY + timedelta(days=1)

UNKNOWN = (
    'There is no reminder "watr". Did you mean "water"? '
    "You have: water, evening-stretch, loose-blanket.\n"
)


# snooze


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ((), "14:20"),
        (("25m",), "14:35"),
        (("1h30m",), "15:40"),
        (("1h", "30m"), "15:40"),
        (("water",), "14:20"),
        (("water", "5m"), "14:15"),
        (("until", "15:45"), "15:45"),
        (("until 15:45",), "15:45"),
        (("water 5m",), "14:15"),
        (("water", "until", "15:45"), "15:45"),
        (("UNTIL", "15:45"), "15:45"),
    ],
)
def test_snooze(terminal: Terminal, words: tuple[str, ...], until: str) -> None:
    """The open reminder returns then; without a length, after the first of the reminder's."""
    opened = terminal.have_open()
    result = terminal("snooze", *words)
    assert result.code == 0
    assert (result.out, result.err) == (f"Snoozed: water, until {until}.\n", "")
    assert terminal.remembered(opened) == Snoozed(terminal.at(until))


def test_a_snooze_past_the_next_occurrence_is_not_announced(terminal: Terminal) -> None:
    """Water is due again at 16:00 and takes its place; nothing says that it comes at 21:00."""
    terminal.have_open()
    said = terminal("snooze", "until", "21:00")
    assert said.out == "Snoozed: water; the next one comes first.\n"
    status = terminal("status").out.splitlines()
    assert status[1:] == [
        "Snoozed: water; the next one comes first.",
        "Next: water, 16:00.",
    ]
    assert "snoozed; the next one comes first" in terminal("today").out
    (entry,) = terminal("status", "--json").json["unsettled"]
    assert (entry["until"][11:16], entry["comes"]) == ("21:00", None)


def test_snooze_takes_the_reminders_own_first_length(terminal: Terminal) -> None:
    """Of several open reminders the one on the screen is snoozed."""
    terminal.write('[reminders.walk]\ntopic = "exercise"\nat = "14:00"\nsnooze = ["7m"]')
    terminal.have(terminal.delivery("12:00", "walk", "0"), Held(Reason.LOCKED))
    opened = terminal.have_open("14:00", "walk", "1")
    assert terminal("snooze").out == "Snoozed: exercise, until 14:17.\n"
    assert isinstance(terminal.remembered(opened), Snoozed)


def test_snooze_of_nothing(terminal: Terminal) -> None:
    """It fails, and says where to look."""
    result = terminal("snooze")
    assert (result.code, result.out) == (1, "")
    assert result.err == ("No reminder is open. `nightcare next` says what comes.\n")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("watr",), UNKNOWN),
        (("watr", "10m"), UNKNOWN),
        (("0",), '"0" is too short. Write at least a second, such as 10m.\n'),
        (
            ("21:00",),
            (
                '"21:00" is not a length. For an end, write "until" before it: until 21:00. '
                "A length is written like 10m or 1h30m.\n"
            ),
        ),
        (("until", "9"), '"9" can be in the morning or in the evening. Write 09:00 or 21:00.\n'),
        (("water", "soon"), '"soon" is not a length. Write it like 10m, 1h30m or 2h.\n'),
        (("0m",), '"0m" is too short. Write at least a second, such as 10m.\n'),
        (
            ("until", "late"),
            (
                '"until late" is not a time or a length. '
                "Write 10m, until 21:00, until tomorrow, until monday 08:00 or until 24 December.\n"
            ),
        ),
        (
            ("until",),
            (
                '"until" is not a time or a length. '
                "Write 10m, until 21:00, until tomorrow, until monday 08:00 or until 24 December.\n"
            ),
        ),
        (
            ("until", "23:30"),
            (
                "That would be 23:30, and you go to bed at 22:30. "
                "Take a shorter snooze, or move bedtime with `nightcare tonight`.\n"
            ),
        ),
    ],
)
def test_a_snooze_that_cannot_be(
    terminal: Terminal, words: tuple[str, ...], complaint: str
) -> None:
    """It changes nothing, is a mistake in the usage, and says what would be right."""
    opened = terminal.have_open()
    result = terminal("snooze", *words)
    assert (result.code, result.out, result.err) == (2, "", complaint)
    assert terminal.remembered(opened) == opened.state


def test_the_nearest_name_is_offered_only_where_one_is_near(terminal: Terminal) -> None:
    """Otherwise all that there are."""
    result = terminal("done", "xyz")
    assert result.code == 2
    assert result.err == (
        'There is no reminder "xyz". You have: water, evening-stretch, loose-blanket.\n'
    )


def test_no_more_snoozes_than_the_config_allows(terminal: Terminal) -> None:
    """It fails, and says what can be done instead."""
    terminal.write("[snooze]\nlimit = 1")
    opened = terminal.have_open()
    assert terminal("snooze").code == 0
    with terminal.journal() as journal:
        delivery = journal.delivery(opened.key)
    assert delivery is not None
    terminal.have(delivery, Active(terminal.at("14:20"), terminal.at("14:30")))
    result = terminal("snooze")
    assert result.code == 1
    assert result.err == (
        "This reminder cannot be snoozed again; the limit in your config is 1. "
        "Answer it with `nightcare done`, or raise `limit` in [snooze].\n"
    )


# pause and resume


@pytest.mark.parametrize(
    ("words", "spoken", "until"),
    [
        ((), "15:10", "15:10"),
        (("2h",), "16:10", "16:10"),
        (("2h", "5m"), "16:15", "16:15"),
        (("until", "18:00"), "18:00", "18:00"),
        (("until", "09:00"), "tomorrow 09:00", "2026-11-23 09:00"),
        (("until", "tomorrow"), "tomorrow 07:00", "2026-11-23 07:00"),
        (("until", "2026-11-25"), "Wednesday 07:00", "2026-11-25 07:00"),
        (("until", "2026-12-27"), "Sunday 27 December, 07:00", "2026-12-27 07:00"),
        (("5d",), "Friday 14:10", "2026-11-27 14:10"),
    ],
)
def test_pause(terminal: Terminal, words: tuple[str, ...], spoken: str, until: str) -> None:
    """For an hour if nobody says how long; a clock time that has passed is tomorrow's."""
    result = terminal("pause", *words)
    assert result.code == 0
    assert (result.out, result.err) == (
        f"Paused until {spoken}. `nightcare resume` ends it.\n",
        "",
    )
    day, _, clock = until.rpartition(" ")
    with terminal.journal() as journal:
        paused = journal.global_state().paused_until
    assert paused == terminal.at(clock, date.fromisoformat(day) if day else TODAY)


def test_a_pause_takes_what_is_open_off_the_screen(terminal: Terminal) -> None:
    """It comes back after it, if it is still fresh."""
    opened = terminal.have_open()
    terminal("pause", "10m")
    assert terminal.remembered(opened) == Held(Reason.PAUSED)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("until", "2026-11-21"), "2026-11-21 has passed. Choose a day to come.\n"),
        (("for", "ever"), '"for ever" is not a length. Write it like 10m, 1h30m or 2h.\n'),
        (("until", "3/4"), '"3/4" can be 3 April or 4 March. Write the month as a word.\n'),
        (
            ("until", "9999-12-31"),
            (
                '"until 9999-12-31" is not a time or a length. '
                "Write 10m, until 21:00, until tomorrow, until monday 08:00 or until 24 December.\n"
            ),
        ),
        (
            ("until", "24:01"),
            (
                '"24:01" is not a time of day. Hours go from 0 to 23 and minutes to 59; '
                "with am or pm hours go from 1 to 12.\n"
            ),
        ),
    ],
)
def test_a_pause_that_cannot_be(terminal: Terminal, words: tuple[str, ...], complaint: str) -> None:
    """Nothing is paused then."""
    result = terminal("pause", *words)
    assert (result.code, result.out, result.err) == (2, "", complaint)
    assert terminal("resume").code == 1


def test_resume(terminal: Terminal) -> None:
    """It ends a pause, or an evening that was closed; without either it fails."""
    for closing in ("pause", "good-night"):
        terminal(closing)
        result = terminal("resume")
        assert (result.code, result.out) == (0, "Reminders come again.\n")
        result = terminal("resume")
        assert (result.code, result.out) == (1, "")
        assert result.err == "Nothing is paused; reminders come as planned.\n"


# done


def test_done(terminal: Terminal) -> None:
    """The open reminder is done."""
    opened = terminal.have_open()
    result = terminal("done")
    assert (result.code, result.out, result.err) == (0, "Well done: water.\n", "")
    assert terminal.remembered(opened) == Closed(Outcome.DONE, terminal.now)


def test_done_after_it_has_left_the_screen(terminal: Terminal) -> None:
    """The last reminder shown today can be answered late."""
    closed = Closed(Outcome.EXPIRED, terminal.at("12:10"))
    expired = terminal.have(terminal.delivery("12:00"), closed)
    assert terminal("done", "water").code == 0
    assert terminal.remembered(expired) == Closed(Outcome.DONE, terminal.now)
    result = terminal("done")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("No reminder is open, and none of today's is unanswered.")


def test_done_of_a_name_that_is_unknown(terminal: Terminal) -> None:
    """The nearest name is offered."""
    result = terminal("done", "watr")
    assert (result.code, result.out, result.err) == (2, "", UNKNOWN)


# good-night


def test_good_night(terminal: Terminal) -> None:
    """The open reminder is answered, and nothing more is shown until the next wake-up."""
    terminal.look_at_the_clock("22:05")
    opened = terminal.have_open("22:00", "evening-stretch", "1")
    result = terminal("good-night")
    assert result.code == 0
    assert result.out == "Good night. No more reminders until tomorrow 07:00.\n"
    assert terminal.remembered(opened) == Closed(Outcome.DONE, terminal.now)
    with terminal.journal() as journal:
        assert journal.global_state().good_night == TODAY


def test_good_night_after_midnight(terminal: Terminal) -> None:
    """It is still the evening of the day before."""
    terminal.look_at_the_clock("00:40", TOMORROW)
    assert terminal("good-night").out == "Good night. No more reminders until 07:00.\n"


# undo


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (("done",), "the 14:00 water is open again"),
        (("skip",), "the 14:00 water is open again"),
        (("snooze", "10m"), "the 14:00 water is open again"),
        (
            ("good-night",),
            ("the evening goes on, and reminders come again; the 14:00 water is open again"),
        ),
        (("pause", "1h"), "the pause is over, and reminders come again"),
        (("tonight", "23:30"), "bedtime is 22:30 again"),
    ],
)
def test_undo(terminal: Terminal, command: tuple[str, ...], what: str) -> None:
    """All stands as before; what was on the screen comes back there."""
    opened = terminal.have_open()
    with terminal.journal() as journal:
        before = journal.global_state()
    assert terminal(*command).code == 0
    result = terminal("undo")
    assert (result.code, result.out) == (0, f"Undone: {what}.\n")
    state = terminal.remembered(opened)
    assert isinstance(state, Active)
    assert not state.away
    with terminal.journal() as journal:
        after = journal.global_state()
    assert (after.paused_until, after.good_night) == (None, None)
    assert after.tonight == before.tonight


def test_undo_of_a_resume_pauses_again(terminal: Terminal) -> None:
    """Until the same instant."""
    terminal("pause", "until", "18:00")
    terminal("resume")
    assert terminal("undo").out == "Undone: nightcare is paused until 18:00 again.\n"
    with terminal.journal() as journal:
        assert journal.global_state().paused_until == terminal.at("18:00")


def test_undo_of_nothing(terminal: Terminal) -> None:
    """It fails."""
    result = terminal("undo")
    assert (result.code, result.out) == (1, "")
    assert result.err == "There is nothing to undo.\n"


# tonight


@pytest.mark.parametrize(
    ("bedtime", "spoken"),
    [
        ("23:45", "23:45"),
        ("00:30", "tomorrow 00:30"),
        ("20:00", "20:00"),
        ("7:00", "tomorrow 07:00"),
    ],
)
def test_tonight(terminal: Terminal, bedtime: str, spoken: str) -> None:
    """Another bedtime for this evening, also after midnight, at the latest the wake-up."""
    result = terminal("tonight", bedtime)
    assert result.code == 0
    assert result.out == f"New bedtime: {spoken}. The evening's reminders move with it.\n"
    assert "22:30" not in terminal("status").out


@pytest.fixture
def second_pass(terminal: Terminal) -> Terminal:
    """Return a person in Beirut at 23:05 for the second time, after the clock went back."""
    terminal.write('timezone = "Asia/Beirut"\n[sleep]\nwake = "07:00"\nbedtime = "01:00"\n')
    terminal.now = datetime(2026, 10, 24, 21, 5, tzinfo=UTC)
    return terminal


def test_a_pause_until_a_clock_time_that_occurs_twice(second_pass: Terminal) -> None:
    """It lasts 25 minutes, and not a day (dbader/schedule#649)."""
    assert second_pass("pause", "until", "23:30").out.startswith("Paused until 23:30.")
    with second_pass.journal() as journal:
        assert journal.global_state().paused_until == datetime(2026, 10, 24, 21, 30, tzinfo=UTC)


def test_a_snooze_until_a_clock_time_that_occurs_twice(second_pass: Terminal) -> None:
    """It comes back in the same hour."""
    second_pass("status")
    shown = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)
    delivery = begin(Occurrence(Key("water", date(2026, 10, 24), "0"), shown), Topic.HYDRATION)
    opened = second_pass.have(delivery, Active(shown, shown + timedelta(minutes=10)))
    assert second_pass("snooze", "until", "23:40").out == "Snoozed: water, until 23:40.\n"
    assert second_pass.remembered(opened) == Snoozed(datetime(2026, 10, 24, 21, 40, tzinfo=UTC))


def test_tonight_at_a_clock_time_that_occurs_twice(second_pass: Terminal) -> None:
    """It is the one to come, remembered as such, and the evening moves with it."""
    assert second_pass("tonight", "23:55").code == 0
    assert second_pass("next").out == "Next: stretching, 23:10.\n"
    assert second_pass("next", "--json").json["due"] == "2026-10-24T23:10:00+02:00"
    assert second_pass("cramp", "add").out.endswith("the night to come.\n") is False
    assert second_pass("undo").code == 0
    second_pass.now -= timedelta(hours=1)
    assert second_pass("tonight", "23:55").code == 0
    assert second_pass("next", "--json").json["due"] == "2026-10-24T23:10:00+03:00"


@pytest.mark.parametrize("bedtime", ["13:30", "14:00", "14:09"])
def test_a_bedtime_that_is_out_of_reach(terminal: Terminal, bedtime: str) -> None:
    """It has passed, or comes after the wake-up."""
    result = terminal("tonight", bedtime)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"{bedtime} is not between now (14:10) and your wake-up (07:00). "
        "Choose a time in between.\n"
    )


def test_a_bedtime_that_is_none(terminal: Terminal) -> None:
    """It says how a clock time is written."""
    result = terminal("tonight", "late")
    assert (result.code, result.out) == (2, "")
    assert result.err == '"late" is not a clock time. Write it like 21:45 or 9:45 pm.\n'


@pytest.mark.parametrize("said", ["10:30", "10.30", "1030", "kl. 10.30"])
def test_a_bedtime_in_the_morning_is_not_guessed(terminal: Terminal, said: str) -> None:
    """Half past ten in the evening is written 22:30; who means the morning may say so."""
    terminal.now = terminal.now.replace(hour=9)
    result = terminal("tonight", said)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "10:30 is not in the evening. Write 22:30, or 10:30 am if you do mean that.\n"
    )
    assert terminal("tonight", "10:30", "am").code == 0
    assert terminal("tonight", "10:30", "pm").out.startswith("New bedtime: 22:30")


# try


@pytest.fixture
def service(terminal: Terminal) -> Iterator[None]:
    """Hold the lock of a running service."""
    with terminal.journal() as journal:
        noted = {"screen": "freedesktop", "capabilities": ["body", "buttons"], "why": "session_bus"}
        journal.write_note(SERVICE_NOTE, noted)
    lock = InstanceLock(terminal.state)
    assert lock.take()
    yield
    lock.release()


def test_try_without_a_service(terminal: Terminal) -> None:
    """Nobody could show it; nothing is left behind that a later service would show."""
    result = terminal("try", "water")
    assert (result.code, result.out) == (69, "")
    assert result.err.startswith("nightcare is not running, and only the running service shows ")
    assert "`nightcare install`" in result.err
    with terminal.journal() as journal:
        assert journal.trials() == []


def test_try_of_a_name_that_is_unknown(terminal: Terminal) -> None:
    """That is told whether or not the service runs."""
    result = terminal("try", "watr")
    assert (result.code, result.out, result.err) == (2, "", UNKNOWN)


@pytest.mark.usefixtures("service")
def test_try(terminal: Terminal) -> None:
    """It waits until the service has shown it, and says with what, and why with that."""

    def show() -> None:
        journal = Journal.open(terminal.state)
        while not (asked := journal.trials()):
            stop.wait(0.005)
        assert asked[0].reminder == "water"
        journal.answer_trial(asked[0].id, "GNOME Shell 49")
        journal.close()

    stop = threading.Event()
    shower = threading.Thread(target=show)
    shower.start()
    result = terminal("try", "water")
    shower.join()
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "Now on your screen: water.",
        "GNOME Shell 49 supports: body text, buttons.",
        "Reminders are shown by the desktop's notifications, because there is a session bus.",
    ]


@pytest.mark.usefixtures("service")
def test_a_try_that_is_not_shown_in_time(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails, and is not shown later, when nobody expects it any more."""
    monkeypatch.setattr("nightcare.cli.actions._TRIAL_SECONDS", 0.0)
    monkeypatch.setattr("nightcare.cli.actions._TRIAL_CHECK_SECONDS", 0.001)
    result = terminal("try", "water")
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "It is not shown: it has not been sent yet. `nightcare doctor` says what to do.\n"
    )
    with terminal.journal() as journal:
        assert journal.trials() == []


@pytest.mark.usefixtures("service")
def test_a_try_during_a_stretch(terminal: Terminal) -> None:
    """It is not asked for, since nothing interrupts a stretch."""
    with terminal.journal() as journal:
        key = Key("evening-stretch", TODAY, "1")
        journal.save_routine_session(RoutineSession(key, "calf", terminal.now, terminal.now))
    result = terminal("try", "water")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("A stretch is in progress")
    with terminal.journal() as journal:
        assert journal.trials() == []
