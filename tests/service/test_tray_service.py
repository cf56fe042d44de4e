"""The tray icon of the service: every item of its menu does what a command does."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nightcare.desktop.clock import now
from nightcare.desktop.own_process import FilesState, ProgramFiles
from nightcare.domain.delivery import Closed, Outcome, Snoozed, begin
from nightcare.domain.diary import Answer
from nightcare.domain.reminders import Key, Occurrence, Topic
from nightcare.i18n.translator import read_words
from nightcare.journal.service_status import read_status
from parts.bus import PrivateBus, private_bus
from parts.home import private_home
from parts.notification_server import Notification, NotificationServer
from parts.tray_host import TrayHost
from service.bench import Bench

CONFIG = """
language = "{language}"
timezone = "Etc/UTC"
[sleep]
wake = "00:00"
bedtime = "23:59"
[reminders.sip]
topic = "stretching"
at = ["00:00:01", "00:00:02", "00:00:03"]
fresh = "8h"
stays = "4h"
"""
"""The moments of the day are over, and tests have them come again."""


class TrayBench:
    """A service with a tray icon, a watcher and a notification server, on a bus of their own."""

    def __init__(self, bench: Bench, host: TrayHost, server: NotificationServer) -> None:
        self.bench = bench
        self.host = host
        self.server = server
        self.icon = ""
        self._slots = iter(("1", "2", "3"))

    async def opens(self) -> Key:
        """Have a reminder due now, and wait until it is on the screen; return its key."""
        moment = now()
        # An occurrence that the plan does not have could end before the server replies.
        key = Key("sip", moment.date(), next(self._slots))
        delivery = begin(Occurrence(key, moment), Topic.STRETCHING)
        self.bench.app.journal.save(delivery)
        self.bench.app.runtime.handle_clock()
        journal = self.bench.app.journal
        await self.bench.until(lambda: (one := journal.delivery(key)) and one.seen)
        return key

    async def press(self, label: str) -> None:
        """Click on an item of the menu."""
        await self.host.press(self.icon, label)

    async def labels(self) -> set[str]:
        """Return the labels of the menu."""
        return set(await self.host.layout(self.icon))

    async def notice(self, title: str) -> Notification:
        """Wait for a notification with this title; return it."""
        await self.bench.until(lambda: any(one.title == title for one in self.server.asked))
        return next(one for one in self.server.asked if one.title == title)

    async def state(self, key: Key, kind: type) -> object:
        """Wait until an occurrence has a state of this kind; return it."""

        def found() -> object:
            delivery = self.bench.app.journal.delivery(key)
            return delivery is not None and isinstance(delivery.state, kind) and delivery.state

        await self.bench.until(found)
        return found()


def run(
    folder: Path,
    test: Callable[[TrayBench], Awaitable[None]],
    language: str = "en",
    more: str = "",
    *,
    waits: bool = True,
) -> None:
    """Run a coroutine function beside a service, by default once it has an icon."""

    async def story(bus: PrivateBus) -> None:
        config = CONFIG.format(language=language) + more
        bench = Bench(folder, config, DBUS_SESSION_BUS_ADDRESS=bus.address)
        async with (
            NotificationServer(bus.address) as server,
            TrayHost(bus.address) as host,
            serving(bench),
        ):
            tray = TrayBench(bench, host, server)
            if waits:
                tray.icon = await host.icon()
            await test(tray)

    with private_home() as home, private_bus(home) as own:
        asyncio.run(story(own))


@contextlib.asynccontextmanager
async def serving(bench: Bench) -> AsyncIterator[None]:
    """Run a service."""
    task = asyncio.create_task(bench.app.run())
    await bench.until(lambda: bench.started or task.done())
    try:
        yield
    finally:
        bench.app.shutdown.request()
        await task


def test_done_is_in_the_journal(tmp_path: Path) -> None:
    """The icon asks for attention until then."""

    async def test(tray: TrayBench) -> None:
        key = await tray.opens()
        seen = await tray.host.look(tray.icon)
        assert seen["Status"] == "NeedsAttention"
        assert seen["Title"].startswith("stretching, since ")
        await tray.press("Done")
        state = await tray.state(key, Closed)
        assert isinstance(state, Closed)
        assert state.outcome is Outcome.DONE
        assert (await tray.host.look(tray.icon))["Status"] == "Active"

    run(tmp_path, test)


def test_a_snooze_is_in_the_journal(tmp_path: Path) -> None:
    """By the lengths of the reminder, and the reminder can then be done from the menu as well."""

    async def test(tray: TrayBench) -> None:
        key = await tray.opens()
        await tray.press("In 10 min")
        state = await tray.state(key, Snoozed)
        assert isinstance(state, Snoozed)
        (waiting,) = (one for one in await tray.labels() if one.endswith("/Done"))
        await tray.press(waiting)
        await tray.state(key, Closed)

    run(tmp_path, test)


def test_a_skip_is_in_the_journal(tmp_path: Path) -> None:
    """Of what is open, and of what comes next."""

    async def test(tray: TrayBench) -> None:
        key = await tray.opens()
        await tray.press("Skip")
        state = await tray.state(key, Closed)
        assert isinstance(state, Closed)
        assert state.outcome is Outcome.SKIPPED
        for answer, outcome in (("Skip", Outcome.SKIPPED), ("Done already", Outcome.DONE)):
            (label,) = (one for one in await tray.labels() if one.endswith(f"/{answer}"))
            assert label.startswith("Next: ")
            await tray.press(label)
            await tray.bench.until(
                lambda o=outcome: any(  # type: ignore[misc]  # a default
                    one.occurrence.due > now() and one.state.outcome is o
                    for one in tray.bench.app.journal.since(now())
                    if isinstance(one.state, Closed)
                )
            )

    run(tmp_path, test)


def test_pause_resume_good_night_and_undo_are_in_the_journal(tmp_path: Path) -> None:
    """The icon says so, and the menu then offers what ends it."""

    async def test(tray: TrayBench) -> None:
        journal = tray.bench.app.journal
        for pause in ("Pause/For 1 h", "Pause/Until tomorrow"):
            await tray.press(pause)
            await tray.bench.until(lambda: journal.global_state().paused_until)
            assert (await tray.host.look(tray.icon))["IconName"] == "nightcare-paused"
            assert pause not in await tray.labels()
            await tray.press("Resume")
            await tray.bench.until(lambda: not journal.global_state().paused_until)
        await tray.press("Good night")
        await tray.bench.until(lambda: journal.global_state().good_night)
        assert "Good night: quiet until you wake up" in await tray.labels()
        (undo,) = (one for one in await tray.labels() if one.startswith("Undo: "))
        await tray.press(undo)
        await tray.bench.until(lambda: not journal.global_state().good_night)

    run(tmp_path, test)


def test_an_answer_about_the_last_night_is_in_the_diary(tmp_path: Path) -> None:
    """The menu marks it, and another answer takes its place."""

    async def test(tray: TrayBench) -> None:
        diary = tray.bench.app.journal.diary
        for label, answer in (
            ("No cramps", Answer.NONE),
            ("Mild", Answer.MILD),
            ("Moderate", Answer.MODERATE),
            ("Severe", Answer.SEVERE),
        ):
            await tray.press(f"Record a cramp/{label}")
            await tray.bench.until(lambda a=answer: [one.answer for one in diary.mornings()] == [a])  # type: ignore[misc]  # a default

    run(tmp_path, test)


def test_a_stretch_is_guided_in_a_notification(tmp_path: Path) -> None:
    """It is that of the open reminder."""

    async def test(tray: TrayBench) -> None:
        await tray.opens()
        await tray.press("Stretch now")
        await tray.notice("Calf stretch and massage")
        assert tray.bench.app.journal.routine_session() is not None

    run(tmp_path, test)


def test_a_click_on_the_icon_shows_what_is_open_once_more(tmp_path: Path) -> None:
    """The server may have taken it off; with nothing open, a notification says what is next."""

    async def test(tray: TrayBench) -> None:
        await tray.host.of_item(tray.icon, "Activate", "ii", 0, 0)
        await tray.bench.until(lambda: tray.server.asked)
        await tray.opens()
        title = "Time for a gentle stretch"
        first = await tray.notice(title)
        await tray.server.dismiss(first.number, 1)
        await tray.bench.until(
            lambda: any(
                one.displayed is None and not one.settled
                for one in tray.bench.app.journal.unsettled()
            )
        )
        await tray.host.of_item(tray.icon, "Activate", "ii", 0, 0)
        await tray.bench.until(lambda: sum(title in one.title for one in tray.server.asked) == 2)

    run(tmp_path, test)


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("About nightcare", "nightcare "),
        ("A cramp right now", "A cramp right now"),
        ("Report", "That did not work"),
        ("Schedule", "That did not work"),
        ("Is everything working?", ""),
    ],
)
def test_what_is_not_in_the_journal_shows_a_notification(
    tmp_path: Path, label: str, title: str
) -> None:
    """Without a screen no page can be opened, and a notification says so."""

    async def test(tray: TrayBench) -> None:
        await tray.press(label)
        await tray.bench.until(lambda: tray.server.asked)
        assert tray.server.asked[0].title.startswith(title)
        assert tray.server.asked[0].body or not title

    run(tmp_path, test)


def test_an_old_menu_answers_nothing_else(tmp_path: Path) -> None:
    """A press on what is over says why it does not count, and changes nothing."""

    async def test(tray: TrayBench) -> None:
        key = await tray.opens()
        old = await tray.host.layout(tray.icon)
        await tray.press("Done")
        await tray.state(key, Closed)
        other = await tray.opens()
        await tray.host.of_menu(tray.icon, "Event", "isvu", old["Done"], "clicked", ("s", ""), 0)
        assert "already" in (await tray.notice("That did not work")).body
        delivery = tray.bench.app.journal.delivery(other)
        assert delivery is not None
        assert not delivery.settled, delivery.state

    run(tmp_path, test)


def test_the_menu_speaks_danish(tmp_path: Path) -> None:
    """The title is in the same language."""

    async def test(tray: TrayBench) -> None:
        assert {"Pause/Til i morgen", "Godnat", "Plan"} <= await tray.labels()
        assert (await tray.host.look(tray.icon))["Title"].startswith("Næste: udstrækning")
        await tray.opens()
        title = (await tray.host.look(tray.icon))["Title"]
        assert re.fullmatch(r"udstrækning, siden kl\. \d\d:\d\d", title)

    run(tmp_path, test, language="da")


@pytest.mark.parametrize(
    ("language", "line"), [("en", "Next: sleep at 22:00"), ("da", "Næste: sleep kl. 22:00")]
)
def test_a_time_of_today_is_a_clock_time(language: str, line: str) -> None:
    """In each language with its own word for "at", once."""
    translator = read_words(language)
    moment = datetime(2026, 11, 23, 22, tzinfo=UTC)
    due = translator.when(moment, moment)
    assert translator.text("tray_next_today", reminder="sleep", due=due) == line


def test_the_config_decides_and_a_reload_applies_it_at_once(tmp_path: Path) -> None:
    """The icon comes and goes; the published status says where it is."""

    async def test(tray: TrayBench) -> None:
        app, file = tray.bench.app, tray.bench.file
        shown = file.read_text(encoding="utf-8")
        file.write_text(shown.replace("never", "auto"), encoding="utf-8")
        app.reload()
        tray.icon = await tray.host.icon()
        await tray.host.look(tray.icon)
        await tray.bench.until(lambda: (status := read_status(app.journal).tray) and status.host)
        status = read_status(app.journal).tray
        assert status is not None
        assert status.shown
        assert status.watcher
        file.write_text(shown, encoding="utf-8")
        app.reload()
        await tray.bench.until(lambda: (one := read_status(app.journal).tray) and not one.shown)
        while (await tray.host.ask_bus("NameHasOwner", "s", tray.icon)).body[0]:
            await tray.host.settle()

    run(tmp_path, test, more='[tray]\nshow = "never"\n', waits=False)


def test_an_invalid_config_is_seen_at_the_icon(tmp_path: Path) -> None:
    """Until it is fixed; an action that fails leaves the notice about it on the screen."""

    async def test(tray: TrayBench) -> None:
        app, file = tray.bench.app, tray.bench.file
        text = file.read_text(encoding="utf-8")
        file.write_text("nonsense", encoding="utf-8")
        app.reload()
        await tray.bench.until(lambda: app.config.mistakes)
        await tray.labels()
        seen = await tray.host.look(tray.icon)
        assert seen["IconName"] == "nightcare-wrong"
        assert "error" in seen["Title"]
        mistake = await tray.notice(app.settings.translator.text("notice_mistake"))
        await tray.press("Report")
        failure = await tray.notice("That did not work")
        assert {mistake.number, failure.number} <= tray.server.on_screen.keys()
        file.write_text(text, encoding="utf-8")
        app.reload()
        await tray.bench.until(lambda: not app.config.mistakes)
        await tray.bench.until(lambda: mistake.number not in tray.server.on_screen)

    run(tmp_path, test)


def test_the_code_is_not_loaded_while_the_program_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be that of another version; the icon is shown once the files are as before."""
    state = [FilesState.REPLACED]
    monkeypatch.setattr(ProgramFiles, "state", lambda _: state[0])

    async def test(tray: TrayBench) -> None:
        await tray.host.settle()
        tray.bench.app.runtime.handle_clock()
        await tray.host.settle()
        assert tray.host.registered.empty()
        state[0] = FilesState.UNCHANGED
        tray.bench.app.runtime.handle_clock()
        assert (await tray.host.look(await tray.host.icon()))["Id"] == "nightcare"

    run(tmp_path, test, waits=False)
