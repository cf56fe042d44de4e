"""Journals of earlier and of later versions."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nightcare.domain.delivery import Active, Closed, DeliveryStatus, Held, Outcome, begin
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.engine.answer_targets import SkipSpan
from nightcare.engine.user_actions import UserActions
from nightcare.errors import StateError
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.migrations import MIGRATIONS, VERSION
from nightcare.journal.store import Journal
from parts.desk import schedule_of

WATER = '[reminders.water]\ntopic = "hydration"\nevery = "1h"\n'


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_an_earlier_version_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    """Step by step, until it has what a new one has."""
    old = sqlite3.connect(tmp_path / FILE_NAME)
    for step in MIGRATIONS[:version]:
        old.executescript(step)
    old.execute(f"PRAGMA user_version={version}")
    old.commit()
    old.close()
    tables = "SELECT name, sql FROM sqlite_master ORDER BY name"
    with closing(Journal.open(tmp_path)) as journal, closing(Journal.in_memory()) as new:
        assert journal._db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert journal._db.execute(tables).fetchall() == new._db.execute(tables).fetchall()
        assert journal.unsettled() == []


def test_a_later_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    """It may know what this one would destroy."""
    journal = Journal.open(tmp_path)
    journal.record_tip("refill", datetime(2026, 11, 22, 13, 10, tzinfo=UTC))
    journal._db.execute(f"PRAGMA user_version={VERSION + 1}")
    journal.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(StateError) as caught:
        Journal.open(tmp_path)
    assert caught.value.key == "journal_newer"
    assert caught.value.values == {"version": VERSION + 1, "known": VERSION}
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_what_an_earlier_version_wrote_is_read(tmp_path: Path) -> None:
    """The delivery is derived from the time at which it was shown; old actions can be undone."""
    old = sqlite3.connect(tmp_path / FILE_NAME)
    for step in MIGRATIONS[:3]:
        old.executescript(step)
    columns = (
        "reminder, care_day, slot, due, topic, fresh_from, asked, snoozes, seen, tip, state, at,"
        " closes, again, away, handle, outcome, reason"
    )
    at = "2026-11-22T13:00:00.000000+00:00"
    closes = "2026-11-22T13:10:00.000000+00:00"
    shown = ("water", "2026-11-22", "1", at, "hydration", at, 1, 0, 1, None,
             "open", at, closes, None, 0, ":1.7 3 x", None, None)  # fmt: skip
    given = ("walk", "2026-11-22", "1", at, "exercise", at, 1, 0, 0, None,
             "open", None, closes, None, 0, None, None, None)  # fmt: skip
    for row in (shown, given):
        old.execute(
            f"INSERT INTO courses ({columns}) VALUES ({', '.join('?' * 18)})",  # noqa: S608 - constants
            row,
        )
    for name, verdict in (("water", "show"), ("walk", "show"), ("swim", "hold")):
        old.execute(
            "INSERT INTO decisions (at, reminder, care_day, slot, due, verdict, step)"
            " VALUES (?, ?, '2026-11-22', '1', ?, ?, 'show')",
            (at, name, at, verdict),
        )
    global_state = json.dumps([None, None, None, None, "{}"])
    old.execute(
        "INSERT INTO acts (at, what, courses, standing) VALUES (?, 'done', ?, ?)",
        (at, json.dumps([shown]), global_state),
    )
    old.execute("INSERT INTO trials (at, reminder) VALUES (?, 'water')", (at,))
    old.execute("PRAGMA user_version=3")
    old.commit()
    old.close()
    with closing(Journal.open(tmp_path)) as journal:
        deliveries = {
            one.key.reminder: one.state.delivery
            for one in journal.unsettled()
            if isinstance(one.state, Active)
        }
        assert deliveries == {"water": DeliveryStatus.SHOWN, "walk": DeliveryStatus.DECIDED}
        decisions = {one.occurrence.key.reminder: one.delivery for one in journal.last_decisions()}
        assert decisions == {
            "water": DeliveryStatus.SHOWN,
            "walk": DeliveryStatus.DECIDED,
            "swim": None,
        }
        act = journal.last_action()
        assert act is not None
        assert act.deliveries == tuple(
            one for one in journal.unsettled() if one.key.reminder == "water"
        )
        assert [journal.trial_status(one.id) for one in journal.trials()] == [
            DeliveryStatus.DECIDED
        ]


def test_the_last_version_is_kept_and_its_actions_are_undone_step_by_step(tmp_path: Path) -> None:
    """Before a skip of this version and after it."""
    old = sqlite3.connect(tmp_path / FILE_NAME)
    for step in MIGRATIONS[:5]:
        old.executescript(step)
    old.execute("PRAGMA user_version=5")
    old.commit()
    old.close()
    now = datetime(2026, 11, 22, 13, 10, tzinfo=UTC)
    schedule = schedule_of('[sleep]\nwake = "07:00"\nbedtime = "22:30"\n' + WATER)
    with closing(Journal.open(tmp_path)) as journal:
        # As the last version recorded it, which had no skip.
        shown = begin(Occurrence(Key("water", now.date(), "18000"), now), Topic.HYDRATION)
        journal.record_action(now, "done", [shown], journal.global_state())
        journal.save(shown.settle(Outcome.DONE, now))
        actions = UserActions(schedule, UTC, journal)
        skipped = actions.skip(now, "water", SkipSpan.TODAY)
        assert {str(one.state.outcome) for one in skipped if isinstance(one.state, Closed)} == {
            "skipped"
        }
    with closing(Journal.open(tmp_path)) as journal:
        actions = UserActions(schedule, UTC, journal)
        assert len(journal.since(now)) == len(skipped) + 1
        assert [actions.undo(now).what for _ in range(2)] == ["skip", "done"]
        assert journal.since(now) == [shown]


def test_the_journal_of_the_last_release_keeps_all_before_computers_share(tmp_path: Path) -> None:
    """Its outcomes count as this computer's, and undo restores what was before them."""
    old = sqlite3.connect(tmp_path / FILE_NAME)
    for step in MIGRATIONS[:6]:
        old.executescript(step)
    columns = (
        "reminder, care_day, slot, due, topic, fresh_from, asked, snoozes, seen, tip, state, at,"
        " closes, again, away, handle, outcome, reason, delivery"
    )
    at = "2026-11-22T13:00:00.000000+00:00"
    head = ("water", "2026-11-22", "1", at, "hydration", at, 1, 0, 1, None)
    done = (*head, "settled", at, None, None, None, None, "done", None, None)
    held = (*head, "held", None, None, None, None, None, None, "locked", None)
    old.execute(f"INSERT INTO courses ({columns}) VALUES ({', '.join('?' * 19)})", done)  # noqa: S608 - constants
    state = json.dumps([None, None, None, None, "{}"])
    old.execute(
        "INSERT INTO acts (at, what, courses, standing) VALUES (?, 'done', ?, ?)",
        (at, json.dumps({"changed": [held], "beside": []}), state),
    )
    old.execute("PRAGMA user_version=6")
    old.commit()
    old.close()
    now = datetime(2026, 11, 22, 13, 10, tzinfo=UTC)
    key = Key("water", now.date(), "1")
    with closing(Journal.open(tmp_path)) as journal:
        delivery = journal.delivery(key)
        assert delivery is not None
        assert delivery.state == Closed(Outcome.DONE, datetime(2026, 11, 22, 13, tzinfo=UTC))
        assert journal.shared.acts(now.date()) == []
        actions = UserActions(schedule_of(WATER), UTC, journal)
        assert actions.undo(now).what == "done"
        delivery = journal.delivery(key)
        assert delivery is not None
        assert delivery.state == Held(Reason.LOCKED)
