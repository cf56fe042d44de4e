"""Commands on a journal in which single values are damaged: no traceback, and the rest is shown."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest

from cli.terminal import TODAY, Terminal
from nightcare.domain.delivery import Closed, Held, Outcome, Snoozed
from nightcare.domain.diary import Answer, Morning
from nightcare.domain.global_state import GlobalState
from nightcare.domain.history import ACTS
from nightcare.domain.reasons import Reason
from nightcare.domain.routine import RoutineSession
from nightcare.i18n.translator import read_words
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.store import Journal

TABLES = (
    "courses", "standing", "tips_shown", "decisions", "acts", "trials", "notes", "cramps",
    "mornings", "questions", "leading",
)  # fmt: skip

GARBAGE = (
    "''", "'x'", "'\x1b[2J'", "-1", "9223372036854775807", "1e300", "X'00FF'", "NULL",
    "'0001-01-01T00:00:00+00:00'", "'9999-12-31'", "'2026-11-22T10:00:00'", "'[]'", "'{}'",
    "'null'", "'[[1]]'", "CAST(X'C3' AS TEXT)",
)  # fmt: skip

STEP = int(os.environ.get("DAMAGE_STEP", "4"))
"""Each column gets one of so many kinds of garbage."""

COMMANDS = (
    ("status",), ("status", "--json"), ("today",), ("next",), ("why",), ("cramp", "list"),
    ("report",), ("export",), ("undo",), ("snooze",), ("done",), ("tonight", "23:00"),
)  # fmt: skip


def fill(terminal: Terminal) -> Path:
    """Write a journal with a row in every table; returns its file."""
    terminal("cramp", "add", "--at", "03:10", "--note", "sound")
    terminal("cramp", "add", "--at", "04:10")
    terminal.have_open()
    at = terminal.at("10:00").astimezone(UTC)
    for slot, state in (
        ("1", Closed(Outcome.DONE, at)),
        ("2", Held(Reason.IDLE)),
        ("3", Snoozed(terminal.at("16:00").astimezone(UTC))),
    ):
        terminal.have(terminal.delivery("10:00", slot=slot), state)
    with terminal.journal() as journal:
        delivery = terminal.delivery("10:00", slot="1")
        journal.record_action(at, "done", [delivery], GlobalState(began=at))
        journal.record_decision(at, delivery.occurrence, "hold", Reason.IDLE)
        journal.record_tip("refill", at)
        journal.request_trial("water", at)
        journal.write_note("service", {"pid": 1, "presence": {}, "values": {}, "config": None})
        journal.write_note("professional", {"at": at.isoformat()})
        journal.diary.save_morning(Morning(date(2026, 11, 19), Answer.NONE, at))
        journal.diary.record_question(TODAY - timedelta(days=1), at)
        journal.save_routine_session(RoutineSession(delivery.key, "calf", at, at))
        journal.write_note("screen", {"notice/1": ":1.5 1 x"})
        journal.save_global_state(GlobalState(at, at, None, None, {}))
    return terminal.state / FILE_NAME


def damages(file: Path, table: str) -> Iterator[str]:
    """Yield changes: each column with some kinds of garbage, other ones for its neighbours."""
    with closing(sqlite3.connect(file)) as connection:
        columns = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    for number, (column,) in enumerate(columns):
        for value in GARBAGE[number % STEP :: STEP]:
            yield f"UPDATE OR IGNORE {table} SET {column} = {value}"  # noqa: S608 - constants


def damaged(file: Path, change: str) -> bool:
    """Make a change; returns whether the table allows it."""
    with closing(sqlite3.connect(file)) as connection:
        try:
            connection.execute(change)
        except sqlite3.DatabaseError:
            return False
        connection.commit()
    return True


@pytest.mark.parametrize("table", TABLES)
def test_a_damaged_value_stops_no_command(terminal: Terminal, tmp_path: Path, table: str) -> None:
    """For any column, value and command there is an answer or an error message."""
    file = fill(terminal)
    sound = tmp_path / "sound"
    shutil.copytree(terminal.state, sound)
    for change in damages(file, table):
        shutil.rmtree(terminal.state)
        shutil.copytree(sound, terminal.state)
        if damaged(file, change):
            for words in COMMANDS:
                result = terminal(*words)
                assert result.code in {0, 1, 69}, (change, words, result)
                assert "\x1b" not in result.out + result.err, (change, words)


def test_one_damaged_entry_hides_no_other(terminal: Terminal) -> None:
    """It is counted, once a command; nothing is deleted."""
    file = fill(terminal)
    assert damaged(file, "UPDATE cramps SET severity = 'x' WHERE id = 2")
    for words in (("cramp", "list"), ("report",), ("export",)):
        result = terminal(*words)
        assert result.code == 0
        assert result.err == ("1 damaged entry of the journal is left out. It stays in the file.\n")
    assert '"sound"' in terminal("cramp", "list").out
    with closing(Journal.open(terminal.state)) as journal:
        assert len(journal.read(lambda *row: row, "SELECT id FROM cramps")) == 2


def test_every_act_has_a_name() -> None:
    """A new one is added to both, or it could not be read back."""
    start = "undoable_"
    acts = {one.removeprefix(start) for one in read_words("en").texts if one.startswith(start)}
    assert acts == {one.replace("-", "_") for one in ACTS}
