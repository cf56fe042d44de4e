"""The schema of the journal: one migration for each version."""

from __future__ import annotations

_FIRST = """
CREATE TABLE courses (
    reminder TEXT NOT NULL,
    care_day TEXT NOT NULL,
    slot TEXT NOT NULL,
    due TEXT NOT NULL,
    topic TEXT NOT NULL,
    fresh_from TEXT NOT NULL,
    asked INTEGER NOT NULL,
    snoozes INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    tip TEXT,
    state TEXT NOT NULL CHECK (state IN ('due', 'held', 'open', 'snoozed', 'settled')),
    at TEXT,
    closes TEXT,
    again TEXT,
    away INTEGER,
    handle TEXT,
    outcome TEXT,
    reason TEXT,
    PRIMARY KEY (reminder, care_day, slot)
) WITHOUT ROWID;
CREATE INDEX courses_unsettled ON courses (due) WHERE state != 'settled';
CREATE INDEX courses_by_due ON courses (due);
CREATE TABLE standing (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    began TEXT,
    reckoned TEXT,
    paused_until TEXT,
    good_night TEXT,
    tonight TEXT NOT NULL DEFAULT '{}'
);
INSERT INTO standing (only) VALUES (1);
CREATE TABLE tips_shown (id INTEGER PRIMARY KEY AUTOINCREMENT, tip TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    reminder TEXT NOT NULL,
    care_day TEXT NOT NULL,
    slot TEXT NOT NULL,
    due TEXT NOT NULL,
    verdict TEXT NOT NULL,
    step TEXT NOT NULL
);
CREATE INDEX decisions_by_reminder ON decisions (reminder, id);
CREATE TABLE acts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    what TEXT NOT NULL,
    courses TEXT NOT NULL,
    standing TEXT NOT NULL
);
CREATE TABLE trials (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    reminder TEXT NOT NULL,
    shown_by TEXT
);
CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""

_DIARY = """
CREATE TABLE cramps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    ahead INTEGER NOT NULL,
    care_day TEXT NOT NULL,
    by_night INTEGER NOT NULL,
    leg TEXT,
    severity TEXT,
    minutes INTEGER,
    note TEXT NOT NULL,
    recorded TEXT NOT NULL
);
CREATE INDEX cramps_by_care_day ON cramps (care_day);
CREATE TABLE mornings (
    night TEXT PRIMARY KEY, answer TEXT NOT NULL, recorded TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE questions (
    night TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (night, at)
) WITHOUT ROWID;
"""

_LEADING = """
CREATE TABLE leading (
    only INTEGER PRIMARY KEY DEFAULT 1 CHECK (only = 1),
    reminder TEXT NOT NULL,
    care_day TEXT NOT NULL,
    slot TEXT NOT NULL,
    routine TEXT NOT NULL,
    began TEXT NOT NULL,
    seen TEXT NOT NULL,
    handle TEXT
);
"""

APPLICATION_ID = 0x6E696361
"""The letters "nica" in the header of the file, which distinguish it from other programs' files.

Source: https://www.sqlite.org/pragma.html#pragma_application_id.
"""

_APPLICATION = f"PRAGMA application_id = {APPLICATION_ID}"

_DELIVERY = """
ALTER TABLE courses ADD COLUMN delivery TEXT;
UPDATE courses SET delivery = CASE WHEN at IS NULL THEN 'decided' ELSE 'shown' END
    WHERE state = 'open';
ALTER TABLE decisions ADD COLUMN delivery TEXT;
UPDATE decisions SET delivery = CASE WHEN EXISTS (
    SELECT * FROM courses WHERE courses.reminder = decisions.reminder AND seen
    AND courses.care_day = decisions.care_day AND courses.slot = decisions.slot
) THEN 'shown' ELSE 'decided' END WHERE verdict = 'show';
ALTER TABLE trials ADD COLUMN delivery TEXT;
"""

_SKIPPED = "-- No table changes"
"""The outcome and the action of a skip. Earlier versions would treat them as damage, and show the
skipped reminder; they refuse this number of the version."""

_SHARED = """
ALTER TABLE courses ADD COLUMN computer TEXT;
CREATE TABLE shared_acts (
    computer TEXT NOT NULL,
    number INTEGER NOT NULL,
    reminder TEXT NOT NULL,
    care_day TEXT NOT NULL,
    slot TEXT NOT NULL,
    due TEXT NOT NULL,
    topic TEXT NOT NULL,
    own INTEGER NOT NULL,
    what TEXT NOT NULL,
    at TEXT,
    reason TEXT,
    undone_computer TEXT,
    undone_number INTEGER,
    PRIMARY KEY (computer, number)
) WITHOUT ROWID;
CREATE INDEX shared_acts_by_occurrence ON shared_acts (care_day, reminder, slot);
CREATE TABLE shared_values (
    computer TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    value TEXT,
    PRIMARY KEY (computer, name)
) WITHOUT ROWID;
CREATE TABLE shared_cramps (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE computers (
    id TEXT PRIMARY KEY, seen TEXT NOT NULL, facts TEXT NOT NULL
) WITHOUT ROWID;
"""
"""The acts and values of all computers of the person, including this one; the shared names of
cramps, by their numbers here; and the facts that the other computers publish about themselves."""

MIGRATIONS = (_FIRST, _DIARY, _LEADING, _APPLICATION, _DELIVERY, _SKIPPED, _SHARED)
"""The migration from each version to the next; a released one is never changed."""

VERSION = len(MIGRATIONS)

NUMBERED = ("tips_shown", "decisions", "acts", "trials", "cramps")
"""The tables whose rows get ascending numbers from SQLite."""

NUMBERS = range(2**53)
"""The plausible numbers; after the last one of SQLite, 2**63 - 1, a table takes no more rows."""

TABLES = (
    "courses", "tips_shown", "decisions", "acts", "trials", "cramps", "mornings", "questions",
    "leading", "shared_acts", "shared_values", "shared_cramps",
)  # fmt: skip
"""The tables of recorded events, with a row for each."""
