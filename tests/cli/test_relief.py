"""The card for a cramp at three in the morning, in a terminal of its own."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cli.talk import CONTROL_C, CONTROL_D, answered, talking
from cli.terminal import Terminal
from nightcare.i18n.translator import read_words
from nightcare.languages import languages

ROWS = 24
KEYS = "q: close"
DIM = "\x1b[2m"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("columns", [80, 100])
def test_the_card_and_its_keys_fit_a_screen(
    terminal: Terminal, environment: Mapping[str, str], language: str, columns: int
) -> None:
    """The last row is left to the cursor, and what to do now comes last, above the keys."""
    assert terminal.home
    translator = read_words(language)
    keys = translator.text("relief_keys")
    size = {"COLUMNS": str(columns), "LINES": "24", "NO_COLOR": "1"}
    with talking({**environment, **size}, "relief", "--language", language) as talk:
        talk.answer(keys.rpartition("· ")[2], "q")
        assert talk.end() == 0
    lines = talk.said.splitlines()
    assert len(lines) < ROWS
    assert max(map(len, lines)) <= columns
    last_step = translator.guidance.relief[-2].text
    assert " ".join(talk.said.split()).endswith(f"{last_step} {keys}")


@pytest.mark.parametrize("key", ["q", "\r", CONTROL_C, CONTROL_D, "\x1b"])
def test_the_card_is_closed_by_a_key(
    terminal: Terminal, environment: Mapping[str, str], key: str
) -> None:
    """Dim and without a sound; closing it is no failure, and writes nothing."""
    with talking(environment, "relief") as talk:
        talk.answer(KEYS, key)
        assert talk.end() == 0
    assert talk.said.startswith(f"{DIM}See a health professional")
    assert "A cramp right now?" in talk.said
    assert "\x07" not in talk.said
    assert "\x1b[1m" not in talk.said
    assert "Traceback" not in talk.said
    assert not terminal.state.exists()


def test_a_cramp_is_noted_with_a_key_and_once(
    terminal: Terminal, environment: Mapping[str, str]
) -> None:
    """With its time; what else there is to say can wait."""
    with talking(environment, "relief") as talk:
        talk.answer(KEYS, "xc")
        talk.expect("Recorded, ")
        talk.expect("change 1`")
        talk.answer(KEYS, "c")
        talk.answer(KEYS, "q")
        assert talk.end() == 0
    assert talk.said.count("Recorded, ") == 1
    assert len(terminal("cramp", "list", "--json").json["cramps"]) == 1


def test_the_calf_stretch_is_a_key_away(terminal: Terminal, environment: Mapping[str, str]) -> None:
    """Dim like the card, broken off with Ctrl-C, and back to the card."""
    assert terminal.home
    with talking(environment, "relief") as talk:
        talk.answer(KEYS, "s")
        talk.expect("Step 1 of 7")
        talk.answer("Press Enter to start.")
        talk.answer("in all", CONTROL_C)
        talk.expect(f"{DIM}Stopped.")
        talk.answer(KEYS, "q")
        assert talk.end() == 0
    assert "\x1b[36m" not in talk.said
    assert "Traceback" not in talk.said


def test_the_lengths_of_the_config_hold_here_too(
    terminal: Terminal, environment: Mapping[str, str]
) -> None:
    """A stretch that runs to its end leads back to the card."""
    terminal.write("[routines.calf]\nseconds = 1\n")
    with talking(environment, "relief") as talk:
        talk.answer(KEYS, "s")
        talk.answer("Press Enter to start.")
        talk.expect(f"{DIM}That was the whole stretch.")
        talk.answer(KEYS, "q")
        assert talk.end() == 0


def test_a_broken_config_keeps_nobody_from_the_card_or_the_diary(
    terminal: Terminal, environment: Mapping[str, str]
) -> None:
    """The built-in hours serve, in the desktop's language."""
    terminal.write("language = 3")
    with talking({**environment, "LANG": "da_DK.UTF-8"}, "relief") as talk:
        talk.expect("Krampe lige nu?")
        talk.answer("q: luk", "c")
        talk.expect("Noteret kl. ")
        talk.answer("q: luk", "q")
        assert talk.end() == 0
    terminal.config.unlink()
    assert len(terminal("cramp", "list", "--json").json["cramps"]) == 1


@pytest.mark.parametrize("broken", ["file", "folder"])
def test_a_broken_journal_keeps_nobody_from_the_card(
    terminal: Terminal, environment: Mapping[str, str], broken: str
) -> None:
    """It comes whole; noting says calmly what failed, and all else goes on."""
    terminal.state.parent.mkdir(parents=True)
    if broken == "folder":
        terminal.state.write_text("in the way")
    else:
        terminal.state.mkdir()
        (terminal.state / "journal.sqlite").write_bytes(b"no database" * 1000)
    with talking(environment, "relief") as talk:
        talk.expect("numb the area.")
        talk.answer(KEYS, "c")
        talk.expect("The cramp could not be recorded; that can wait.")
        talk.answer(KEYS, "q")
        assert talk.end() == 0
    assert "Traceback" not in talk.said


def test_without_colour_nothing_is_dim(terminal: Terminal, environment: Mapping[str, str]) -> None:
    """NO_COLOR is heeded on the card."""
    assert terminal.home
    with talking({**environment, "NO_COLOR": "1"}, "relief") as talk:
        talk.answer(KEYS, "q")
        assert talk.end() == 0
    assert "\x1b" not in talk.said


def test_without_a_terminal_it_is_the_card_alone(terminal: Terminal) -> None:
    """Nobody is asked for a key."""
    result = terminal("relief")
    assert (result.code, result.err) == (0, "")
    assert KEYS not in result.out


def pressed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, *keys: str) -> str:
    """Return what the card says in this process, after which the terminal closes."""
    coming = iter(keys)

    def next_key() -> str:
        key = next(coming, CONTROL_D)
        if key == CONTROL_D:
            raise EOFError
        return key

    monkeypatch.setattr("click.getchar", next_key)
    result = answered(terminal, monkeypatch, [], "relief")
    assert (result.code, result.err) == (0, "")
    assert next(coming, None) is None
    return result.out


def test_a_cramp_has_the_time_at_which_the_card_was_opened(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other keys, arrow keys and a second press write nothing."""
    said = pressed(terminal, monkeypatch, "\x1b[A", "?", "C", "c")
    assert said.count("Recorded, 14:10") == 1
    (cramp,) = terminal("cramp", "list", "--json").json["cramps"]
    assert cramp["at"].startswith("2026-11-22T14:10:00")


def test_nothing_is_read_after_the_key_that_closes_the_card(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keys that were typed with it are no answers."""
    said = pressed(terminal, monkeypatch, "qc")
    assert "Recorded" not in said
    assert not terminal.state.exists()


def test_a_cramp_that_cannot_be_recorded_can_wait(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keys are offered again, for a second attempt."""
    terminal.state.parent.mkdir(parents=True)
    terminal.state.write_text("in the way")
    said = pressed(terminal, monkeypatch, "c", "c")
    assert said.count("The cramp could not be recorded; that can wait.") == 2
    assert said.count("c: record this cramp") == 3


def test_the_stretch_begins_with_a_key_and_leads_back_to_the_card(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for Enter; whoever closes the terminal there is back at the card."""
    said = pressed(terminal, monkeypatch, "s")
    assert "Step 1 of 7" in said
    assert said.count(KEYS) == 2
