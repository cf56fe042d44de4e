"""The changes that every notifier makes to the text of a message."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightcare.desktop.notify.message_text import (
    ANSWER_LENGTH,
    body_of,
    body_with_command,
    shortened,
    title_of,
)
from nightcare.domain.notification import BODY_LENGTH, TITLE_LENGTH, Message

FAMILY = "👩\N{ZERO WIDTH JOINER}👩\N{ZERO WIDTH JOINER}👧"
THUMB = "👍\N{EMOJI MODIFIER FITZPATRICK TYPE-6}"
DENMARK = "🇩🇰"
ACCENTED = "e\N{COMBINING ACUTE ACCENT}"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


def test_a_text_that_fits_is_left_alone() -> None:
    """Nothing is cut from what is not too long."""
    assert shortened("Drink a glass", 13) == "Drink a glass"


def test_a_text_is_cut_after_a_whole_word() -> None:
    """The last word that fits with the ellipsis is kept."""
    assert shortened("Drink a glass of water", 14) == "Drink a glass…"
    assert shortened("Drink a glass of water", 13) == "Drink a…"


def test_a_word_too_long_to_leave_out_is_cut() -> None:
    """A text that is one long word still says something."""
    assert shortened("x" * 30, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("whole", [FAMILY, THUMB, DENMARK, ACCENTED, SCOTLAND])
def test_what_is_drawn_as_one_is_never_cut(whole: str) -> None:
    """An emoji of several parts, a flag or an accented letter is kept whole or left out."""
    for length in range(len(whole) + 2, 5 * len(whole)):
        kept = shortened(whole * 5, length).removesuffix("…")
        assert len(kept) + 1 <= length
        assert kept == whole * (len(kept) // len(whole))
        assert kept


def test_endless_accents_are_cut_all_the_same() -> None:
    """A letter with more accents than fit is cut rather than left out."""
    assert len(shortened("a" + "\N{COMBINING ACUTE ACCENT}" * 200, 80)) == 80


def test_no_room_is_no_text() -> None:
    """Without room the text is empty."""
    assert shortened("water", 0) == ""


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("Water", "A glass", "Water"),
        (" \n\t", "A glass", "A glass"),
        ("\x1b", "", "nightcare"),
    ],
)
def test_a_title_is_never_empty(title: str, body: str, expected: str) -> None:
    """Without a title the body stands in for it, and without that the program's name."""
    assert title_of(Message("t", title, body)) == expected


def test_the_body_ends_with_how_to_answer() -> None:
    """The command stands on a line of its own, after the text."""
    message = Message("t", "Water", "A glass.", spoken="nightcare done water")
    assert body_of(message, spoken=True) == "A glass.\nnightcare done water"
    assert body_of(message, spoken=False) == "A glass."


def test_how_to_answer_takes_no_room_from_the_text() -> None:
    """As much of the text is shown with the command as without it."""
    message = Message("t", "Water", "x" * BODY_LENGTH, spoken="nightcare done water")
    assert body_of(message, spoken=True) == f"{message.body}\nnightcare done water"


def test_how_to_answer_is_kept_whole_where_the_notifier_has_a_limit() -> None:
    """The text is shortened, not the command."""
    message = Message("t", "Water", "sip " * 500, spoken="nightcare done water")
    body = body_of(message, spoken=True, length=150)
    assert body.endswith(" sip…\nnightcare done water")
    assert 140 < len(body) <= 150


@pytest.mark.parametrize(
    ("body", "command", "expected"),
    [
        ("A glass.", "Answer: nightcare done", "Answer: nightcare done\nA glass."),
        ("", "Answer: nightcare done", "Answer: nightcare done"),
        ("A glass.", "", "A glass.\nTo answer: nightcare done"),
    ],
)
def test_the_command_comes_before_the_text_where_a_screen_draws_no_buttons(
    body: str, command: str, expected: str
) -> None:
    """Without a short one the long one comes after it."""
    message = Message("t", "Water", body, spoken="To answer: nightcare done", command=command)
    assert body_with_command(message) == expected


def test_a_body_that_is_only_how_to_answer_has_no_empty_line() -> None:
    """Nothing stands before the command where there is no text."""
    assert body_of(Message("t", "Water", "", spoken="done"), spoken=True) == "done"


@given(title=st.text(max_size=300), body=st.text(max_size=500), spoken=st.text(max_size=300))
def test_any_words_become_short_and_plain(title: str, body: str, spoken: str) -> None:
    """The title has one line, title and body are short, and both can be sent."""
    message = Message("t", title, body, spoken=spoken)
    short_title, short_body = title_of(message), body_of(message, spoken=True)
    assert 0 < len(short_title) <= TITLE_LENGTH
    assert len(short_body) <= BODY_LENGTH + 1 + ANSWER_LENGTH
    assert len(body_of(message, spoken=True, length=BODY_LENGTH)) <= BODY_LENGTH
    assert "\n" not in short_title
    for character in (short_title + short_body).replace("\n", ""):
        assert unicodedata.category(character) not in {"Cc", "Cs"}
