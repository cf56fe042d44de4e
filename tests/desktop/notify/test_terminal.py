"""Messages as cards in a terminal."""

from __future__ import annotations

import asyncio
import io
from typing import TextIO

import pytest

from nightcare.desktop.notify.terminal import TerminalNotifier
from nightcare.domain.delivery import DeliveryStatus
from nightcare.domain.notification import Message, NotificationShown
from parts.memory_screen import Ear, heard_from

MESSAGE = Message(
    "t1",
    "Time for a glass of water",
    "Small sips through the day keep the muscles supplied, and they need no hurry at all.",
    spoken="nightcare done water",
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class Broken(io.StringIO):
    """A stream whose reader has gone."""

    def flush(self) -> None:
        """Fail as a pipe does."""
        raise BrokenPipeError


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the caller's terminal is out of it."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def printed(stream: TextIO, *messages: Message, width: int = 40) -> list[str]:
    """Print messages, and tell which were reported as shown."""

    async def present() -> list[str]:
        screen = TerminalNotifier(stream, width=width)
        ear = Ear()
        for message in messages:
            screen.show(message)
        running = asyncio.create_task(screen.run(ear))
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running})
        return [event.token for event in ear.heard if isinstance(event, NotificationShown)]

    return asyncio.run(present())


def test_a_card_is_a_rule_the_words_and_a_rule() -> None:
    """The words are wrapped, and the way to answer stands on its own line."""
    stream = io.StringIO()
    printed(stream, MESSAGE)
    assert stream.getvalue().splitlines()[:7] == [
        "─" * 40,
        "Time for a glass of water",
        "Small sips through the day keep the",
        "muscles supplied, and they need no hurry",
        "at all.",
        "nightcare done water",
        "─" * 40,
    ]


def test_a_stream_that_cannot_carry_lines_gets_dashes() -> None:
    """Characters that the encoding lacks are replaced; it never fails."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    tokens = printed(stream, Message("t1", "Blød … dyne 🛏", "x" * 300))
    text = raw.getvalue().decode("ascii")
    assert tokens == ["t1"]
    assert text.startswith("-" * 40 + "\nBl?d ... dyne ?\n")
    assert "x...\n" in text


def test_letters_that_the_stream_can_carry_are_kept() -> None:
    """Only what an encoding lacks is given up: Latin-1 has æ, ø and å but no lines."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="latin-1")
    printed(stream, Message("t1", "Løs dyne på", "Så"))
    text = raw.getvalue().decode("latin-1")
    assert "Løs dyne på\nSå\n" in text
    assert text.startswith("-" * 40)


def test_no_colour_where_the_stream_is_no_terminal() -> None:
    """A file or a pipe gets the words alone."""
    stream = io.StringIO()
    printed(stream, MESSAGE)
    assert "\033" not in stream.getvalue()


def test_colour_on_a_terminal() -> None:
    """On a terminal the title stands out, and every colour is ended on its line."""
    stream = Terminal()
    printed(stream, MESSAGE)
    assert "\033[1mTime for a glass of water\033[0m" in stream.getvalue()
    for line in stream.getvalue().splitlines():
        assert "\033" not in line or line.endswith("\033[0m")


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colour_where_it_is_not_wanted(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """NO_COLOR and a terminal without colours are respected."""
    monkeypatch.setenv(name, value)
    stream = Terminal()
    printed(stream, MESSAGE)
    assert "\033" not in stream.getvalue()


def test_escape_sequences_do_not_reach_the_terminal() -> None:
    """A person's own text cannot move the cursor or rename the window."""
    stream = Terminal()
    printed(
        stream, Message("t1", "\x1b[2JWater\x07", "\x1b]0;owned\x07\x9b31mNow\r\b", spoken="\x1bc")
    )
    text = stream.getvalue()
    for sequence in ("\033[1m", "\033[2m", "\033[0m"):
        text = text.replace(sequence, "")
    assert text.replace("\n", "").isprintable()


def test_a_long_word_is_not_taken_apart() -> None:
    """The terminal itself breaks what is wider than the card, so that it can be copied."""
    stream = io.StringIO()
    printed(stream, Message("t1", "Link", "w" * 90))
    assert "w" * 90 in stream.getvalue()


def test_a_broken_pipe_is_no_error_and_nothing_was_shown() -> None:
    """The reader of the output may go away."""
    assert printed(Broken(), MESSAGE) == []


def test_a_closed_stream_is_no_error_and_nothing_was_shown() -> None:
    """The output may be closed."""
    stream = io.StringIO()
    stream.close()
    assert printed(stream, MESSAGE) == []


def test_one_closed_before_it_is_printed_is_not() -> None:
    """A message that was closed is not printed."""
    stream = io.StringIO()
    screen = TerminalNotifier(stream)

    async def present() -> None:
        screen.show(MESSAGE)
        screen.close("t1")
        running = asyncio.create_task(screen.run(Ear()))
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(present())
    assert stream.getvalue() == ""


def test_what_could_not_be_printed_is_reported_as_failed() -> None:
    """The journal does not record it as shown."""

    async def present() -> None:
        screen = TerminalNotifier(Broken())
        async with heard_from(screen) as ear:
            screen.show(MESSAGE)
            await ear.until(lambda _: ear.deliveries)
            assert ear.deliveries == [("t1", DeliveryStatus.FAILED)]

    asyncio.run(present())
