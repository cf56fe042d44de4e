"""Being led through a stretch in the terminal, without a service and by a clock of the test's."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from cli.talk import CONTROL_C, CONTROL_D, talking
from cli.terminal import TODAY, Terminal
from nightcare.cli.main import INTERRUPTED
from nightcare.cli.progress_bars import bars
from nightcare.cli.routine_display import Lines, display_for, show_routine
from nightcare.domain.delivery import Active, Closed, Delivery, Held, Outcome, begin
from nightcare.domain.guidance import Routine, RoutineStep, Side
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.domain.routine import BUILT_IN, Stage, length_of, routine_named
from nightcare.i18n.translator import read_words
from nightcare.languages import languages

ROWS, BARS = 24, 6
"""Rows of the terminal, and those of the bars below the first screen, with the longest step."""

WORDS = read_words("en")
ROUTINE = Routine(
    "mine",
    "Mine",
    None,
    (
        RoutineStep("1", "Sit down.", 10),
        RoutineStep("2", "Flex your foot.", 90, (Side.LEFT, Side.RIGHT)),
    ),
)
OWN = """
[routines.desk]
name = "At the desk"
steps = [{ text = "Stand on one leg.", seconds = 5, side = "each" }]
"""
LINES = """\
Step 1 of 3 · 10 s: Sit down.
Step 2 of 3 · left leg · 1 min 30 s: Flex your foot.
Step 3 of 3 · right leg · 1 min 30 s: Flex your foot.
"""


@dataclass
class Clock:
    """Time that goes by when somebody sleeps, a little late; broken off after `patience`."""

    patience: float = 1e6
    late: float = 0.01
    _now: float = 77.0

    def monotonic(self) -> float:
        """Return the time."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let it go by.

        Raises:
            KeyboardInterrupt: The person had enough.
        """
        self._now += seconds + self.late
        if self._now > 77.0 + self.patience:
            raise KeyboardInterrupt


class Tty(io.StringIO):
    """A terminal in memory."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock of every stretch in this test."""
    made = Clock()
    monkeypatch.setattr("nightcare.cli.stretch.time", made)
    return made


# What is shown when


def test_each_step_is_a_line_at_its_moment() -> None:
    """Without moving bars, nothing wakes up in between."""
    out, clock = io.StringIO(), Clock()
    took = show_routine(ROUTINE, Lines(out, WORDS), clock)
    assert out.getvalue() == LINES
    assert length_of(ROUTINE) <= took < length_of(ROUTINE) + timedelta(seconds=1)


def test_bars_show_the_step_and_the_whole() -> None:
    """They show the time left in both, on a terminal."""
    frames = []
    out = Tty()
    with bars(out, WORDS, dim=False, plain=True) as display:

        class Watched:
            every = display.every

            def at(self, stage: Stage, elapsed: timedelta) -> None:
                start = len(out.getvalue())
                display.at(stage, elapsed)
                frames.append((elapsed, out.getvalue()[start:]))

        show_routine(ROUTINE, Watched(), Clock(late=0.0))
    first, last = frames[0][1], frames[-1][1]
    assert "Step 1 of 3 · 10 s" in first
    assert "Sit down." in first
    assert "0:10" in first
    assert "3:10" in first
    assert "Step 3 of 3 · right leg · 1 min 30 s" in last
    assert last.count("0:01") == 2
    assert [line.count("━") for line in last.splitlines() if "━" in line] == [48, 48]
    middle = next(frame for elapsed, frame in frames if elapsed >= timedelta(seconds=55))
    assert [line.count("━") for line in middle.splitlines() if "━" in line] == [24, 14]
    assert [line.count("─") for line in middle.splitlines() if "━" in line] == [24, 34]
    assert len(frames) >= 190 / 0.2


def test_without_colour_there_is_none() -> None:
    """Neither bright nor dim, only what moves the bars."""
    shown = {}
    for name, dim, plain in (("calm", False, False), ("dim", True, False), ("plain", True, True)):
        out = Tty()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TERM", "xterm-256color")
            with bars(out, WORDS, dim=dim, plain=plain) as display:
                show_routine(ROUTINE, display, Clock(late=1.0))
        shown[name] = out.getvalue()
    assert "\x1b[36m" in shown["calm"]
    assert "\x1b[36m" not in shown["dim"]
    assert "\x1b[2m" in shown["dim"]
    assert "m" not in {
        rest[:5].lstrip("0123456789;")[:1] for rest in shown["plain"].split("\x1b[")[1:]
    }


def test_the_terminal_is_as_it_was_afterwards() -> None:
    """The cursor is shown again, also where it was broken off."""
    out = Tty()
    with (
        pytest.raises(KeyboardInterrupt),
        display_for(out, WORDS, dim=False, plain=False) as display,
    ):
        show_routine(ROUTINE, display, Clock(patience=20))
    assert out.getvalue().rindex("\x1b[?25h") > out.getvalue().rindex("\x1b[?25l")


# The command


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("routine", BUILT_IN)
def test_the_clock_starts_when_the_first_step_was_read(
    terminal: Terminal, environment: Mapping[str, str], language: str, routine: str
) -> None:
    """The first screen has 24 lines at most and waits for Enter; only then do the bars come."""
    assert terminal.home
    translator = read_words(language)
    ready, this = translator.text("stretch_ready"), translator.text("stretch_this")
    size = {"COLUMNS": "80", "LINES": "24", "NO_COLOR": "1"}
    with talking({**environment, **size}, "stretch", routine, "--language", language) as talk:
        talk.answer(ready, "\n")
        first = talk.said[: talk.said.index(ready)]
        talk.answer(this, CONTROL_C)
        assert talk.end() == INTERRUPTED
    found = routine_named(translator.guidance.routines, routine)
    assert found is not None
    assert found.steps[0].text in " ".join(first.split())
    assert this not in first
    assert len(first.splitlines()) + BARS < ROWS
    assert max(map(len, first.splitlines())) <= 80


def test_the_clock_waits_for_a_reader_without_a_keyboard(terminal: Terminal, clock: Clock) -> None:
    """There are seconds to read the first step where nobody can press Enter."""
    terminal.write(OWN)
    result = terminal("stretch", "desk")
    first, _, rest = result.out.partition("It starts in 10 s.")
    assert "Step 1 of 2 · left leg · 5 s: Stand on one leg." in first
    assert "Step 2 of 2" in rest
    assert clock.monotonic() >= 77 + 10 + 10


@pytest.mark.parametrize("key", [CONTROL_C, CONTROL_D])
def test_it_is_stopped_before_it_starts(
    terminal: Terminal, environment: Mapping[str, str], key: str
) -> None:
    """Without a traceback, and nothing is recorded."""
    assert terminal.home
    with talking(environment, "stretch") as talk:
        talk.answer("Press Enter to start.", key)
        talk.expect("Stopped. Nothing was recorded.")
        assert talk.end() == INTERRUPTED
    assert "Traceback" not in talk.said
    assert "this step" not in talk.said


@pytest.mark.parametrize("language", languages())
def test_stretch_without_a_config_or_a_service(
    terminal: Terminal, clock: Clock, language: str
) -> None:
    """The usual routine, its source and the caution; and nothing is written anywhere."""
    translator = read_words(language)
    result = terminal("stretch", "--language", language)
    assert (result.code, result.err) == (0, "")
    flowing = " ".join(result.out.split())
    (calf, *_) = translator.guidance.routines
    assert calf.name in flowing
    assert f"{translator.guidance.source}: Stretching and Massaging" in flowing
    assert translator.guidance.professional[0].text in flowing
    assert translator.text("stretch_ours") in flowing
    places = [flowing.index(step.text) for step in calf.steps]
    assert places == sorted(places)
    assert flowing.endswith(f"{translator.text('led_done_title')}.")
    assert clock.monotonic() >= 77 + 130
    assert not terminal.state.exists()


def test_a_routine_of_ones_own(terminal: Terminal, clock: Clock) -> None:
    """It has no source but the person."""
    terminal.write(OWN)
    result = terminal("stretch", "desk")
    assert result.code == 0
    assert "At the desk, 10 s" in result.out
    assert "left leg" in result.out
    assert "Source" not in result.out
    assert clock.monotonic() < 77 + 21


def test_the_routine_of_the_config_is_the_usual_one(terminal: Terminal, clock: Clock) -> None:
    """As it is for reminders; where those lead through none, it is the first."""
    terminal.write('[stretch]\nroutine = "quick"\n[routines.quick]\nrepeats = 2\n')
    assert "A quick stretch, 1 min 40 s" in terminal("stretch").out
    terminal.write("[stretch]\nroutine = false\n")
    assert "Calf stretch and massage" in terminal("stretch").out
    assert clock.monotonic() > 77 + 230


def test_a_config_with_mistakes_keeps_nobody_from_a_stretch(
    terminal: Terminal, clock: Clock
) -> None:
    """It says so, and goes by the built-in routines."""
    terminal.write("language = 3")
    result = terminal("stretch", "quick")
    assert result.code == 0
    assert "config check" in result.err
    assert "A quick stretch" in result.out
    assert clock.monotonic() > 77 + 50


@pytest.mark.parametrize(
    ("name", "said"), [("quik", 'Did you mean "quick"?'), ("yoga", "There are: calf")]
)
def test_a_routine_that_there_is_not(terminal: Terminal, name: str, said: str) -> None:
    """A mistake in the usage, with the nearest and all that there are."""
    result = terminal("stretch", name)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_which_routines_there_are(terminal: Terminal) -> None:
    """Ours and the person's, with their lengths, and whose choice those are."""
    terminal.write(OWN)
    result = terminal("stretch", "--list")
    lines = result.out.splitlines()
    assert lines[0] == "calf     Calf stretch and massage (2 min 10 s, steps: 7)"
    assert lines[3] == "desk     At the desk (10 s, steps: 2)"
    assert "nightcare's own, not" in " ".join(lines)
    records = {one["routine"]: one for one in terminal("stretch", "--json").json}
    assert list(records) == ["calf", "quick", "resting", "desk"]
    assert records["desk"]["section"] is None
    assert records["desk"]["seconds"] == 10
    assert [step["side"] for step in records["desk"]["steps"]] == ["left", "right"]


def test_ctrl_c_stops_calmly(terminal: Terminal, clock: Clock) -> None:
    """Nothing is recorded, and the exit code is that of what was broken off."""
    delivery = have_open_stretch(terminal)
    clock.patience = 20
    result = terminal("stretch")
    assert (result.code, result.err) == (130, "")
    assert result.out.endswith("Stopped. Nothing was recorded.\n")
    assert isinstance(terminal.remembered(delivery), Active)


def have_open_stretch(terminal: Terminal) -> Delivery:
    """Let a stretching reminder be on the screen."""
    due = terminal.at("14:00")
    delivery = begin(Occurrence(Key("evening-stretch", TODAY, "1"), due), Topic.STRETCHING)
    return terminal.have(delivery, Active(due, due + timedelta(minutes=30)))


def test_at_its_end_a_stretching_reminder_that_is_open_is_done(
    terminal: Terminal, clock: Clock
) -> None:
    """It says so, and it can be taken back; other reminders stay as they are."""
    water, delivery = terminal.have_open("14:05"), have_open_stretch(terminal)
    result = terminal("stretch")
    assert "stretching: done. `nightcare undo` undoes that." in result.out
    state = terminal.remembered(delivery)
    assert isinstance(state, Closed)
    assert state.outcome is Outcome.DONE
    assert state.at - terminal.now >= timedelta(seconds=clock.monotonic() - 77 - 1)
    assert isinstance(terminal.remembered(water), Active)
    assert terminal("undo").code == 0


@pytest.mark.usefixtures("clock")
def test_the_stretching_reminder_on_the_screen_is_done_before_one_that_waits(
    terminal: Terminal,
) -> None:
    """The one that waits for the screen comes later."""
    names = ("evening-stretch", "calves")
    terminal.write(
        "".join(f'[reminders.{one}]\ntopic = "stretching"\nat = "14:05"\n' for one in names)
    )
    delivery = have_open_stretch(terminal)
    later = Occurrence(Key("calves", TODAY, "1"), terminal.at("14:05"))
    waits = terminal.have(begin(later, Topic.STRETCHING), Held(Reason.ANOTHER))
    terminal("stretch")
    assert isinstance(terminal.remembered(delivery), Closed)
    assert isinstance(terminal.remembered(waits), Held)


def test_a_journal_that_cannot_be_used_is_no_matter(terminal: Terminal, clock: Clock) -> None:
    """There is nothing to mark then."""
    terminal.state.mkdir(parents=True)
    (terminal.state / "journal.sqlite").write_bytes(b"no database" * 1000)
    result = terminal("stretch", "quick")
    assert (result.code, result.err) == (0, "")
    assert clock.monotonic() > 77 + 50


# In a terminal of its own


def test_stopped_in_a_real_terminal(terminal: Terminal, environment: Mapping[str, str]) -> None:
    """Bars, then Ctrl-C: no traceback, and the exit code of what was broken off."""
    assert terminal.home
    with talking(environment, "stretch", "quick") as talk:
        talk.answer("Press Enter to start.")
        talk.expect("this step")
        talk.answer("in all", CONTROL_C)
        talk.expect("Stopped. Nothing was recorded.")
        assert talk.end() == 130
    assert "Traceback" not in talk.said


def test_all_of_it_in_a_real_terminal(terminal: Terminal, environment: Mapping[str, str]) -> None:
    """To the end, with the program's own time."""
    terminal.write(OWN.replace("seconds = 5", "seconds = 1"))
    with talking({**environment, "NO_COLOR": "1"}, "stretch", "desk") as talk:
        talk.answer("Press Enter to start.")
        talk.expect("Step 1 of 2 · left leg · 1 s")
        talk.expect("Step 2 of 2 · right leg · 1 s")
        talk.expect("That was the whole stretch. Well done.")
        assert talk.end() == 0
    assert "\x1b[36m" not in talk.said
    assert "Traceback" not in talk.said


def test_a_dull_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot move its cursor."""
    monkeypatch.setenv("TERM", "dumb")
    with display_for(Tty(), WORDS, dim=False, plain=False) as display:
        assert isinstance(display, Lines)
