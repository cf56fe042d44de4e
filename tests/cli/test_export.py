"""Everything that is recorded: handed over whole, and erased whole."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.talk import answered
from cli.terminal import Terminal
from nightcare.desktop.instance_lock import InstanceLock
from nightcare.domain.delivery import Closed, Held, Outcome, Snoozed
from nightcare.domain.global_state import GlobalState
from nightcare.domain.reasons import Reason
from nightcare.i18n.translator import read_words
from nightcare.journal.diary_store import DiaryStore
from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.store import SERVICE_NOTE
from nightcare.languages import languages


@pytest.fixture
def lived(terminal: Terminal) -> Terminal:
    """Return a person who has used nightcare for a while."""
    terminal.write('[reminders.water]\ntopic = "hydration"\nat = "14:00"\ntext = "drink now"\n')
    terminal("cramp", "add", "--at", "03:10", "--note", "=unmistakable")
    terminal("cramp", "none", "--night", "2026-11-19")
    terminal.have(terminal.delivery("12:00", slot="1"), Closed(Outcome.EXPIRED, terminal.now))
    terminal.have(terminal.delivery("13:00", slot="2"), Snoozed(terminal.at("15:00")))
    terminal.have(terminal.delivery("13:30", slot="3"), Held(Reason.LOCKED))
    terminal.have_open(slot="4")
    assert terminal("done", "water").code == 0
    assert terminal("pause", "1h").code == 0
    return terminal


@pytest.fixture
def service(lived: Terminal) -> Iterator[None]:
    """Hold the lock of a running service."""
    lock = InstanceLock(lived.state)
    assert lock.take()
    yield
    lock.release()


# export


@pytest.mark.parametrize(
    "words", [("export",), ("cramp", "list", "--json"), ("cramp", "export", "--format", "csv")]
)
def test_a_note_of_an_old_journal_controls_no_terminal(
    lived: Terminal, words: tuple[str, ...]
) -> None:
    """The first versions stored what was typed, with C1 controls and overrides of direction."""
    with closing(sqlite3.connect(lived.state / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE cramps SET note = ?", ("=a\x9b2J\x1b\u202eb\u2066",))
    result = lived(*words)
    assert (result.code, result.err) == (0, "")
    assert set("\x9b\x1b\u202e\u2066").isdisjoint(result.out)
    assert "b" in result.out


def test_everything_is_handed_over_as_json(lived: Terminal) -> None:
    """Diary, what became of reminders, acts, and the settings in force."""
    result = lived("export")
    assert (result.code, result.err) == (0, "")
    told = result.json
    assert list(told) == ["nightcare", "exported", "diary", "reminders", "acts", "settings"]
    assert told["exported"] == "2026-11-22T14:10:00+01:00"
    assert told["diary"] == lived("cramp", "list", "--json").json
    assert told["diary"]["cramps"][0]["note"] == "=unmistakable"
    became = {
        one["due"][11:16]: (one["state"], one["outcome"], one["at"]) for one in told["reminders"]
    }
    assert became["12:00"] == ("settled", "expired", "2026-11-22T14:10:00+01:00")
    assert became["13:00"] == ("snoozed", None, "2026-11-22T15:00:00+01:00")
    assert became["14:00"] == ("settled", "done", "2026-11-22T14:10:00+01:00")
    assert lived.have_open(slot="5")
    (shown,) = [one for one in lived("export").json["reminders"] if one["state"] == "open"]
    assert shown["at"] == "2026-11-22T14:00:00+01:00"
    assert [one["reason"] for one in told["reminders"] if one["state"] == "held"] == ["paused"]
    assert [one["what"] for one in told["acts"]] == ["done", "pause"]
    assert told["settings"]["reminders"] == {
        "water": {"topic": "hydration", "at": "14:00", "text": "drink now"}
    }
    assert told["settings"]["diary"]["professional_nights"] == 3


def test_everything_is_handed_over_as_tables(lived: Terminal, tmp_path: Path) -> None:
    """A file each, for their owner alone, of which a spreadsheet runs nothing."""
    folder = tmp_path / "out"
    result = lived("export", "--format", "csv", "--output", folder)
    assert (result.code, result.err) == (0, "")
    assert result.out == f"Wrote {folder}; only you can read it.\n"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o777 for one in folder.iterdir()} == {0o600}
    tables = {}
    for path in sorted(folder.iterdir()):
        with path.open(encoding="utf-8", newline="") as stream:
            tables[path.stem] = list(csv.DictReader(stream))
    assert sorted(tables) == ["acts", "diary", "reminders", "settings"]
    assert tables["diary"][0]["note"] == "'=unmistakable"
    assert [one["kind"] for one in tables["diary"]] == ["cramp", "morning"]
    assert [one["outcome"] for one in tables["reminders"]].count("done") == 1
    assert [one["what"] for one in tables["acts"]] == ["done", "pause"]
    assert {one["key"]: one["value"] for one in tables["settings"]}["reminders.water.text"] == (
        '"drink now"'
    )


def test_one_file_for_json_and_a_folder_for_csv(lived: Terminal, tmp_path: Path) -> None:
    """CSV is several tables, which one output cannot hold."""
    path = tmp_path / "all.json"
    assert lived("export", "--output", path).code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text(encoding="utf-8") == lived("export").out
    result = lived("export", "--format", "csv")
    assert (result.code, result.out) == (2, "")
    assert result.err == "CSV is several files. Give a folder for them with --output.\n"


def test_a_wrong_config_keeps_nobody_from_what_is_theirs(lived: Terminal) -> None:
    """The settings in force are none, then."""
    lived.write("language = 3")
    told = lived("export").json
    assert told["settings"] is None
    assert len(told["diary"]["cramps"]) == 1


# erase


def assert_erased(terminal: Terminal) -> None:
    """Check that the journal is empty, and its files have no trace."""
    assert terminal("export").json["diary"] == {"cramps": [], "mornings": []}
    assert terminal("export").json["reminders"] == []
    assert terminal("export").json["acts"] == []
    for path in terminal.state.iterdir():
        assert b"unmistakable" not in path.read_bytes()
    with terminal.journal() as journal:
        assert journal.global_state().paused_until is None


def test_everything_is_erased_but_the_config(lived: Terminal) -> None:
    """It says what is gone."""
    before = lived.config.read_bytes()
    result = lived("erase", "--yes")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "Erased: your diary (cramps: 1, morning answers: 1), the history of your "
        "reminders (4), your answers, and any pause or snooze.\n"
        "Your config is unchanged. What the service wrote to the system's log stays there.\n"
    )
    assert_erased(lived)
    assert lived.config.read_bytes() == before
    assert lived("next").code == 0


@pytest.mark.usefixtures("service")
def test_erasing_while_the_service_runs(lived: Terminal) -> None:
    """It sees the change at once, and keeps what it has noted about itself."""
    with lived.journal() as running:
        running.write_note(SERVICE_NOTE, {"pid": 1, "notifier": "a screen"})
        assert not running.changed_by_others()
        DiaryStore(running).cramps()
        assert lived("erase", "--yes").code == 0
        assert running.changed_by_others()
        assert (lived.state / f"{FILE_NAME}-wal").stat().st_size == 0
        assert running.read_note(SERVICE_NOTE)["notifier"] == "a screen"
    assert_erased(lived)


@pytest.mark.parametrize(("answer", "gone"), [("n", False), ("", False), ("y", True), ("ja", True)])
def test_erasing_asks_first(
    lived: Terminal, monkeypatch: pytest.MonkeyPatch, answer: str, *, gone: bool
) -> None:
    """Enter alone erases nothing."""
    result = answered(lived, monkeypatch, [("Erase it? [y/N]", answer)], "erase")
    assert result.code == (0 if gone else 1)
    assert "It cannot be undone" in result.out
    assert ("Nothing was erased.\n" in result.out) is not gone
    assert (lived("cramp", "list", "--json").json["cramps"] == []) is gone


def test_erasing_without_a_terminal_needs_a_yes(lived: Terminal) -> None:
    """Nobody could be asked."""
    result = lived("erase")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("There is no terminal to ask in.")
    assert len(lived("cramp", "list", "--json").json["cramps"]) == 1


def test_erasing_where_there_is_nothing(terminal: Terminal) -> None:
    """Nothing is made by it either."""
    result = terminal("erase", "--yes")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("There is no journal")
    assert not (terminal.state / FILE_NAME).exists()


def test_journals_that_were_set_aside_are_erased_too(lived: Terminal) -> None:
    """They hold what is the person's as well."""
    aside = lived.state / "journal-corrupt-20261101T000000.sqlite"
    for extra in ("", "-wal"):
        Path(f"{aside}{extra}").write_text("unmistakable")
    result = lived("erase", "--yes")
    assert result.out.count("which was damaged") == 2
    assert_erased(lived)


def test_a_journal_that_is_damaged_is_erased_as_a_file(lived: Terminal) -> None:
    """If the service runs, it has to set the file aside first."""
    (lived.state / FILE_NAME).write_bytes(b"unmistakable, but no journal " * 300)
    lock = InstanceLock(lived.state)
    assert lock.take()
    result = lived("erase", "--yes")
    assert (result.code, result.out) == (1, "")
    lock.release()
    result = lived("erase", "--yes")
    assert (result.code, result.err) == (0, "")
    assert_erased(lived)


def test_a_journal_of_a_later_version_is_left_alone(lived: Terminal) -> None:
    """It is told, and nothing is half erased."""
    with closing(sqlite3.connect(lived.state / FILE_NAME)) as later:
        later.execute("PRAGMA user_version=99")
    result = lived("erase", "--yes")
    assert (result.code, result.out) == (1, "")


def test_a_wrong_config_keeps_nobody_from_erasing(lived: Terminal) -> None:
    """It makes no difference in which language."""
    lived.write("language = 3")
    assert lived("erase", "--yes").code == 0


def test_the_service_goes_on_from_the_erasing(lived: Terminal) -> None:
    """As if it had first run then."""
    began = datetime(2026, 11, 1, tzinfo=UTC)
    with lived.journal() as journal:
        journal.save_global_state(GlobalState(began=began, updated=began))
    lived("erase", "--yes")
    with lived.journal() as journal:
        global_state = journal.global_state()
    assert (global_state.began, global_state.updated) == (lived.now, lived.now)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("export",), "mine.json"),
        (("export", "--format", "csv"), "reminders.csv"),
        (("cramp", "export"), "mine.csv"),
    ],
)
def test_another_file_is_overwritten_only_after_asking(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    command: tuple[str, ...],
    name: str,
) -> None:
    """Enter alone keeps it; where nobody can be asked, the error names `--yes`."""
    terminal.write(f'language = "{language}"')
    translator = read_words(language)
    path = terminal.home / name
    path.write_text("a letter", encoding="utf-8")
    where = terminal.home if name == "reminders.csv" else path
    export = [*command, "--output", str(where)]
    refused = terminal(*export)
    said = translator.text("error_page_would_overwrite", path=path)
    assert (refused.code, refused.out, refused.err) == (2, "", f"{said}\n")
    question = translator.text("page_exists", path=path)
    kept = answered(terminal, monkeypatch, [(question, "")], *export)
    assert kept.code == 1
    assert kept.out.endswith(f"{translator.text('page_kept', path=path)}\n")
    assert [one.name for one in terminal.home.iterdir() if one.suffix != ""] == [name]
    assert path.read_text(encoding="utf-8") == "a letter"
    assert answered(terminal, monkeypatch, [(question, "y")], *export).code == 0
    assert path.read_text(encoding="utf-8") != "a letter"
    path.write_text("a letter", encoding="utf-8")
    assert terminal(*export, "--yes").code == 0
    assert path.read_text(encoding="utf-8") != "a letter"


@pytest.mark.parametrize(
    "command", [("export",), ("export", "--format", "csv"), ("cramp", "export")]
)
def test_an_export_that_cannot_be_written_names_the_option(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    """A file is in the place of the folder."""
    (terminal.home / "letter").write_text("a letter", encoding="utf-8")
    path = terminal.home / "letter" / "export"
    refused = terminal(*command, "--output", str(path), "--yes")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith(f"{path.parent}")
    assert refused.err.endswith("Choose another place with --output.\n")
