"""The same clock times, lengths and days in every place that takes one: understood alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, time, timedelta

import pytest

from cli.talk import answered
from cli.terminal import Result, Terminal
from nightcare.config.load import load
from nightcare.domain.delivery import Snoozed

Place = Callable[[Terminal, pytest.MonkeyPatch, str], "tuple[Result, time | None]"]
"""Give a clock time somewhere; return what was said, and what was made of it, if anything."""

HOURS = "[sleep]\nwake = '07:00'\nbedtime = '22:30'\n"


def in_the_file(terminal: Terminal, _: pytest.MonkeyPatch, text: str) -> tuple[Result, time | None]:
    """Write a text as the bedtime of a config file."""
    path = terminal.write(f"[sleep]\nwake = '07:00'\nbedtime = \"{text}\"\n")
    result = terminal("config", "check")
    right = result.code == 0
    return result, load(path, {}).schedule.sleep.week[0].bedtime if right else None


def by_config_set(
    terminal: Terminal, _: pytest.MonkeyPatch, text: str
) -> tuple[Result, time | None]:
    """Set it with `config set sleep.bedtime`, which writes the form of the example."""
    path = terminal.write(HOURS)
    result = terminal("config", "set", "sleep.bedtime", text)
    if result.code:
        assert path.read_text(encoding="utf-8") == HOURS
        return result, None
    clock = load(path, {}).schedule.sleep.week[0].bedtime
    assert f'bedtime = "{clock:%H:%M}"' in path.read_text(encoding="utf-8")
    return result, clock


def in_setup(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, text: str
) -> tuple[Result, time | None]:
    """Give it as an answer to the setup, which asks again if it is invalid."""
    monkeypatch.setenv("PATH", str(terminal.home / "nowhere"))
    script = [("[auto]", ""), ("[07:00]", ""), ("[22:30]", text)]
    result = answered(terminal, monkeypatch, script, "setup")
    if result.out.count("When do you go to bed?") > 1:
        return Result(2, result.out, result.out), None
    rest = [
        ("[y/N]", ""),
        *[("A reminder about", "")] * 3,
        ("reminders still come?", ""),
        ("Write it", ""),
    ]
    result = answered(terminal, monkeypatch, [*script, *rest], "setup")
    return result, load(terminal.config, {}).schedule.sleep.week[0].bedtime


def as_tonight(terminal: Terminal, _: pytest.MonkeyPatch, text: str) -> tuple[Result, time | None]:
    """Give it as the bedtime of this evening, without quotes."""
    result = terminal("tonight", *text.split(" "))
    with terminal.journal() as journal:
        found = list(journal.global_state().tonight.values())
    return result, found[0].replace(fold=0) if found else None


def as_the_end_of_a_pause(
    terminal: Terminal, _: pytest.MonkeyPatch, text: str
) -> tuple[Result, time | None]:
    """Give it after "until"."""
    result = terminal("pause", "until", *text.split(" "))
    with terminal.journal() as journal:
        end = journal.global_state().paused_until
    return result, None if end is None else end.astimezone(terminal.now.tzinfo).time()


def as_the_moment_of_a_cramp(
    terminal: Terminal, _: pytest.MonkeyPatch, text: str
) -> tuple[Result, time | None]:
    """Give it as the time of a cramp, which is the last one."""
    result = terminal("cramp", "add", "--at", text)
    cramps = terminal("cramp", "list", "--json").json["cramps"]
    return result, time.fromisoformat(cramps[0]["at"][11:16]) if cramps else None


PLACES = [
    in_the_file, by_config_set, in_setup, as_tonight, as_the_end_of_a_pause,
    as_the_moment_of_a_cramp,
]  # fmt: skip

RIGHT = [
    ("22:30", time(22, 30)),
    ("22.30", time(22, 30)),
    ("2230", time(22, 30)),
    ("22h30", time(22, 30)),
    ("23", time(23)),
    ("10:30 pm", time(22, 30)),
    ("10PM", time(22)),
    ("kl. 22.30", time(22, 30)),
    ("kl 23", time(23)),
    ("24:00", time(0)),
    ("22 : 30", time(22, 30)),
]

INVALID = [
    ("25:00", "not a time of day"),
    ("22:60", "not a time of day"),
    ("7", "07:00"),
    ("10", "22:00"),
    ("half ten", "such as|21:45|21:00|03:10"),
    ("7:5", "such as|21:45|21:00|03:10"),
]
"""Inputs that are refused everywhere, with a part of the error message."""


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
@pytest.mark.parametrize(("text", "clock"), RIGHT)
def test_a_clock_time_is_understood_everywhere(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, place: Place, text: str, clock: time
) -> None:
    """As the same time."""
    result, found = place(terminal, monkeypatch, text)
    assert (result.code, found) == (0, clock)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
@pytest.mark.parametrize(("text", "hint"), INVALID)
def test_what_is_no_clock_time_is_refused_everywhere(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, place: Place, text: str, hint: str
) -> None:
    """With what would be right, and nothing is changed."""
    result, found = place(terminal, monkeypatch, text)
    assert result.code in (2, 78)
    assert found is None
    assert any(one in result.err.casefold() for one in hint.split("|")), result.err


@pytest.mark.parametrize("place", PLACES[1:], ids=lambda place: place.__name__)
@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("half past ten pm", time(22, 30)),
        ("tonight at 11", time(23)),
        ("ten pm", time(22)),
        ("22\u223630", time(22, 30)),
    ],
)
def test_a_clock_time_in_words_is_understood_everywhere_but_in_the_file(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, place: Place, text: str, clock: time
) -> None:
    """The file has no language."""
    result, found = place(terminal, monkeypatch, text)
    assert (result.code, found) == (0, clock)
    result, found = in_the_file(terminal, monkeypatch, text)
    assert (result.code, found) == (78, None)
    assert f'"{clock:%H:%M}"' in result.err


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_half_past_ten_is_asked_about_everywhere(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    """It occurs twice a day, as ten does."""
    result, found = place(terminal, monkeypatch, "half past ten")
    assert result.code in (2, 78)
    assert found is None
    assert "10:30" in result.err
    assert "22:30" in result.err


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90m", 90), ("1h30", 90), ("1h 30m", 90), ("90 min", 90), ("90 minutes", 90),
        ("1.5h", 90), ("an hour", 60), ("an hour and a half", 90),
        ("three quarters of an hour", 45),
    ],
)  # fmt: skip
def test_a_length_is_understood_everywhere(terminal: Terminal, text: str, minutes: int) -> None:
    """By a pause, a snooze and the config, which is written as the example has it."""
    length = timedelta(minutes=minutes)
    with_room = terminal.now.replace(hour=12)
    terminal.now = with_room
    opened = terminal.have_open("12:00")
    assert terminal("snooze", *text.split(" ")).code == 0
    assert terminal.remembered(opened) == Snoozed(with_room.astimezone(UTC) + length)
    assert terminal("pause", *text.split(" ")).code == 0
    with terminal.journal() as journal:
        assert journal.global_state().paused_until == with_room + length
    assert terminal("config", "set", "quiet.idle_after", text).code == 0
    assert load(terminal.config, {}).schedule.idle_after == length


def test_a_number_alone_is_minutes_for_a_command_and_needs_a_unit_in_the_config(
    terminal: Terminal,
) -> None:
    """A command says until when; nobody would see in the config what was made of it."""
    terminal.have_open()
    assert terminal("snooze", "20").out == "Snoozed: water, until 14:30.\n"
    assert terminal("pause", "20").out.startswith("Paused until 14:30.")
    for text in ("20", '"20"'):
        result = terminal("config", "set", "quiet.idle_after", text)
        assert result.code == 78
        assert '"20m" or "20h"' in result.err


@pytest.mark.parametrize(
    ("text", "night", "first"),
    [
        ("2026-11-20", "2026-11-20", "2026-11-20"),
        ("20/11/2026", "2026-11-20", "2026-11-20"),
        ("20.11.2026", "2026-11-20", "2026-11-20"),
        ("20 November 2026", "2026-11-20", "2026-11-20"),
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("friday", "2026-11-20", "2026-11-27"),
    ],
)
def test_a_day_is_understood_everywhere(
    terminal: Terminal, text: str, night: str, first: str
) -> None:
    """Of what has been the last, of what is to come the next."""
    assert terminal("cramp", "none", "--night", text).code == 0
    mornings = terminal("cramp", "list", "--json").json["mornings"]
    assert [one["night"] for one in mornings] == [night]
    planned = terminal("preview", "--from", text, "--days", "1", "--json").json
    assert {one["care_day"] for one in planned} == {first}


def test_danish_words_in_danish(terminal: Terminal) -> None:
    """English words are accepted too."""
    terminal.write("language = 'da'\n")
    assert terminal("pause", "til", "i", "morgen").out.startswith(
        "Pause indtil i morgen kl. 07:00."
    )
    assert terminal("pause", "til", "mandag", "kl.", "8.30").out.startswith("Pause indtil i morgen")
    terminal("resume")
    assert terminal("pause", "til", "kl.", "22.30").out.startswith("Pause indtil kl. 22:30.")
    terminal("resume")
    assert terminal("pause", "1", "t", "30", "min").out.startswith("Pause indtil kl. 15:40.")
    assert terminal("pause", "until", "tomorrow").code == 0
    assert terminal("tonight", "kl.", "23.15").out.startswith("Ny sengetid: kl. 23:15")
    assert terminal("tonight", "i", "aften", "kl.", "11").out.startswith("Ny sengetid: kl. 23:00")
    assert terminal("tonight", "halv", "tolv", "i", "aften").out.startswith(
        "Ny sengetid: kl. 23:30"
    )
    assert terminal("cramp", "add", "--at", "i går kl. 23.50").code == 0
    assert terminal("cramp", "add", "--at", "for et kvarter siden").code == 0
    assert terminal("config", "set", "quiet.idle_after", "10 minutter").code == 0
    result = terminal("pause", "21.30")
    assert result.code == 2
    assert "til 21.30" in result.err


@pytest.mark.parametrize("days", ["0", "-3", "1000000"])
@pytest.mark.parametrize("command", [("preview",), ("report",), ("cramp", "list")])
def test_a_number_of_days_is_checked_alike(
    terminal: Terminal, command: tuple[str, ...], days: str
) -> None:
    """With the range, in the person's language."""
    terminal.write("language = 'da'\n")
    result = terminal(*command, "--days", days)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"{days} dage kan ikke lade sig g\u00f8re. Vælg fra 1 til 3")


@pytest.mark.parametrize(
    "words",
    [
        ("cramp", "add", "--severity", "Mild", "--leg", "LEFT"), ("tips", "Hydration"),
        ("relief", "--language", "DA"), ("cramp", "export", "--format", "JSON"),
    ],
)  # fmt: skip
def test_a_word_of_a_choice_may_have_capitals(terminal: Terminal, words: tuple[str, ...]) -> None:
    """As the words of an end, and those of days in the config, may."""
    result = terminal(*words)
    assert (result.code, result.err) == (0, "")
