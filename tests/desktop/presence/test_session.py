"""Sources of a locked screen and of a program that keeps it awake."""

from __future__ import annotations

import os

import pytest
from jeepney import HeaderFields, Message, new_error, new_method_return

from nightcare.desktop.presence.monitor import ConditionState
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.bus import NOTIFICATIONS, PrivateBus
from parts.named_service import PROPERTIES, Answer, NamedService
from parts.notification_server import Peer
from parts.presence_watch import (
    GNOME_SAVER,
    GNOME_SESSION,
    HERE,
    IDLE,
    LOCKED,
    LOGIND,
    MANAGER,
    POWER,
    POWER_NAME,
    PRESENTING,
    QUIET,
    SESSION,
    USER,
    changed,
    run,
    watching,
)

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
            async with watching(system=system.address) as watch:
                for locked in (True, False, True):
                    logind.switch(SESSION, "LockedHint", on=locked)
                    await changed(logind, SESSION, "LockedHint", on=locked)
                    await watch.until(Presence({Condition.LOCKED} if locked else ()))
                told = watch.reported[1:]
                assert told == [LOCKED, HERE, LOCKED]

    run(story())


def test_a_screen_that_was_locked_before_is_locked(system: PrivateBus) -> None:
    """It is asked, not only listened to."""

    async def story() -> None:
        async with NamedService(system.address, LOGIND) as logind:
            logind.switch(SESSION, "LockedHint", on=True)
            async with watching(system=system.address) as watch:
                assert watch.monitor.presence == LOCKED
                assert watch.monitor.known()[Condition.LOCKED] == ConditionState(
                    on=True, by=("logind",)
                )

    run(story())


class Sessions(NamedService):
    """Logind, which answers by the path of a session."""

    def __init__(self, address: str) -> None:
        super().__init__(address, LOGIND)
        self.hint = "LockedHint"
        self.locked: dict[str, bool] = {}

    async def called(self, message: Message) -> None:
        """Answer for the hint of a session by its path, and for the rest as told."""
        fields = message.header.fields
        if message.body == (SESSION, self.hint):
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
        ({AUTO: True, "/session/3": True}, {"XDG_SESSION_ID": "gone"}),
        ({AUTO: True}, {}),
        ({"/session/3": True}, {}),
    ],
)
def test_the_session_is_found_by_its_id_or_as_ours_or_on_the_display(
    system: PrivateBus, locked: dict[str, bool], variables: dict[str, str]
) -> None:
    """The named one decides alone; a service of the user manager's belongs to no session."""

    async def story() -> None:
        async with Sessions(system.address) as logind:
            logind.locked = locked
            asked_for(logind, "7")
            logind.answers[PROPERTIES, "Get", USER, "Display"] = (
                "v",
                (("(so)", ("3", "/session/3")),),
            )
            async with watching(system=system.address, variables=variables) as watch:
                assert watch.monitor.presence == LOCKED

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
    """Logind, whose sessions have a state, a type and a class as well."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.states: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.classes: dict[str, str] = {}

    async def called(self, message: Message) -> None:
        """Answer for the state, the type and the class of a session by its path."""
        path = message.header.fields[HeaderFields.path]
        texts = {
            (SESSION, "State"): self.states,
            (SESSION, "Type"): self.types,
            (SESSION, "Class"): self.classes,
        }
        known = texts.get(message.body, {}) if len(message.body) == 2 else {}
        if path in known:
            await self.send(new_method_return(message, "v", (("s", known[path]),)))
        else:
            await super().called(message)

    async def log(self, path: str) -> None:
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
            async with watching(system=system.address, variables=variables) as watch:
                assert watch.monitor.presence == HERE
                assert watch.monitor.known()[Condition.LOCKED] == ConditionState(
                    on=False, by=("logind",)
                )
                logind.states = {OLD: "active", NEW: "online"}
                await logind.log(OLD)
                await watch.until(LOCKED)
                logind.states = {OLD: state, NEW: "active"}
                await logind.log(NEW)
                await watch.until(HERE)
                logind.locked[NEW] = True
                await changed(logind, SESSION, "LockedHint", on=True)
                await watch.until(LOCKED)

    run(story())


@pytest.mark.parametrize(
    "kind", ["greeter", "lock-screen", "background", "background-light", "manager", "none"]
)
def test_a_session_in_which_nobody_works_is_ignored(system: PrivateBus, kind: str) -> None:
    """Although it is active and the environment names it; a user manager has one of its own."""

    async def story() -> None:
        async with LiveSessions(system.address) as logind:
            logind.answers[MANAGER, "GetSession", "c1"] = ("o", (OLD,))
            logind.locked = {OLD: True, NEW: False}
            logind.states = {OLD: "active", NEW: "active"}
            logind.types = {OLD: "x11", NEW: "wayland"}
            logind.classes = {OLD: kind, NEW: "user-early"}
            variables = {"XDG_SESSION_ID": "c1"}
            async with watching(system=system.address, variables=variables) as watch:
                assert watch.monitor.known()[Condition.LOCKED] == ConditionState(None)
                logind.answers |= MINE
                await logind.emit("SessionNew", "so", ("2", NEW), interface=MANAGER)
                await watch.until_it_holds(
                    lambda: watch.monitor.known()[Condition.LOCKED].on is False
                )
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
            async with watching(system=system.address, variables=variables) as watch:
                assert watch.monitor.presence == HERE
                assert watch.monitor.known()[Condition.LOCKED] == ConditionState(None)

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
            async with watching(system=system.address, variables=variables) as watch:
                assert watch.monitor.presence == HERE
                logind.answers |= MINE
                await logind.emit("SessionNew", "so", ("2", NEW), interface=MANAGER)
                await watch.until(LOCKED)

    run(story())


@pytest.mark.parametrize("hint", ["LockedHint", "IdleHint"])
@pytest.mark.parametrize("named", ["", "gone", "c3"])
def test_who_is_there_in_one_of_several_sessions_is_there(
    system: PrivateBus, hint: str, named: str
) -> None:
    """As with two seats, or with a remote desktop; also if the named session is over."""

    async def story() -> None:
        async with LiveSessions(system.address) as logind:
            logind.hint = hint
            logind.answers |= DISPLAY
            logind.answers[MANAGER, "GetSession", "c3"] = ("o", ("/session/c3",))
            mine = [(path, os.getuid(), "mette", "", path) for path in (NEW, OLD, "/session/c3")]
            logind.answers[MANAGER, "ListSessions"] = ("a(susso)", (mine,))
            logind.states = {OLD: "active", NEW: "active", "/session/c3": "closing"}
            logind.types = dict.fromkeys(logind.states, "wayland")
            logind.locked = dict.fromkeys(logind.states, True)
            away = LOCKED if hint == "LockedHint" else IDLE
            variables = {"XDG_SESSION_ID": named} if named else {}
            async with watching(system=system.address, variables=variables) as watch:
                assert watch.monitor.presence == away
                for back, expected in ((OLD, HERE), (NEW, HERE), ("", away)):
                    logind.locked = {path: path != back for path in logind.states}
                    await logind.log(OLD)
                    await watch.until(expected)

    run(story())


def test_another_session_on_the_display_is_looked_at(system: PrivateBus) -> None:
    """As soon as logind tells that there is one."""

    async def story() -> None:
        async with Sessions(system.address) as logind:
            logind.locked = {AUTO: False}
            async with watching(system=system.address) as watch:
                logind.locked = {AUTO: True}
                await logind.emit("SessionNew", "so", ("9", "/session/9"), interface=MANAGER)
                await watch.until(LOCKED)

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
            async with watching(bus.address, system.address) as watch:
                assert watch.monitor.presence == LOCKED
                saver.answers[GNOME_SAVER, "GetActive"] = ("b", (False,))
                await saver.emit("ActiveChanged", "b", (False,), interface=GNOME_SAVER)
                await watch.until(HERE)
                both = ("org.gnome.ScreenSaver", "logind")
                assert watch.monitor.known()[Condition.LOCKED] == ConditionState(on=False, by=both)

    run(story())


def test_what_has_gone_counts_no_more_and_comes_back(bus: PrivateBus) -> None:
    """A screen saver that ends while it is active has not locked anybody out for ever."""

    async def story() -> None:
        async with watching(bus.address) as watch:
            for _ in range(2):
                saver = NamedService(bus.address, GNOME_SAVER)
                saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                async with saver:
                    await watch.until(LOCKED)
                await watch.until(HERE)
            assert watch.monitor.known()[Condition.LOCKED] == ConditionState(None)

    run(story())


def test_a_stranger_cannot_lock_the_screen(bus: PrivateBus) -> None:
    """Only the owner of a name is queried and believed."""

    async def story() -> None:
        async with (
            NamedService(bus.address, GNOME_SAVER) as saver,
            Peer(bus.address) as stranger,
            watching(bus.address) as watch,
        ):
            saver.answers[GNOME_SAVER, "GetActive"] = ("b", (False,))
            await saver.emit("ActiveChanged", "b", (False,), interface=GNOME_SAVER)
            await watch.until_it_holds(lambda: watch.monitor.known()[Condition.LOCKED].on is False)
            saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
            us = await owner_of_calls(saver)
            for to in (None, us):
                await stranger.emit(
                    "ActiveChanged", "b", (True,), interface=GNOME_SAVER, to=to, times=20
                )
            await stranger.settle()
            await watch.monitor.refresh()
            assert watch.monitor.presence == HERE

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

        async with Slow(bus.address, GNOME_SAVER), watching(bus.address) as watch:
            if watch.monitor.presence != LOCKED:
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
            async with watching(bus.address) as watch:
                asked.clear()
                server.switch(dunst, "paused", on=True)
                await changed(server, dunst, "paused", on=True)
                await watch.until(QUIET)
                assert asked == [(dunst, "paused")]

    run(story())


# Presenting


def test_gnomes_session_tells_who_keeps_the_screen_awake(bus: PrivateBus) -> None:
    """By who begins and who ends; only the flag against idleness counts."""

    async def story() -> None:
        async with NamedService(bus.address, GNOME_SESSION) as session:
            asked = (GNOME_SESSION, "IsInhibited", 8)
            session.answers[asked] = ("b", (False,))  # type: ignore[index] # a number among texts
            async with watching(bus.address) as watch:
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
            async with watching(bus.address) as watch:
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
            async with watching(system=system.address) as watch:
                assert watch.monitor.presence != presence
                logind.answers[get] = ("v", (("s", blocked),))
                await changed(logind, MANAGER, "BlockInhibited", on=True)
                await watch.until(presence)

    run(story())
