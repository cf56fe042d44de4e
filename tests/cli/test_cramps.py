"""The diary at the terminal: noted, shown, corrected, taken out, handed over."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from cli.terminal import Terminal


def noted(terminal: Terminal, *arguments: str) -> dict[str, object]:
    """Add a cramp with these options, and return it."""
    result = terminal("cramp", "add", *arguments)
    assert (result.code, result.err) == (0, "")
    cramps: list[dict[str, object]] = terminal("cramp", "list", "--json").json["cramps"]
    return max(cramps, key=lambda one: str(one["id"]).zfill(9))


# add


def test_a_cramp_is_noted_with_all_that_is_said(terminal: Terminal) -> None:
    """The answer says what, when, for which night, its number, and how to correct it."""
    result = terminal(
        "cramp", "add", "--at", "03:10", "--leg", "left", "--severity", "severe",
        "--minutes", "4", "--note", "woke up",
    )  # fmt: skip
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        'Recorded as number 1: 03:10, left leg, severe, 4 min, "woke up". '
        "It counts for the night after Saturday 21 November.\n"
        "To correct it: `nightcare cramp change 1 --at 03:10`, --leg, --severity, --minutes or "
        "--note; to remove it: `nightcare cramp remove 1`.\n"
    )
    assert terminal("cramp", "list", "--json").json == {
        "cramps": [
            {
                "id": 1,
                "at": "2026-11-22T03:10:00+01:00",
                "care_day": "2026-11-21",
                "night": "2026-11-21",
                "leg": "left",
                "severity": "severe",
                "minutes": 4,
                "note": "woke up",
                "recorded": "2026-11-22T13:10:00+00:00",
            }
        ],
        "mornings": [],
    }


def test_a_cramp_is_noted_with_nothing_said(terminal: Terminal) -> None:
    """It is now, and nothing is made up."""
    terminal.look_at_the_clock("03:10")
    result = terminal("cramp", "add")
    assert result.out.startswith(
        "Recorded as number 1: 03:10. It counts for the night after Saturday 21 November.\n"
    )
    (cramp,) = terminal("cramp", "list", "--json").json["cramps"]
    assert cramp["at"] == "2026-11-22T03:10:00+01:00"
    assert [cramp[key] for key in ("leg", "severity", "minutes", "note")] == [None, None, None, ""]


@pytest.mark.parametrize(
    ("at", "when", "night"),
    [
        ("23:50", "2026-11-21T23:50:00+01:00", "2026-11-21"),
        ("yesterday 03:10", "2026-11-21T03:10:00+01:00", "2026-11-20"),
        ("2026-11-22T03:10", "2026-11-22T03:10:00+01:00", "2026-11-21"),
        ("2026-07-01 03:10", "2026-07-01T03:10:00+02:00", "2026-06-30"),
        ("12:00", "2026-11-22T12:00:00+01:00", None),
        ("2026-10-25T02:30+01:00", "2026-10-25T02:30:00+01:00", "2026-10-24"),
    ],
)
def test_when_it_was_and_which_night(
    terminal: Terminal, at: str, when: str, night: str | None
) -> None:
    """The last such moment, or the one that a date names."""
    cramp = noted(terminal, "--at", at)
    assert (cramp["at"], cramp["night"]) == (when, night)


def test_a_cramp_by_day_is_of_the_day(terminal: Terminal) -> None:
    """The output says so."""
    assert "It counts for the daytime of Sunday 22 November." in terminal("cramp", "add").out


def test_a_bedtime_past_midnight_and_another_bedtime_tonight(terminal: Terminal) -> None:
    """The night begins when the person goes to bed."""
    terminal.write('[sleep]\nwake = "07:00"\nbedtime = "00:30"')
    assert noted(terminal, "--at", "00:10")["night"] is None
    assert noted(terminal, "--at", "00:40")["night"] == "2026-11-21"
    terminal.write("")
    terminal("tonight", "23:45")
    terminal.look_at_the_clock("23:50")
    assert noted(terminal, "--at", "23:30")["night"] is None
    assert noted(terminal, "--at", "23:46")["night"] == "2026-11-22"


def test_what_was_noted_elsewhere_keeps_its_clock(terminal: Terminal) -> None:
    """After travel it is still three at night, of the same night."""
    terminal("cramp", "add", "--at", "03:10")
    terminal.write('timezone = "America/New_York"')
    assert "  03:10" in terminal("cramp", "list").out
    (cramp,) = terminal("cramp", "list", "--json").json["cramps"]
    assert (cramp["at"], cramp["night"]) == ("2026-11-22T03:10:00+01:00", "2026-11-21")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--at", "tomorrow 03:10"), '"tomorrow 03:10" is not a time. Write 03:10,'),
        (("--at", "2026-11-22T14:11"), '"2026-11-22T14:11" is in the future.'),
        (("--minutes", "0"), "A cramp cannot last 0 minutes."),
        (("--minutes", "1441"), "A cramp cannot last 1441 minutes."),
        (("--note", "\udcff"), "The note is not text in UTF-8."),
        (("--leg", "third"), "--leg must be one of: left, right, both."),
        (("--severity", "unbearable"), "--severity must be one of: "),
    ],
)
def test_what_cannot_be_is_refused(
    terminal: Terminal, arguments: tuple[str, ...], complaint: str
) -> None:
    """A mistake in the usage; nothing is noted."""
    result = terminal("cramp", "add", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(complaint)
    assert terminal("cramp", "list", "--json").json["cramps"] == []


# none


def test_a_night_without_cramps_is_noted(terminal: Terminal) -> None:
    """The last one, or the one that is named by its evening."""
    result = terminal("cramp", "none")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "Recorded for the night after Saturday 21 November: no cramps. "
        "To remove it: `nightcare cramp remove --night 2026-11-21`.\n"
    )
    assert terminal("cramp", "none", "--night", "2026-11-19").code == 0
    said = terminal("cramp", "list", "--json").json["mornings"]
    assert [(one["night"], one["answer"]) for one in said] == [
        ("2026-11-19", "none"),
        ("2026-11-21", "none"),
    ]


def test_who_is_up_early_means_the_night_behind_them(terminal: Terminal) -> None:
    """Ten minutes before the wake-up it is as good as over."""
    terminal.look_at_the_clock("06:50")
    assert "Saturday 21 November" in terminal("cramp", "none").out


def test_a_night_cannot_be_with_cramps_and_without(terminal: Terminal) -> None:
    """One that has a cramp is not noted as without; a cramp goes over the earlier answer."""
    terminal("cramp", "none")
    result = terminal("cramp", "add", "--at", "03:10")
    assert result.out.splitlines()[1] == (
        "That night was recorded as one without cramps; that answer is removed."
    )
    result = terminal("cramp", "none")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "The diary has a cramp in the night after Saturday 21 November, number 1. "
        "If that is wrong, `nightcare cramp remove 1` removes it.\n"
    )
    assert terminal("cramp", "list", "--json").json["mornings"] == []


@pytest.mark.parametrize("night", ["2026-11-22", "2027-01-01", "soon"])
def test_a_night_that_is_still_to_come(terminal: Terminal, night: str) -> None:
    """Nobody can tell of it."""
    result = terminal("cramp", "none", "--night", night)
    assert (result.code, result.out) == (2, "")
    assert night in result.err


# list


def test_the_diary_for_a_person(terminal: Terminal) -> None:
    """Under the nights, in order, with the numbers by which they are corrected."""
    assert "Your diary is empty." in terminal("cramp", "list").out
    terminal("cramp", "add", "--at", "03:10", "--leg", "both", "--minutes", "90")
    terminal("cramp", "add", "--at", "01:05", "--severity", "mild")
    terminal("cramp", "add", "--at", "12:00")
    terminal("cramp", "add", "--at", "1987-06-05T03:10")
    terminal("cramp", "none", "--night", "2026-11-19")
    assert terminal("cramp", "list").out.splitlines() == [
        "The night after Thursday 4 June 1987",
        "    4  03:10",
        "The night after Thursday 19 November",
        "    -  no cramps",
        "The night after Saturday 21 November",
        "    2  01:05  mild",
        "    1  03:10  both legs, 1 h 30 min",
        "The daytime of Sunday 22 November",
        "    3  12:00",
    ]
    assert terminal("cramp", "list", "--days", "2").out.count("\n") == 5
    assert terminal("cramp", "list", "--days", "366000").out.count("\n") == 9
    assert terminal("cramp", "list", "--days", "0").code == 2


def test_the_diary_in_danish(terminal: Terminal) -> None:
    """As a Dane would say it."""
    terminal.write('language = "da"')
    result = terminal(
        "cramp", "add", "--at", "yesterday 03:10", "--leg", "left", "--severity", "severe"
    )
    assert result.out.startswith(
        "Noteret som nummer 1: i går kl. 03:10, venstre ben, voldsom. "
        "Den hører til natten efter fredag den 20. november.\n"
    )
    terminal("cramp", "none")
    assert terminal("cramp", "list").out.splitlines() == [
        "Natten efter fredag den 20. november",
        "    1  03:10  venstre ben, voldsom",
        "Natten efter lørdag den 21. november",
        "    -  ingen kramper",
    ]


def test_own_words_are_kept_as_they_are_and_shown_without_what_commands_a_terminal(
    terminal: Terminal,
) -> None:
    """A note may hold anything."""
    note = "=1+1 \x1b[31m red\nand\x07 more — \u202eæøå\u2066 🦵🏽"
    cramp = noted(terminal, "--at", "03:10", "--note", note)
    assert cramp["note"] == note
    shown = terminal("cramp", "list").out
    assert '"=1+1 [31m red and more — æøå 🦵🏽"' in shown
    assert "\x1b" not in shown
    assert not {"\x07", "\u202e", "\u2066"} & set(shown)


def test_a_note_has_a_greatest_length(terminal: Terminal) -> None:
    """With add as with change; nothing is cut without a word."""
    noted(terminal, "--note", "x" * 1000)
    for words in (("add",), ("change", "1")):
        result = terminal("cramp", *words, "--note", "x" * 1001)
        assert result.code == 2
        assert "1001" in result.err
        assert "1000" in result.err


# change and remove


def test_a_cramp_is_corrected_where_something_is_said(terminal: Terminal) -> None:
    """The rest stays; what was said can be unsaid."""
    noted(terminal, "--at", "03:10", "--leg", "left", "--severity", "mild", "--minutes", "3")
    result = terminal("cramp", "change", "1", "--at", "23:50", "--leg", "right", "--note", "late")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        'Number 1 is now: yesterday 23:50, right leg, mild, 3 min, "late". '
        "It counts for the night after Saturday 21 November.\n"
    )
    arguments = ("--leg", "none", "--severity", "none", "--minutes", "0", "--note", "")
    terminal("cramp", "change", "1", *arguments)
    (cramp,) = terminal("cramp", "list", "--json").json["cramps"]
    assert cramp["at"] == "2026-11-21T23:50:00+01:00"
    assert [cramp[key] for key in ("leg", "severity", "minutes", "note")] == [None, None, None, ""]


def test_a_correction_can_move_it_into_a_night_that_was_without(terminal: Terminal) -> None:
    """That night was not without, then."""
    terminal("cramp", "none")
    terminal("cramp", "add", "--at", "12:00")
    result = terminal("cramp", "change", "1", "--at", "03:10")
    assert "that answer is removed" in result.out
    assert terminal("cramp", "list", "--json").json["mornings"] == []


def test_a_correction_after_travel_keeps_the_clock_of_where_it_was_noted(
    terminal: Terminal,
) -> None:
    """Unless it is the moment that is corrected."""
    terminal("cramp", "add", "--at", "03:10")
    terminal.write('timezone = "America/New_York"')
    terminal("cramp", "change", "1", "--leg", "left")
    (cramp,) = terminal("cramp", "list", "--json").json["cramps"]
    assert (cramp["at"], cramp["night"]) == ("2026-11-22T03:10:00+01:00", "2026-11-21")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("change", "7", "--leg", "left"), "There is no cramp number 7 in the diary."),
        (("change", "1"), "Say what to change:"),
        (("change", "1", "--at", "soon"), '"soon" is not a time.'),
        (("change", "0", "--leg", "left"), "NUMBER must be a whole number of at least 1."),
        (("change", str(10**30), "--leg", "left"), "There is no cramp number 1000"),
        (("remove", "7"), "There is no cramp number 7 in the diary."),
        (("remove",), "Give either a number"),
        (("remove", "1", "--night", "2026-11-21"), "Give either a number"),
        (("remove", "--night", "2026-11-21"), "There is no answer for the night after Saturday 21"),
    ],
)
def test_a_correction_that_cannot_be(
    terminal: Terminal, arguments: tuple[str, ...], complaint: str
) -> None:
    """It says why, and nothing changes."""
    before = noted(terminal, "--at", "03:10")
    result = terminal("cramp", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(complaint)
    assert terminal("cramp", "list", "--json").json["cramps"] == [before]


def test_what_was_noted_can_be_taken_out(terminal: Terminal) -> None:
    """A cramp by its number, what was said of a night by its evening."""
    terminal("cramp", "add", "--at", "03:10", "--leg", "left")
    terminal("cramp", "none", "--night", "2026-11-20")
    assert terminal("cramp", "remove", "1").out == (
        "Number 1 is removed: 03:10, left leg, the night after Saturday 21 November.\n"
    )
    assert terminal("cramp", "remove", "--night", "2026-11-20").out == (
        "Removed: the answer for the night after Friday 20 November.\n"
    )
    assert terminal("cramp", "list", "--json").json == {"cramps": [], "mornings": []}


# export


def test_the_diary_as_csv(terminal: Terminal) -> None:
    """One table, with times that say their offset; nothing in it is a formula."""
    terminal("cramp", "add", "--at", "03:10", "--leg", "left", "--note", '=HYPERLINK("x"), "y"')
    terminal("cramp", "none", "--night", "2026-11-19")
    result = terminal("cramp", "export", "--format", "csv")
    assert (result.code, result.err) == (0, "")
    rows = list(csv.reader(io.StringIO(result.out)))
    assert rows == [
        ["kind", "id", "at", "care_day", "night", "leg", "severity", "minutes", "note", "recorded"],
        ["cramp", "1", "2026-11-22T03:10:00+01:00", "2026-11-21", "2026-11-21", "left", "", "",
         "'=HYPERLINK(\"x\"), \"y\"", "2026-11-22T13:10:00+00:00"],
        ["morning", "", "", "2026-11-19", "2026-11-19", "", "none", "", "",
         "2026-11-22T13:10:00+00:00"],
    ]  # fmt: skip
    assert terminal("cramp", "export").out == result.out


@pytest.mark.parametrize(
    "first",
    [
        "=",
        "+",
        "-",
        "@",
        "\t",
        "\r",
        "\n",
        " =",
        "\N{NO-BREAK SPACE}=",
        "\N{ZERO WIDTH SPACE}=",
        "\N{FULLWIDTH EQUALS SIGN}",
        "\N{FULLWIDTH COMMERCIAL AT}",
        "\ufeff=",
        "\u202e+",
    ],
)
def test_what_a_spreadsheet_would_run_has_an_apostrophe_in_csv_alone(
    terminal: Terminal, first: str
) -> None:
    """JSON is exact; CSV has no override of the writing direction."""
    note = f"{first}cmd|' /C calc'!A0"
    terminal("cramp", "add", "--note", note)
    text = terminal("cramp", "export", "--format", "csv").out
    (_, row) = csv.reader(io.StringIO(text, newline=""))
    assert row[8] == f"'{note}".replace("\u202e", "")
    exported = terminal("cramp", "export", "--format", "json").json
    assert exported == terminal("cramp", "list", "--json").json
    assert exported["cramps"][0]["note"] == note


@pytest.mark.parametrize("before", [None, 0o644, 0o600])
def test_a_file_of_the_diary_is_for_its_owner_alone(
    terminal: Terminal, tmp_path: Path, before: int | None
) -> None:
    """This holds if it replaces a file that everybody could read."""
    terminal("cramp", "add", "--note", "mine")
    path = tmp_path / "diary.json"
    if before is not None:
        path.write_text("old")
        path.chmod(before)
    result = terminal("cramp", "export", "--format", "json", "--output", path, "--yes")
    assert (result.code, result.out) == (0, f"Wrote {path}; only you can read it.\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text(encoding="utf-8") == terminal("cramp", "export", "--format", "json").out


def test_a_file_that_cannot_be_written_is_told(terminal: Terminal, tmp_path: Path) -> None:
    """A folder is none."""
    result = terminal("cramp", "export", "--output", tmp_path)
    assert (result.code, result.out) == (1, "")
    assert result.err.endswith("Choose another place with --output.\n")


def test_the_diary_is_handed_over_although_the_config_is_wrong(terminal: Terminal) -> None:
    """The diary belongs to the person."""
    terminal("cramp", "add", "--at", "03:10")
    terminal.write("language = 3")
    assert len(terminal("cramp", "export", "--format", "json").json["cramps"]) == 1
    assert terminal("cramp", "list").code == 78
