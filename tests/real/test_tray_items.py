"""Every item of the tray menu, pressed by a real pointer on each panel; and the icon on GNOME.

These tests take minutes: they run with `--desktops all`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from nightcare.domain.delivery import Active, Closed, Delivery, Outcome, Snoozed
from nightcare.domain.diary import Answer
from nightcare.journal.store import Journal
from parts.bus import private_bus
from parts.display import Box, virtual_display
from parts.home import Home, private_home
from parts.panels import EXTENSION, Panel, right_of
from parts.processes import HANG_SECONDS, eventually
from parts.program import LATER, Nightcare
from parts.scripts import shell_program
from parts.server_table import ServerTable, read_table, write_table
from parts.servers import gnome_shell
from parts.tray_desk import DOCUMENT, PANELS, TERMINAL, Tray, tray_on
from parts.tray_host import WATCHER

pytestmark = pytest.mark.real

OPENED = "text/html", "text/plain", "application/toml", "text/x-toml"
"""The types of the pages and of the config file, by the tools of the desktop."""


OF_ICONS = 1000
"""The column of the panel of GNOME from which on icons are drawn."""


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[ServerTable]:
    """Read the table in the document; with --write-table, write the observations at the end."""
    own = read_table(DOCUMENT)
    yield own
    if request.config.getoption("--write-table"):
        write_table(own, DOCUMENT)


@pytest.fixture(params=tuple(PANELS))
def tray(request: pytest.FixtureRequest, table: ServerTable) -> Iterator[Tray]:
    """Run one panel after another, with a service and a reminder that is open."""
    with tray_on(request.param, table, writing=request.config.getoption("--write-table")) as own:
        own.until(lambda journal: any(one.seen for one in journal.unsettled()), "a reminder")
        own.panel.icon()
        yield own


def opener(home: Home) -> None:
    """Let all files be opened by a program that writes down which."""
    opened = home.aside / "opened"
    program = shell_program(home.aside / "opener", f'echo "$1" >> "{opened}"')
    entry = home.data / "applications" / "opener.desktop"
    entry.parent.mkdir(parents=True, exist_ok=True)
    entry.write_text(
        f"[Desktop Entry]\nType=Application\nName=Opener\nExec={program} %u\n", encoding="utf-8"
    )
    lines = "".join(f"{one}=opener.desktop\n" for one in OPENED)
    (home.config / "mimeapps.list").write_text(f"[Default Applications]\n{lines}", encoding="utf-8")


def _sip(journal: Journal) -> Delivery:
    found = [*journal.unsettled(), *journal.since(datetime.now(UTC) - timedelta(days=1))]
    return next(one for one in found if one.key.reminder == "sip")


def test_every_item_does_what_it_says(tray: Tray) -> None:
    """In the journal, in a file that is opened, or in a notification; none is left out."""
    opener(tray.home)
    offered = dict(tray.layout())
    for step in (_open_reminder, _pauses, _evening, _diary, _others, _coming):
        step(tray)
        offered |= tray.layout()
    unpressed = {item for item, enabled in offered.items() if enabled} - tray.pressed
    assert not unpressed, f"{unpressed} of {sorted(offered)}"


def _open_reminder(tray: Tray) -> None:
    def is_open(journal: Journal) -> bool:
        return isinstance(_sip(journal).state, Active)

    shown = tray.service.log().count("Time for a gentle stretch")
    tray.press_at("stretching, since ")
    eventually(
        lambda: tray.service.log().count("Time for a gentle stretch") > shown,
        HANG_SECONDS,
        "the reminder once more",
    )
    lengths = [one for one in tray.labels() if one.startswith("In ")]
    for length in lengths:
        tray.press(length)
        tray.until(lambda journal: isinstance(_sip(journal).state, Snoozed), "a snooze")
        tray.person.command("undo")
        tray.until(is_open, "the reminder")
    tray.press("Stretch now")
    tray.until(lambda journal: journal.routine_session(), "a guided stretch")
    tray.press("Done")
    tray.until(lambda journal: _outcome(journal) is Outcome.DONE, "an answer")
    tray.person.command("undo")
    tray.until(is_open, "the reminder")
    tray.press("Skip")
    tray.until(lambda journal: _outcome(journal) is Outcome.SKIPPED, "a skip")
    tray.press_at("Undo: ")
    tray.until(is_open, "the reminder")
    tray.press(lengths[0])
    tray.until(lambda journal: isinstance(_sip(journal).state, Snoozed), "a snooze")
    _snoozed_reminder(tray)


def _snoozed_reminder(tray: Tray) -> None:
    """Press every item below a snoozed reminder."""

    def until(journal: Journal) -> datetime | None:
        state = _sip(journal).state
        return state.until if isinstance(state, Snoozed) else None

    with contextlib.closing(Journal.open(tray.person.state)) as journal:
        first = until(journal)
    snoozed = next(one for one in tray.labels() if one.startswith("Snoozed: "))
    for length in [one for one in tray.labels(snoozed) if one.startswith("In ")]:
        tray.press(snoozed, length)
        tray.until(lambda journal: until(journal) not in (None, first), f"a snooze of {length}")
        tray.person.command("undo")
        tray.until(lambda journal: until(journal) == first, "the first snooze")
    tray.press(snoozed, "Skip")
    tray.until(lambda journal: _outcome(journal) is Outcome.SKIPPED, "a skip")
    tray.person.command("undo")
    tray.until(lambda journal: until(journal) == first, "the first snooze")
    tray.press(snoozed, "Done")
    tray.until(lambda journal: _outcome(journal) is Outcome.DONE, "an answer")


def _outcome(journal: Journal) -> Outcome | None:
    state = _sip(journal).state
    return state.outcome if isinstance(state, Closed) else None


def _coming(tray: Tray) -> None:
    def later(journal: Journal) -> list[Outcome]:
        found = journal.since(datetime.now(UTC) - timedelta(days=1))
        states = [one.state for one in found if one.key.reminder == "later"]
        return [one.outcome for one in states if isinstance(one, Closed)]

    for label, outcome in (("Done already", Outcome.DONE), ("Skip", Outcome.SKIPPED)):
        tray.press_at("Next: ", label)

        def answered(journal: Journal, wanted: Outcome = outcome) -> bool:
            return later(journal) == [wanted]

        tray.until(answered, f"{label} in the journal")
        tray.person.command("undo")
        tray.until(lambda journal: not later(journal), "the reminder to come")


def _pauses(tray: Tray) -> None:
    for label in tray.labels("Pause"):
        tray.press("Pause", label)
        tray.until(lambda journal: journal.global_state().paused_until, "a pause")
        tray.press("Resume")
        tray.until(lambda journal: not journal.global_state().paused_until, "the end of it")


def _evening(tray: Tray) -> None:
    for label in tray.labels("Bedtime tonight")[1:]:
        tray.press("Bedtime tonight", label)
        tray.until(lambda journal: journal.global_state().tonight, "another bedtime")
        tray.person.command("undo")
        tray.until(lambda journal: not journal.global_state().tonight, "the usual bedtime")
    tray.press("Good night")
    tray.until(lambda journal: journal.global_state().good_night, "a closed evening")
    tray.person.command("undo")
    tray.until(lambda journal: not journal.global_state().good_night, "an open evening")


def _diary(tray: Tray) -> None:
    for label, answer in (
        ("No cramps", Answer.NONE),
        ("Mild", Answer.MILD),
        ("Moderate", Answer.MODERATE),
        ("Severe", Answer.SEVERE),
    ):
        tray.press("Record a cramp", label)

        def noted(journal: Journal, wanted: Answer = answer) -> bool:
            return [one.answer for one in journal.diary.mornings()] == [wanted]

        tray.until(noted, f"{label} in the diary")


def _others(tray: Tray) -> None:
    opened = tray.home.aside / "opened"
    for number, label in enumerate(("A cramp right now", "Today", "Report", "Schedule"), 1):
        tray.press(label)

        def files(count: int = number) -> list[str]:
            lines = opened.read_text(encoding="utf-8").splitlines() if opened.exists() else []
            return lines if len(lines) == count else []

        last = eventually(files, HANG_SECONDS, f"a file for {label}", tray.service.program)[-1]
        assert ("config.toml" in last) == (label == "Schedule"), last
    for label, title in (
        ("Is everything working?", "Something needs a look"),
        ("About nightcare", "nightcare 0."),
    ):
        tray.press(label)

        def printed(wanted: str = title) -> bool:
            return wanted in tray.service.log()

        eventually(printed, HANG_SECONDS, f"a notice for {label}", tray.service.program)


def test_gnome_shows_the_icon_with_its_extension(
    request: pytest.FixtureRequest, table: ServerTable
) -> None:
    """A click opens the menu, an item is pressed, and the icon goes when it is not wanted."""
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(private_home())
        bus = stack.enter_context(private_bus(home, services=True))
        display = stack.enter_context(virtual_display(home))
        shell = stack.enter_context(gnome_shell(display, bus, home, more=EXTENSION))
        bus.wait_for_owner(WATCHER, shell.program)
        person = Nightcare(home, {"DBUS_SESSION_BUS_ADDRESS": bus.address})
        person.configure(LATER, TERMINAL)
        without = right_of(display.picture(), OF_ICONS)

        def icon() -> Box | None:
            one = right_of(display.picture(), OF_ICONS).changed(without)
            two = right_of(display.picture(), OF_ICONS).changed(without)
            return one if one == two else None

        service = stack.enter_context(person.service())
        place = cast("Box", eventually(icon, HANG_SECONDS, "the icon", shell.program))
        eventually(lambda: "gnome-shell" in person.command("status").out, HANG_SECONDS, "its name")
        tray = Tray(
            "GNOME", Panel("gnome-shell", shell.program, display), display, bus, shell.monitor,
            home, person, service, table, writing=request.config.getoption("--write-table"),
        )  # fmt: skip
        tray.sees("named by `status`", "gnome-shell")
        before = tray.at_rest()
        display.click(place.x + OF_ICONS + place.width // 2, place.center[1])
        box = tray.panel.settled(before)
        tray.sees("a left click with nothing open", "the menu")
        labels = tray.labels()
        display.click(*tray.rows(labels, box)[labels.index("Good night")].center)
        tray.until(lambda journal: journal.global_state().good_night, "a closed evening")
        tray.sees("tells of clicks by", tray.reports())
        person.configure(LATER, TERMINAL, '[tray]\nshow = "never"\n')
        service.reload()

        def gone() -> bool:
            return right_of(display.picture(), OF_ICONS).changed(without) is None

        eventually(gone, HANG_SECONDS, "the icon to go", shell.program)
