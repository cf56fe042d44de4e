"""Answering ahead of time, skipping, undoing step by step, and shortening a pause."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from cli.talk import answered
from cli.terminal import TODAY, Terminal
from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.delivery import Active, Closed, Held, Outcome, Snoozed, begin
from nightcare.domain.person_computers import Computer
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Key, Occurrence, Topic

DAY = """
[sleep]
wake = "07:00"
bedtime = "22:30"

[reminders.water]
topic = "hydration"
every = "2h"
from = "08:00"
until = "20:00"

[reminders.evening-stretch]
topic = "stretching"
at = "bedtime - 30m"

[reminders.loose-blanket]
topic = "blanket"
at = "bedtime - 5m"
"""


@pytest.fixture(autouse=True)
def _day(terminal: Terminal) -> None:
    """Have these reminders, whatever the defaults are."""
    terminal.write(DAY)


# done, before it is due


def test_done_shortly_before_the_next_one(terminal: Terminal) -> None:
    """It says which one, and what comes instead."""
    terminal.look_at_the_clock("15:10")
    result = terminal("done", "water")
    assert (result.code, result.err) == (0, "")
    assert result.out == "Well done: water, ahead of time (16:00).\nNext: water, 18:00.\n"
    assert "  16:00  water                          done early, 15:10\n" in terminal("today").out
    assert terminal("next").out == "Next: water, 18:00.\n"
    status = terminal("status")
    assert status.out.splitlines()[1:] == [
        "Answered ahead: water, 16:00 (done).",
        "Next: water, 18:00.",
    ]
    (entry,) = terminal("status", "--json").json["answered_ahead"]
    assert (entry["outcome"], entry["due"][11:16], entry["at"][11:16]) == ("done", "16:00", "15:10")


def test_done_too_early(terminal: Terminal) -> None:
    """It says from when on, and how to answer nevertheless."""
    result = terminal("done", "water")
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "The next one comes 16:00, so this is early. `nightcare done water --next` answers it now; "
        "from 15:00 on, `nightcare done water` is enough.\n"
    )
    assert terminal("done", "water", "--next").code == 0
    assert terminal("done", "--next").out == (
        "Well done: water, ahead of time (18:00).\nNext: water, 20:00.\n"
    )


def test_done_too_early_on_another_day(terminal: Terminal) -> None:
    """The day is named."""
    terminal.look_at_the_clock("23:30")
    assert terminal("done", "water").err == (
        "The next one comes tomorrow 08:00, so this is early. "
        "`nightcare done water --next` answers it now; "
        "from tomorrow 07:00 on, `nightcare done water` is enough.\n"
    )


# skip


def test_skip_of_what_is_open(terminal: Terminal) -> None:
    """It is closed as skipped, which is not done."""
    terminal.have_open()
    assert terminal("skip").out == (
        "Skipped: the 14:00 water. `nightcare undo` brings it back.\nNext: water, 16:00.\n"
    )
    assert "  14:00  water                          skipped\n" in terminal("today").out


@pytest.mark.parametrize(
    ("words", "skipped", "coming"),
    [
        ((), "the 16:00 water", "water, 18:00"),
        (("next",), "the 16:00 water", "water, 18:00"),
        (("water",), "the 16:00 water", "water, 18:00"),
        (("water next",), "the 16:00 water", "water, 18:00"),
        (("WATER".lower(), "NEXT"), "the 16:00 water", "water, 18:00"),
        (("evening-stretch",), "the 22:00 stretching", "water, 16:00"),
    ],
)
def test_skip_ahead(terminal: Terminal, words: tuple[str, ...], skipped: str, coming: str) -> None:
    """Only that one does not come."""
    result = terminal("skip", *words)
    assert (result.code, result.err) == (0, "")
    assert result.out == f"Skipped: {skipped}. `nightcare undo` brings it back.\nNext: {coming}.\n"


def test_skip_today(terminal: Terminal) -> None:
    """All that are left, of one reminder or of all; the next day is as usual."""
    assert terminal("skip", "water", "today").out == (
        "Skipped for the rest of the day: water (16:00, 18:00, 20:00). "
        "`nightcare undo` brings it back.\nNext: stretching, 22:00.\n"
    )
    rest = terminal("skip", "today")
    assert rest.out.startswith("Skipped for the rest of the day: stretching (22:00)")
    assert rest.out.endswith("Next: water, tomorrow 08:00.\n")
    nothing = terminal("skip", "today")
    assert (nothing.code, nothing.out) == (1, "")
    assert nothing.err == (
        "No reminder is open or still to come. `nightcare next` says what comes.\n"
    )


@pytest.mark.parametrize(
    ("words", "skipped"),
    [
        (("i dag",), "vand (16:00, 18:00, 20:00)"),
        (("water", "i", "dag"), "vand (16:00, 18:00, 20:00)"),
        (("water", "today"), "vand (16:00, 18:00, 20:00)"),
        (("næste",), "vand kl. 16:00"),
        (("water", "next"), "vand kl. 16:00"),
    ],
)
def test_skip_in_danish(terminal: Terminal, words: tuple[str, ...], skipped: str) -> None:
    """The words of both languages are understood."""
    terminal.write('language = "da"\n' + DAY)
    result = terminal("skip", *words)
    assert result.code == 0
    assert skipped in result.out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("watr",), 'There is no reminder "watr". Did you mean "water"?'),
        (("watr", "today"), 'There is no reminder "watr". Did you mean "water"?'),
        (
            ("water", "tomorrow"),
            '"water tomorrow" is not a reminder or a time. Write today',
        ),
        (("today", "water"), '"today water" is not a reminder or a time. Write today'),
    ],
)
def test_a_skip_that_is_not_understood(
    terminal: Terminal, words: tuple[str, ...], complaint: str
) -> None:
    """It skips nothing, and says what would be right."""
    terminal.have_open()
    result = terminal("skip", *words)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(complaint)


def test_a_reminder_may_be_called_next(terminal: Terminal) -> None:
    """A name counts before a span."""
    terminal.write('[reminders.next]\ntopic = "exercise"\nat = "19:30"')
    assert terminal("skip", "next").out.startswith("Skipped: the 19:30 exercise.")


def test_why_tells_what_was_answered_ahead(terminal: Terminal) -> None:
    """No decision is made about it; it comes neither before nor at its moment."""
    terminal("skip", "evening-stretch")
    terminal("done", "water", "--next")
    assert terminal("why").out == (
        "water (16:00): done ahead of time, 14:10; it does not come.\n"
        "stretching (22:00): skipped ahead of time, 14:10; it does not come.\n"
    )
    assert terminal("why", "water").out == (
        "water (16:00): done ahead of time, 14:10; it does not come.\n"
    )
    (entry,) = terminal("why", "water", "--json").json
    assert (entry["due"][11:16], entry["decided"][11:16]) == ("16:00", "14:10")
    assert (entry["verdict"], entry["step"]) == ("drop", "done")


def test_why_tells_what_was_answered_on_another_computer(terminal: Terminal) -> None:
    """It was shown here until then."""
    delivery = terminal.have_open()
    with terminal.journal() as journal:
        journal.record_decision(terminal.at("14:00"), delivery.occurrence, "show", Reason.SHOW)
        answered = Closed(Outcome.DONE, terminal.at("14:05"), computer="0a1b2c3d4e")
        journal.save(replace(delivery, state=answered))
    assert terminal("why", "water").out == (
        "water (14:00): done on another of your computers, 14:05.\n"
    )
    terminal.write('language = "da"')
    assert terminal("why", "water").out == (
        "water (kl. 14:00): gjort på en anden af dine computere, kl. 14:05.\n"
    )
    with terminal.journal() as journal:
        journal.shared.save_computer(Computer("0a1b2c3d4e", "Laptop", terminal.at("14:00")))
    terminal.write('language = "en"')
    assert terminal("why", "water").out == "water (14:00): done on Laptop, 14:05.\n"


def test_skipped_reminders_are_exported(terminal: Terminal) -> None:
    """Each with its outcome, and the action with its reminders."""
    terminal("skip", "evening-stretch")
    terminal("done", "water", "--next")
    exported = terminal("export").json
    assert [
        (one["due"][11:16], one["outcome"], one["at"][11:16]) for one in exported["reminders"]
    ] == [
        ("16:00", "done", "14:10"),
        ("22:00", "skipped", "14:10"),
    ]
    assert [(one["what"], one["reminders"]) for one in exported["acts"]] == [
        ("skip", "evening-stretch"),
        ("done", "water"),
    ]


def test_the_report_counts_what_was_skipped_of_a_topic_that_never_came(terminal: Terminal) -> None:
    """Nothing was shown of it."""
    terminal("skip", "evening-stretch", "today")
    terminal.look_at_the_clock("10:00", TODAY + ONE_DAY)
    assert "  stretching  1 skipped\n" in terminal("report").out
    assert terminal("report", "--json").json["topics"] == {
        "stretching": {"shown": 0, "done": 0, "skipped": 1}
    }


# undo


def test_undo_goes_back_step_by_step(terminal: Terminal) -> None:
    """Each says what it took back."""
    terminal.have(terminal.delivery("13:00", "water", "18000"), Snoozed(terminal.at("14:30")))
    terminal("skip", "evening-stretch")
    terminal("skip", "water", "today")
    terminal("pause", "2h")
    terminal("pause", "3h")
    assert [terminal("undo").out for _ in range(4)] == [
        "Undone: nightcare is paused until 16:10 again.\n",
        "Undone: the pause is over, and reminders come again.\n",
        (
            "Undone: the 13:00 water is snoozed until 14:30 again; "
            "water (16:00, 18:00, 20:00) come after all.\n"
        ),
        "Undone: the 22:00 stretching comes after all.\n",
    ]
    assert terminal("undo").code == 1


def test_undo_of_good_night_and_of_its_end(terminal: Terminal) -> None:
    """The held reminder waits again, and the evening is closed again."""
    terminal.have(terminal.delivery(), Held(Reason.LOCKED))
    terminal("good-night")
    terminal("resume")
    assert terminal("undo").out == "Undone: good night applies again.\n"
    assert terminal("undo").out == (
        "Undone: the evening goes on, and reminders come again; the 14:00 water waits again.\n"
    )


def test_undo_of_an_answer_of_yesterday(terminal: Terminal) -> None:
    """It is too late to show it; the answer alone is taken back, and its day is named."""
    terminal.have_open()
    terminal("skip")
    terminal.look_at_the_clock("10:00", TODAY + ONE_DAY)
    assert terminal("undo").out == (
        "Undone: water (yesterday 14:00) no longer counts as skipped.\n"
    )
    terminal.look_at_the_clock("14:01")
    terminal("done")
    terminal("pause", "5m")
    terminal("resume")
    terminal.look_at_the_clock("15:00", TODAY + ONE_DAY)
    assert terminal("undo").out == "Undone: the end of the pause; it would be over by now.\n"


@pytest.mark.parametrize(
    ("words", "text", "danish"),
    [
        (("done",), '"done" for the 14:00 water', "”gjort” for vand kl. 14:00"),
        (("skip", "water"), "the skip of the 14:00 water", "at vand kl. 14:00 springes over"),
        (("snooze",), "the snooze of the 14:00 water", "udsættelsen af vand kl. 14:00"),
        (
            ("skip", "water", "today"),
            "the skip of water (14:00, 16:00, 18:00, 20:00)",
            "at vand (14:00, 16:00, 18:00, 20:00) springes over",
        ),
        (("pause",), "the pause", "pausen"),
        (("good-night",), "good night", "godnat"),
        (("tonight", "23:30"), "the changed bedtime", "den ændrede sengetid"),
    ],
)
def test_status_tells_programs_what_the_next_undo_takes_back(
    terminal: Terminal, words: tuple[str, ...], text: str, danish: str
) -> None:
    """The text is a phrase, in the language of the config."""
    terminal.have_open()
    assert terminal("status", "--json").json["undo"] is None
    terminal(*words)
    undo = terminal("status", "--json").json["undo"]
    assert undo == {"action": words[0], "at": "2026-11-22T14:10:00+01:00", "text": text}
    terminal.write('language = "da"\n' + DAY)
    assert terminal("status", "--json").json["undo"]["text"] == danish


def test_undo_in_danish(terminal: Terminal) -> None:
    """As a Dane says it."""
    opened = terminal.have_open()
    terminal.write('language = "da"\n' + DAY)
    terminal("done")
    assert terminal("undo").out == "Fortrudt: vand kl. 14:00 er åben igen.\n"
    assert isinstance(terminal.remembered(opened), Active)


# pause


def test_a_shorter_pause_is_refused_without_a_terminal(terminal: Terminal) -> None:
    """It says how to do it."""
    terminal("pause", "until", "tomorrow")
    result = terminal("pause", "1h")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "nightcare is already paused until tomorrow 07:00. To pause only until 15:10, add --yes.\n"
    )
    assert "Paused until tomorrow 07:00." in terminal("status").out
    assert terminal("pause", "1h", "--yes").out.startswith("Paused until 15:10.")
    assert terminal("pause", "2h").out.startswith("Paused until 16:10.")


def test_a_terminal_asks_before_it_shortens_a_pause(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A no leaves it as it is."""
    terminal("pause", "5h")
    question = "nightcare is already paused until 19:10. Pause only until 15:10?"
    kept = answered(terminal, monkeypatch, [(question, "n")], "pause", "1h")
    assert (kept.code, kept.out.endswith("Still paused until 19:10.\n")) == (1, True)
    done = answered(terminal, monkeypatch, [(question, "y")], "pause", "1h")
    assert (done.code, "Paused until 15:10." in done.out) == (0, True)


# tonight, after midnight


def test_tonight_after_midnight_is_the_evening_that_is_going_on(terminal: Terminal) -> None:
    """Until the wake-up; the evening of the new date stays as usual."""
    terminal.look_at_the_clock("00:10", TODAY + ONE_DAY)
    result = terminal("tonight", "01:30")
    assert (result.code, result.err) == (0, "")
    assert result.out == "New bedtime: 01:30. The evening's reminders move with it.\n"
    assert terminal("next").out == "Next: stretching, 01:00.\n"
    passed = terminal("tonight", "23:00")
    assert (passed.code, passed.out) == (2, "")
    assert passed.err.startswith("23:00 is not between now (00:10) and your wake-up (07:00).")
    assert terminal("undo").out == "Undone: bedtime is yesterday 22:30 again.\n"
    terminal("tonight", "01:30")
    terminal.look_at_the_clock("21:00", TODAY + ONE_DAY)
    assert terminal("next").out == "Next: stretching, 22:00.\n"


@pytest.mark.parametrize(
    ("on", "outcome"), [(date(2106, 2, 7), Outcome.DONE), (TODAY, Outcome.EXPIRED)]
)
def test_what_a_clock_that_ran_ahead_left_is_not_announced(
    terminal: Terminal, on: date, outcome: Outcome
) -> None:
    """It is later than everything planned, or the person did not answer it."""
    key = Key("evening-stretch", on, "bedtime - 30m")
    due = datetime.combine(on, time(21), UTC)
    with terminal.journal() as journal:
        journal.save(begin(Occurrence(key, due), Topic.STRETCHING).settle(outcome, due))
    assert "Answered ahead" not in terminal("status").out
    assert terminal("status", "--json").json["answered_ahead"] == []
    assert "ahead of time" not in terminal("why").out
