"""The sources of presence, each with its own interface, and their events."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from itertools import count, repeat
from pathlib import Path

import pytest
from jeepney import HeaderFields, Message, new_error, new_method_return

from nightcare.desktop.presence.do_not_disturb import setting_in_use
from nightcare.desktop.presence.monitor import ConditionState
from nightcare.domain.policy import Presence
from nightcare.domain.reminders import Condition
from parts.attending import (
    DCONF,
    GNOME_SAVER,
    GNOME_SESSION,
    HERE,
    IDLE,
    IDLE_AFTER,
    LOCKED,
    LOGIND,
    MANAGER,
    MUTTER,
    POWER,
    POWER_NAME,
    PRESENTING,
    QUIET,
    SAVER,
    SECONDS,
    SESSION,
    SHORT,
    SWAYNC,
    USER,
    XFCONF,
    attending,
    changed,
    run,
)
from parts.bus import NOTIFICATIONS, PrivateBus
from parts.desk import SLEEP, schedule_of
from parts.named_service import PROPERTIES, Answer, NamedService
from parts.notification_server import DO_NOT_QUEUE, Peer
from parts.processes import Identity as Process
from parts.scripts import shell_program

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")


def asked_for(service: NamedService, session: str) -> tuple[str, ...]:
    """Return the calls by which a session of logind is queried by its id."""
    service.answers[MANAGER, "GetSession", session] = ("o", (f"/session/{session}",))
    return MANAGER, "GetSession", session


# Locked


def test_the_screen_is_locked_and_unlocked_as_logind_says(system: PrivateBus) -> None:
    """At once, by its signal; a hint that has not changed is no news."""

    async def story() -> None:
        async with NamedService(system.address, LOGIND) as logind:
            logind.switch(SESSION, "LockedHint", on=False)
            logind.switch(SESSION, "IdleHint", on=False)
            async with attending(system=system.address) as watch:
                for locked in (True, False, True):
                    logind.switch(SESSION, "LockedHint", on=locked)
                    await changed(logind, SESSION, "LockedHint", on=locked)
                    await watch.until(Presence({Condition.LOCKED} if locked else ()))
                told = watch.told[1:]
                assert told == [LOCKED, HERE, LOCKED]

    run(story())


def test_a_screen_that_was_locked_before_is_locked(system: PrivateBus) -> None:
    """It is asked, not only listened to."""

    async def story() -> None:
        async with NamedService(system.address, LOGIND) as logind:
            logind.switch(SESSION, "LockedHint", on=True)
            async with attending(system=system.address) as watch:
                assert watch.attendant.presence == LOCKED
                assert watch.attendant.known()[Condition.LOCKED] == ConditionState(
                    on=True, by=("logind",)
                )

    run(story())


class Sessions(NamedService):
    """Logind, which answers by the path of a session."""

    def __init__(self, address: str) -> None:
        super().__init__(address, LOGIND)
        self.locked: dict[str, bool] = {}

    async def called(self, message: Message) -> None:
        """Answer for the hint of a session by its path, and for the rest as told."""
        fields = message.header.fields
        if message.body == (SESSION, "LockedHint"):
            path = fields[HeaderFields.path]
            if path in self.locked:
                await self.send(new_method_return(message, "v", (("b", self.locked[path]),)))
            else:
                await self.send(new_error(message, "org.freedesktop.DBus.Error.UnknownObject"))
        else:
            await super().called(message)


AUTO = "/org/freedesktop/login1/session/auto"


@pytest.mark.parametrize(
    ("locked", "variables"),
    [
        ({"/session/7": True, AUTO: False}, {"XDG_SESSION_ID": "7"}),
        ({AUTO: True, "/session/3": False}, {"XDG_SESSION_ID": "gone"}),
        ({AUTO: True, "/session/3": False}, {}),
        ({"/session/3": True}, {}),
    ],
)
def test_the_session_is_found_by_its_id_or_as_ours_or_on_the_display(
    system: PrivateBus, locked: dict[str, bool], variables: dict[str, str]
) -> None:
    """In that order; a service of the user manager's belongs to no session."""

    async def story() -> None:
        async with Sessions(system.address) as logind:
            logind.locked = locked
            asked_for(logind, "7")
            logind.answers[PROPERTIES, "Get", USER, "Display"] = (
                "v",
                (("(so)", ("3", "/session/3")),),
            )
            async with attending(system=system.address, variables=variables) as watch:
                assert watch.attendant.presence == LOCKED

    run(story())


OLD, NEW = "/session/c1", "/session/2"
DISPLAY: dict[tuple[str, ...], Answer] = {
    (PROPERTIES, "Get", USER, "Display"): ("v", (("(so)", ("2", NEW)),))
}
MINE: dict[tuple[str, ...], Answer] = {
    (MANAGER, "ListSessions"): ("a(susso)", ([("2", os.getuid(), "mette", "seat0", NEW)],))
}
STRANGERS: dict[tuple[str, ...], Answer] = {
    (MANAGER, "ListSessions"): ("a(susso)", ([("2", os.getuid() + 1, "x", "seat0", NEW)],))
}


class LiveSessions(Sessions):
    """Logind, whose sessions have a state and a type as well."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.states: dict[str, str] = {}
        self.types: dict[str, str] = {}

    async def called(self, message: Message) -> None:
        """Answer for the state and the type of a session by its path."""
        path = message.header.fields[HeaderFields.path]
        texts = {(SESSION, "State"): self.states, (SESSION, "Type"): self.types}
        known = texts.get(message.body, {}) if len(message.body) == 2 else {}
        if path in known:
            await self.send(new_method_return(message, "v", (("s", known[path]),)))
        else:
            await super().called(message)

    async def tell(self, path: str) -> None:
        """Tell that something of a session has changed."""
        body: tuple[object, ...] = (SESSION, {"State": ("s", self.states[path])}, [])
        await self.emit("PropertiesChanged", "sa{sv}as", body, interface=PROPERTIES)


@pytest.mark.parametrize("state", ["closing", "online"])
@pytest.mark.parametrize("more", [DISPLAY, MINE])
def test_a_session_that_is_closing_or_inactive_is_ignored(
    system: PrivateBus, state: str, more: dict[tuple[str, ...], Answer]
) -> None:
    """Although the environment names it: it keeps its last hints. As it is active, it counts.

    As it broke elsewhere: mate-session-manager#303.
    """

    async def story() -> None:
        async with LiveSessions(system.address) as logind:
            asked_for(logind, "c1")
            logind.answers[MANAGER, "GetSession", "c1"] = ("o", (OLD,))
            logind.answers |= more
            logind.locked = {OLD: True, NEW: False}
            logind.states = {OLD: state, NEW: "active"}
            logind.types = {OLD: "x11", NEW: "wayland"}
            variables = {"XDG_SESSION_ID": "c1"}
            async with attending(system=system.address, variables=variables) as watch:
                assert watch.attendant.presence == HERE
                assert watch.attendant.known()[Condition.LOCKED] == ConditionState(
                    on=False, by=("logind",)
                )
                logind.states = {OLD: "active", NEW: "online"}
                await logind.tell(OLD)
                await watch.until(LOCKED)
                logind.states = {OLD: state, NEW: "active"}
                await logind.tell(NEW)
                await watch.until(HERE)
                logind.locked[NEW] = True
                await changed(logind, SESSION, "LockedHint", on=True)
                await watch.until(LOCKED)

    run(story())


@pytest.mark.parametrize("more", [{}, STRANGERS])
def test_without_an_active_session_of_this_user_logind_says_nothing(
    system: PrivateBus, more: dict[tuple[str, ...], Answer]
) -> None:
    """A session of somebody else has no say."""

    async def story() -> None:
        async with LiveSessions(system.address) as logind:
            logind.answers[MANAGER, "GetSession", "c1"] = ("o", (OLD,))
            logind.answers |= more
            logind.locked = {OLD: True, NEW: True}
            logind.states = {OLD: "closing", NEW: "active"}
            logind.types = {OLD: "x11", NEW: "x11"}
            variables = {"XDG_SESSION_ID": "c1"}
            async with attending(system=system.address, variables=variables) as watch:
                assert watch.attendant.presence == HERE
                assert watch.attendant.known()[Condition.LOCKED] == ConditionState(None)

    run(story())


def test_a_session_with_a_screen_counts_before_one_without(system: PrivateBus) -> None:
    """As in a login over the network, whose own session is active and never locked."""

    async def story() -> None:
        async with LiveSessions(system.address) as logind:
            logind.answers[MANAGER, "GetSession", "c1"] = ("o", (OLD,))
            logind.locked = {OLD: False, NEW: True}
            logind.states = {OLD: "active", NEW: "active"}
            logind.types = {OLD: "tty", NEW: "wayland"}
            variables = {"XDG_SESSION_ID": "c1"}
            async with attending(system=system.address, variables=variables) as watch:
                assert watch.attendant.presence == HERE
                logind.answers |= MINE
                await logind.emit("SessionNew", "so", ("2", NEW), interface=MANAGER)
                await watch.until(LOCKED)

    run(story())


def test_another_session_on_the_display_is_looked_at(system: PrivateBus) -> None:
    """As soon as logind tells that there is one."""

    async def story() -> None:
        async with Sessions(system.address) as logind:
            logind.locked = {AUTO: False}
            async with attending(system=system.address) as watch:
                logind.locked = {AUTO: True}
                await logind.emit("SessionNew", "so", ("9", "/session/9"), interface=MANAGER)
                await watch.until(LOCKED)

    run(story())


@pytest.mark.parametrize(
    ("name", "interface"),
    [
        (SAVER, SAVER),
        (GNOME_SAVER, GNOME_SAVER),
        ("org.gnome.Shell.ScreenShield", GNOME_SAVER),
        ("org.cinnamon.ScreenSaver", "org.cinnamon.ScreenSaver"),
        ("org.mate.ScreenSaver", "org.mate.ScreenSaver"),
        ("org.xfce.ScreenSaver", "org.xfce.ScreenSaver"),
    ],
)
def test_each_screen_saver_tells_that_it_is_active(
    bus: PrivateBus, name: str, interface: str
) -> None:
    """Its end is reported too."""

    async def story() -> None:
        async with NamedService(bus.address, name) as saver, attending(bus.address) as watch:
            for active in (True, False):
                saver.answers[interface, "GetActive"] = ("b", (active,))
                await saver.emit("ActiveChanged", "b", (active,), interface=interface)
                await watch.until(Presence({Condition.LOCKED} if active else ()))
            unlocked = ConditionState(on=False, by=(name,))
            await watch.until_it_holds(
                lambda: watch.attendant.known()[Condition.LOCKED] == unlocked
            )

    run(story())


def test_one_that_says_so_is_enough(bus: PrivateBus, system: PrivateBus) -> None:
    """A desktop may not tell logind, or its screen saver may not run."""

    async def story() -> None:
        async with (
            NamedService(system.address, LOGIND) as logind,
            NamedService(bus.address, GNOME_SAVER) as saver,
        ):
            logind.switch(SESSION, "LockedHint", on=False)
            saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
            async with attending(bus.address, system.address) as watch:
                assert watch.attendant.presence == LOCKED
                saver.answers[GNOME_SAVER, "GetActive"] = ("b", (False,))
                await saver.emit("ActiveChanged", "b", (False,), interface=GNOME_SAVER)
                await watch.until(HERE)
                both = ("org.gnome.ScreenSaver", "logind")
                assert watch.attendant.known()[Condition.LOCKED] == ConditionState(
                    on=False, by=both
                )

    run(story())


def test_what_has_gone_counts_no_more_and_comes_back(bus: PrivateBus) -> None:
    """A screen saver that ends while it is active has not locked anybody out for ever."""

    async def story() -> None:
        async with attending(bus.address) as watch:
            for _ in range(2):
                saver = NamedService(bus.address, GNOME_SAVER)
                saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                async with saver:
                    await watch.until(LOCKED)
                await watch.until(HERE)
            assert watch.attendant.known()[Condition.LOCKED] == ConditionState(None)

    run(story())


def test_a_stranger_cannot_lock_the_screen(bus: PrivateBus) -> None:
    """Only the owner of a name is queried and believed."""

    async def story() -> None:
        async with (
            NamedService(bus.address, GNOME_SAVER) as saver,
            Peer(bus.address) as stranger,
            attending(bus.address) as watch,
        ):
            saver.answers[GNOME_SAVER, "GetActive"] = ("b", (False,))
            await saver.emit("ActiveChanged", "b", (False,), interface=GNOME_SAVER)
            await watch.until_it_holds(
                lambda: watch.attendant.known()[Condition.LOCKED].on is False
            )
            saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
            us = await owner_of_calls(saver)
            for to in (None, us):
                await stranger.emit(
                    "ActiveChanged", "b", (True,), interface=GNOME_SAVER, to=to, times=20
                )
            await stranger.settle()
            await watch.attendant.refresh()
            assert watch.attendant.presence == HERE

    run(story())


async def owner_of_calls(service: Peer) -> str:
    """Return the unique name of the last client but one to join the bus: the monitor."""
    answer = await service.ask_bus("ListNames", None)
    names = [name for name in answer.body[0] if name.startswith(":")]
    return str(max(names, key=lambda name: [int(part) for part in name[1:].split(".")]))


def test_what_changes_while_it_is_asked_is_asked_once_more(bus: PrivateBus) -> None:
    """The answer that is on its way may be older than the signal."""

    async def story() -> None:
        class Slow(NamedService):
            """Answers when it is told to, with what held when it was asked."""

            active = False

            async def called(self, message: Message) -> None:
                reply = new_method_return(message, "b", (self.active,))
                if not self.active:
                    self.active = True
                    await self.emit("ActiveChanged", "b", (True,), interface=GNOME_SAVER)
                await self.send(reply)

        async with Slow(bus.address, GNOME_SAVER), attending(bus.address) as watch:
            if watch.attendant.presence != LOCKED:
                await watch.until(LOCKED)

    run(story())


def test_what_changes_beside_the_matter_is_not_asked_about(bus: PrivateBus) -> None:
    """A server tells of more than one interface; each source waits for its own."""
    asked: list[tuple[object, ...]] = []

    class Listening(NamedService):
        async def called(self, message: Message) -> None:
            asked.append(tuple(message.body))
            await super().called(message)

    async def story() -> None:
        dunst = "org.dunstproject.cmd0"
        async with Listening(bus.address, NOTIFICATIONS) as server:
            server.switch(dunst, "paused", on=False)
            async with attending(bus.address) as watch:
                asked.clear()
                server.switch(dunst, "paused", on=True)
                await changed(server, dunst, "paused", on=True)
                await watch.until(QUIET)
                assert asked == [(dunst, "paused")]

    run(story())


# Idle


class Mutter(NamedService):
    """Mutter's idle monitor: watches go off by its own clock, which stands still."""

    def __init__(self, address: str) -> None:
        super().__init__(address, MUTTER)
        self.idle = 0
        self.numbers: Iterator[int] = count(1)
        self.idle_watches: dict[int, tuple[str, int]] = {}
        self.touch_watches: dict[int, str] = {}

    async def called(self, message: Message) -> None:
        """Answer."""
        fields = message.header.fields
        sender = fields[HeaderFields.sender]
        match fields[HeaderFields.member]:
            case "GetIdletime":
                await self.send(new_method_return(message, "t", (self.idle,)))
            case "AddIdleWatch":
                number = next(self.numbers)
                self.idle_watches[number] = (sender, message.body[0])
                await self.send(new_method_return(message, "u", (number,)))
            case "RemoveWatch":
                self.idle_watches.pop(message.body[0], None)
                self.touch_watches.pop(message.body[0], None)
            case _:
                number = next(self.numbers)
                self.touch_watches[number] = sender
                await self.send(new_method_return(message, "u", (number,)))

    async def leave(self, milliseconds: int) -> None:
        """Let nobody touch anything for so long."""
        before, self.idle = self.idle, milliseconds
        for number, (owner, after) in self.idle_watches.items():
            if before < after <= milliseconds:
                await self.emit("WatchFired", "u", (number,), interface=MUTTER, to=owner)

    async def touch(self) -> None:
        """Let somebody touch the keyboard."""
        self.idle = 0
        watches, self.touch_watches = self.touch_watches, {}
        for number, owner in watches.items():
            await self.emit("WatchFired", "u", (number,), interface=MUTTER, to=owner)


def test_nobody_is_there_as_mutter_tells_and_then_somebody_is(bus: PrivateBus) -> None:
    """By its watches alone, again and again, and without leaving any behind."""

    async def story() -> None:
        async with Mutter(bus.address) as mutter, attending(bus.address) as watch:
            for _ in range(3):
                await mutter.leave(IDLE_AFTER)
                await watch.until(IDLE)
                await watch.attendant.refresh()
                assert len(mutter.touch_watches) == 1
                await mutter.touch()
                await watch.until(HERE)
            assert [after for _, after in mutter.idle_watches.values()] == [IDLE_AFTER]
            assert mutter.touch_watches == {}

    run(story())


def test_who_was_away_before_is_noticed_to_return(bus: PrivateBus) -> None:
    """This holds if the service starts while nobody is there."""

    async def story() -> None:
        async with Mutter(bus.address) as mutter:
            mutter.idle = IDLE_AFTER * 2
            async with attending(bus.address) as watch:
                assert watch.attendant.presence == IDLE
                await mutter.touch()
                await watch.until(HERE)

    run(story())


def test_mutter_that_is_started_anew_gets_new_watches(bus: PrivateBus) -> None:
    """The old ones ended with it."""

    async def story() -> None:
        async with attending(bus.address) as watch:
            for _ in range(2):
                async with Mutter(bus.address) as mutter:
                    await watch.until_it_holds(
                        lambda: (
                            watch.attendant.known()[Condition.IDLE]
                            == ConditionState(on=False, by=("Mutter",))
                        )
                    )
                    await mutter.leave(IDLE_AFTER)
                    await watch.until(IDLE)
                    await mutter.touch()
                    await watch.until(HERE)
                    # It ends while nobody is there, and leaves a watch behind.
                    await mutter.leave(IDLE_AFTER)
                    await watch.until(IDLE)
                await watch.until(HERE)

    run(story())


def test_watches_of_others_are_no_news(bus: PrivateBus) -> None:
    """Mutter may tell everybody of everybody's."""

    async def story() -> None:
        async with Mutter(bus.address) as mutter, attending(bus.address) as watch:
            mutter.idle = IDLE_AFTER
            for body in ((99,), (0,)):
                await mutter.emit("WatchFired", "u", body, interface=MUTTER, times=20)
            await mutter.emit("WatchFired", "s", ("1",), interface=MUTTER)
            await mutter.emit("WatchFired", None, (), interface=MUTTER)
            await mutter.settle()
            await watch.attendant.refresh()
            assert watch.attendant.presence == HERE

    run(story())


def test_a_watch_that_is_none_is_no_answer(bus: PrivateBus) -> None:
    """Nothing would tell of a return."""

    async def story() -> None:
        async with Mutter(bus.address) as mutter:
            mutter.idle, mutter.numbers = IDLE_AFTER, repeat(0)
            async with attending(bus.address) as watch:
                assert watch.attendant.known()[Condition.IDLE] == ConditionState(None)

    run(story())


def test_mutter_knows_better_than_a_hint(bus: PrivateBus, system: PrivateBus) -> None:
    """It keeps the time that the config asks for; a hint keeps the desktop's own."""

    async def story() -> None:
        async with NamedService(system.address, LOGIND) as logind:
            logind.switch(SESSION, "IdleHint", on=True)
            async with attending(bus.address, system.address) as watch:
                assert watch.attendant.presence == IDLE
                async with Mutter(bus.address):
                    await watch.until(HERE)
                await watch.until(IDLE)

    run(story())


def test_the_time_that_counts_as_idle_is_the_configs(bus: PrivateBus) -> None:
    """A change of it leaves all other knowledge intact."""

    async def story() -> None:
        async with Mutter(bus.address) as mutter, NamedService(bus.address, SAVER) as saver:
            saver.answers[SAVER, "GetActive"] = ("b", (True,))
            async with attending(bus.address) as watch:
                mutter.idle = 70_000
                before = len(watch.told)
                config = SLEEP + '[quiet]\nidle_after = "1m"\n'
                watch.attendant.apply(schedule_of(config))
                await watch.until(Presence({Condition.LOCKED, Condition.IDLE}))
                assert all(Condition.LOCKED in one for one in watch.told[before:])
                assert list(watch.attendant.known()) == [
                    Condition.LOCKED,
                    Condition.IDLE,
                    Condition.DO_NOT_DISTURB,
                ]
                async with asyncio.timeout(SECONDS):
                    while len(mutter.idle_watches) > 1:  # noqa: ASYNC110 - no event
                        await asyncio.sleep(0)
                assert [after for _, after in mutter.idle_watches.values()] == [60_000]

    run(story())


def test_a_desktop_without_an_event_is_asked_when_it_matters(bus: PrivateBus) -> None:
    """KDE Plasma on X11 says how long nobody was there, in milliseconds, when it is asked."""

    async def story() -> None:
        async with NamedService(bus.address, SAVER) as saver:
            saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (IDLE_AFTER - 1,))
            async with attending(bus.address) as watch:
                assert watch.attendant.presence == HERE
                for idle, presence in ((IDLE_AFTER, IDLE), (10, HERE)):
                    saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (idle,))
                    await watch.attendant.refresh()
                    assert watch.attendant.presence == presence
                saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (IDLE_AFTER,))
                watch.attendant.query_again()
                await watch.until(IDLE)

    run(story())


def test_who_unlocks_the_screen_is_back(bus: PrivateBus) -> None:
    """An unlock counts as a return if no other source reports one."""

    async def story() -> None:
        async with NamedService(bus.address, SAVER) as saver:
            saver.answers[SAVER, "GetActive"] = ("b", (True,))
            saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (IDLE_AFTER,))
            async with attending(bus.address) as watch:
                assert watch.attendant.presence == Presence({Condition.LOCKED, Condition.IDLE})
                saver.answers[SAVER, "GetActive"] = ("b", (False,))
                saver.answers[SAVER, "GetSessionIdleTime"] = ("u", (10,))
                await saver.emit("ActiveChanged", "b", (False,), interface=SAVER)
                await watch.until(HERE)

    run(story())


# Do not disturb


@pytest.mark.parametrize(
    ("interface", "name", "by"),
    [
        (NOTIFICATIONS, "Inhibited", NOTIFICATIONS),
        ("org.dunstproject.cmd0", "paused", "dunst"),
    ],
)
def test_a_server_tells_of_do_not_disturb(
    bus: PrivateBus, interface: str, name: str, by: str
) -> None:
    """By its property, as it changes."""

    async def story() -> None:
        async with NamedService(bus.address, NOTIFICATIONS) as server:
            server.switch(interface, name, on=False)
            async with attending(bus.address) as watch:
                for on in (True, False):
                    server.switch(interface, name, on=on)
                    await changed(server, interface, name, on=on)
                    await watch.until(Presence({Condition.DO_NOT_DISTURB} if on else ()))
                    known = watch.attendant.known()[Condition.DO_NOT_DISTURB]
                    assert known == ConditionState(on, (by,))

    run(story())


def test_mako_of_old_is_asked_when_it_matters(bus: PrivateBus) -> None:
    """It has modes, and did not tell of them."""

    async def story() -> None:
        async with (
            NamedService(bus.address, NOTIFICATIONS) as server,
            attending(bus.address) as watch,
        ):
            modes = ["default", "do-not-disturb"]
            server.answers["fr.emersion.Mako", "ListModes"] = ("as", (modes,))
            await watch.attendant.refresh()
            assert watch.attendant.presence == QUIET

    run(story())


def test_swaync_tells_of_do_not_disturb(bus: PrivateBus) -> None:
    """With a signal that carries more than that."""

    async def story() -> None:
        async with NamedService(bus.address, NOTIFICATIONS, SWAYNC) as server:
            server.answers[SWAYNC, "GetDnd"] = ("b", (False,))
            async with attending(bus.address) as watch:
                server.answers[SWAYNC, "GetDnd"] = ("b", (True,))
                await server.emit("Subscribe", "ubb", (0, True, False), interface=SWAYNC)
                await watch.until(QUIET)

    run(story())


def test_the_settings_of_xfce_tell_of_do_not_disturb(bus: PrivateBus) -> None:
    """Another program than the server, which tells of all settings."""

    async def story() -> None:
        async with (
            NamedService(bus.address, NOTIFICATIONS) as server,
            NamedService(bus.address, XFCONF) as settings,
        ):
            information = ("Xfce Notify Daemon", "Xfce", "0.7.3", "1.2")
            server.answers[NOTIFICATIONS, "GetServerInformation"] = ("ssss", information)
            setting = ("xfce4-notifyd", "/do-not-disturb")
            settings.answers[XFCONF, "PropertyExists", *setting] = ("b", (True,))
            settings.answers[XFCONF, "GetProperty", *setting] = ("v", (("b", False),))
            async with attending(bus.address) as watch:
                settings.answers[XFCONF, "GetProperty", *setting] = ("v", (("b", True),))
                body = (*setting, ("b", True))
                await settings.emit("PropertyChanged", "ssv", body, interface=XFCONF)
                await watch.until(QUIET)

    run(story())


def test_settings_whose_keeper_disappears_are_unknown(bus: PrivateBus) -> None:
    """Not held for ever as they were; and asked again when there is one again."""

    async def story() -> None:
        async with NamedService(bus.address, NOTIFICATIONS) as server:
            information = ("Xfce Notify Daemon", "Xfce", "0.7.3", "1.2")
            server.answers[NOTIFICATIONS, "GetServerInformation"] = ("ssss", information)
            setting = ("xfce4-notifyd", "/do-not-disturb")
            keeper: dict[tuple[str, ...], Answer] = {
                (XFCONF, "PropertyExists", *setting): ("b", (True,)),
                (XFCONF, "GetProperty", *setting): ("v", (("b", True),)),
            }
            async with attending(bus.address) as watch:
                for _ in range(2):
                    async with NamedService(bus.address) as settings:
                        settings.answers |= keeper
                        await settings.ask_bus("RequestName", "su", XFCONF, DO_NOT_QUEUE)
                        await watch.until(QUIET)
                    await watch.until(HERE)
                    assert watch.attendant.known()[Condition.DO_NOT_DISTURB] == ConditionState(None)

    run(story())


def test_swaync_that_keeps_only_the_servers_name_is_unknown(bus: PrivateBus) -> None:
    """Its own name has gone, and with it what it said."""

    async def story() -> None:
        async with NamedService(bus.address, NOTIFICATIONS), attending(bus.address) as watch:
            async with NamedService(bus.address) as server:
                server.answers[SWAYNC, "GetDnd"] = ("b", (True,))
                await server.ask_bus("RequestName", "su", SWAYNC, DO_NOT_QUEUE)
                await watch.until(QUIET)
            await watch.until(HERE)

    run(story())


BUDGIE = "org.budgie_desktop.Notifications"
DISPATCHER = "org.buddiesofbudgie.budgie.Dispatcher"


def test_budgie_tells_of_do_not_disturb(bus: PrivateBus, programs: Programs) -> None:
    """The setting of GNOME, which its session also names, has no say."""

    async def story() -> None:
        programs.say("echo false")
        variables = {**programs.variables, "XDG_CURRENT_DESKTOP": "Budgie:GNOME"}
        async with (
            NamedService(bus.address, NOTIFICATIONS, BUDGIE) as server,
            attending(bus.address, variables=variables) as watch,
        ):
            assert watch.attendant.known()[Condition.DO_NOT_DISTURB] == ConditionState(None)
            for on in (False, True, False, True):
                server.answers[DISPATCHER, "GetDoNotDisturb"] = ("b", (on,))
                await server.emit("DoNotDisturbChanged", "b", (on,), interface=DISPATCHER)
                await watch.until_it_holds(
                    lambda on=on: (
                        watch.attendant.known()[Condition.DO_NOT_DISTURB]  # type: ignore[misc] # mypy cannot infer a lambda with a default
                        == ConditionState(on, ("Budgie",))
                    )
                )
        assert not programs.was_asked

    run(story())


DEEPIN = "org.deepin.dde.Notification1"


def test_deepin_tells_of_do_not_disturb(bus: PrivateBus) -> None:
    """By the setting with the number 0 of its notification server."""

    async def story() -> None:
        async with (
            NamedService(bus.address, NOTIFICATIONS, DEEPIN) as server,
            attending(bus.address, variables={"XDG_CURRENT_DESKTOP": "DDE"}) as watch,
        ):
            for on in (True, False):
                server.answers[DEEPIN, "GetSystemInfo", 0] = ("v", (("b", on),))  # type: ignore[index] # a number among the arguments
                await server.emit("SystemInfoChanged", "uv", (0, ("b", on)), interface=DEEPIN)
                await watch.until(Presence({Condition.DO_NOT_DISTURB} if on else ()))

    run(story())


@pytest.mark.parametrize(
    ("desktops", "asked"),
    [
        ("GNOME", "GNOME"),
        ("ubuntu:GNOME", "GNOME"),
        ("pop:GNOME", "GNOME"),
        ("GNOME-Classic:GNOME", "GNOME"),
        ("X-Cinnamon", "X-Cinnamon"),
        ("X-Cinnamon:GNOME", "X-Cinnamon"),
        ("x-cinnamon", "X-Cinnamon"),
        ("MATE:GNOME", "MATE"),
        ("Pantheon", "Pantheon"),
        ("Pantheon:GNOME", "Pantheon"),
        ("Budgie:GNOME", None),
        ("Unity:Unity7:ubuntu", None),
        ("Unity:Unity7:ubuntu:GNOME", None),
        ("GNOME-Flashback:GNOME", None),
        ("XFCE:GNOME", None),
        ("KDE", None),
        ("sway:GNOME", None),
        ("COSMIC:GNOME", None),
        ("Deepin:GNOME", None),
        ("LXQt:GNOME", None),
        ("", None),
    ],
)
def test_the_most_specific_desktop_has_its_own_setting_asked(
    desktops: str, asked: str | None
) -> None:
    """A desktop that only builds on GNOME does not heed GNOME's."""
    setting = setting_in_use({"XDG_CURRENT_DESKTOP": desktops})
    assert (setting and setting.desktop) == asked


class Programs:
    """A folder of programs that print what a file says."""

    def __init__(self, folder: Path) -> None:
        self._says = folder / "says"
        script = f'echo x >>{folder}/asked\nread -r said <{self._says}\neval "$said"'
        path = shell_program(folder / "bin" / "gsettings", script)
        self._asked = folder / "asked"
        self.variables = {"PATH": str(path.parent), "XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}

    def say(self, script: str) -> None:
        """Have it do so from now on."""
        self._says.write_text(f"{script}\n", encoding="utf-8")

    @property
    def was_asked(self) -> bool:
        """True if the program was ever run."""
        return self._asked.exists()

    @property
    def asked(self) -> int:
        """The number of runs."""
        return len(self._asked.read_text(encoding="utf-8").split())


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """Install a `gsettings` of the test's own."""
    return Programs(tmp_path)


def test_the_settings_of_gnome_tell_of_do_not_disturb(bus: PrivateBus, programs: Programs) -> None:
    """They are only read when dconf tells of a change to them, not of any other."""

    async def story() -> None:
        programs.say("echo true")
        async with (
            NamedService(bus.address, NOTIFICATIONS),
            attending(bus.address, variables=programs.variables) as watch,
        ):
            assert watch.attendant.known()[Condition.DO_NOT_DISTURB] == ConditionState(
                on=False, by=("GNOME",)
            )
            programs.say("echo false")
            async with NamedService(bus.address, DCONF) as dconf:
                for path in ("/org/gnome/desktop/interface/clock-format", "/org/gnome/"):
                    assert programs.asked == 1
                    await dconf.emit(
                        "Notify", "sass", (path, [""], "tag"), interface=f"{DCONF}.Writer"
                    )
                await watch.until(QUIET)
                programs.say("echo true")
                body = ("/org/gnome/desktop/notifications/show-banners", [""], "tag")
                await dconf.emit("Notify", "sass", body, interface=f"{DCONF}.Writer")
                await watch.until(HERE)

    run(story())


@pytest.mark.parametrize("script", ["exec /bin/sleep 600", "exit 3", "echo perhaps", "kill -9 $$"])
def test_settings_that_cannot_be_read_say_nothing(
    bus: PrivateBus, programs: Programs, script: str
) -> None:
    """No process is left running."""

    async def story() -> None:
        programs.say(script)
        limit = SHORT if "sleep" in script else SECONDS
        async with (
            NamedService(bus.address, NOTIFICATIONS),
            attending(bus.address, variables=programs.variables, limit=limit) as watch,
        ):
            await watch.attendant.refresh()
            assert watch.attendant.known()[Condition.DO_NOT_DISTURB] == ConditionState(None)

    run(story())


def test_a_program_that_hangs_is_ended_with_what_it_started(
    bus: PrivateBus, programs: Programs, tmp_path: Path
) -> None:
    """Within the limit, whether anybody waits for it or not."""
    pid = tmp_path / "pid"

    async def story() -> None:
        programs.say(f"/bin/sleep 600 & echo $! >{pid}; wait")
        async with (
            NamedService(bus.address, NOTIFICATIONS),
            attending(bus.address, variables=programs.variables, limit=1.0),
        ):
            child = Process.of(int(pid.read_text(encoding="utf-8")))
            async with asyncio.timeout(SECONDS):
                while child is not None and child.is_alive():  # noqa: ASYNC110 - no event tells
                    await asyncio.sleep(0.01)

    run(story())


def test_without_the_program_its_settings_say_nothing(bus: PrivateBus) -> None:
    """GNOME without gsettings."""

    async def story() -> None:
        variables = {"PATH": "/nonexistent", "XDG_CURRENT_DESKTOP": "GNOME"}
        async with (
            NamedService(bus.address, NOTIFICATIONS),
            attending(bus.address, variables=variables) as watch,
        ):
            assert watch.attendant.presence == HERE

    run(story())


# Presenting


def test_gnomes_session_tells_who_keeps_the_screen_awake(bus: PrivateBus) -> None:
    """By who begins and who ends; only the flag against idleness counts."""

    async def story() -> None:
        async with NamedService(bus.address, GNOME_SESSION) as session:
            asked = (GNOME_SESSION, "IsInhibited", 8)
            session.answers[asked] = ("b", (False,))  # type: ignore[index] # a number among texts
            async with attending(bus.address) as watch:
                for on, signal in ((True, "InhibitorAdded"), (False, "InhibitorRemoved")):
                    session.answers[asked] = ("b", (on,))  # type: ignore[index] # likewise
                    await session.emit(signal, "o", ("/i/1",), interface=GNOME_SESSION)
                    await watch.until(Presence({Condition.PRESENTING} if on else ()))

    run(story())


@pytest.mark.parametrize("name", [POWER, POWER_NAME])
def test_power_management_tells_who_keeps_the_screen_awake(bus: PrivateBus, name: str) -> None:
    """Under either of its names."""

    async def story() -> None:
        async with NamedService(bus.address, name) as power:
            power.answers[POWER, "HasInhibit"] = ("b", (False,))
            async with attending(bus.address) as watch:
                power.answers[POWER, "HasInhibit"] = ("b", (True,))
                await power.emit("HasInhibitChanged", "b", (True,), interface=POWER)
                await watch.until(PRESENTING)

    run(story())


@pytest.mark.parametrize(
    ("blocked", "presence"),
    [
        ("idle", PRESENTING),
        ("sleep:idle", PRESENTING),
        ("sleep:handle-lid-switch", HERE),
        ("", HERE),
    ],
)
def test_logind_tells_who_keeps_the_screen_awake(
    system: PrivateBus, blocked: str, presence: Presence
) -> None:
    """Among what else is blocked."""

    async def story() -> None:
        async with NamedService(system.address, LOGIND) as logind:
            get = (PROPERTIES, "Get", MANAGER, "BlockInhibited")
            before = "idle" if presence == HERE else "sleep"
            logind.answers[get] = ("v", (("s", before),))
            async with attending(system=system.address) as watch:
                assert watch.attendant.presence != presence
                logind.answers[get] = ("v", (("s", blocked),))
                await changed(logind, MANAGER, "BlockInhibited", on=True)
                await watch.until(presence)

    run(story())
