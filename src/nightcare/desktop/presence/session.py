"""Sources of the conditions locked, idle and presenting, each with its own protocol.

Sources: org.freedesktop.login1(5) for logind; the org.freedesktop.ScreenSaver of KDE Plasma;
org.gnome.Mutter.IdleMonitor of Mutter's data/dbus-interfaces; org.gnome.SessionManager of
gnome-session; the org.freedesktop.PowerManagement.Inhibit of the Power Management Specification.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from jeepney import DBusAddress, new_method_call

from nightcare.desktop.dbus.connection import CallError, Connection, Signal
from nightcare.desktop.presence.lockers import lockers
from nightcare.desktop.presence.source import ChangeSignal, PresenceSource, property_changed
from nightcare.domain.reasons import Condition

_LOGIND = "org.freedesktop.login1"
_MANAGER = "org.freedesktop.login1.Manager"
_SESSION = "org.freedesktop.login1.Session"
_USER = "org.freedesktop.login1.User"
_OWN_SESSION = "/org/freedesktop/login1/session/auto"
_OWN_USER = "/org/freedesktop/login1/user/self"
_GRAPHICAL = frozenset({"x11", "wayland", "mir"})
"""The types of sessions with a screen that can be locked."""

_OF_A_TERMINAL = frozenset({"tty", "unspecified"})
"""The types of sessions that logind calls idle by their terminal, which no desktop can change: one
started with startx stays idle for good (systemd#14501)."""

_OF_A_PERSON = "user"
"""The prefix of the classes of sessions in which a person works, such as "user-early"."""

_SAVER, _SAVER_PATH = "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"

_MUTTER = "org.gnome.Mutter.IdleMonitor"
_IDLE_CORE = "/org/gnome/Mutter/IdleMonitor/Core"

_GNOME_SESSION = "org.gnome.SessionManager"
_KEEPS_AWAKE = 8
"""The flag of gnome-session's inhibitors against the session being marked as idle."""

_POWER = "org.freedesktop.PowerManagement.Inhibit"
_POWER_NAMES = ("org.freedesktop.PowerManagement", _POWER)
"""Desktops own one of them or both."""

_NEGATIVE = 2**31
"""Values of an unsigned number from which on it was negative where it was signed: no idle time."""

_MILLISECOND = timedelta(milliseconds=1)
_NEARLY = 1000
"""Milliseconds; a watch may fire a moment before the idle time has reached it."""


def sources(session: str, idle_after: timedelta) -> tuple[PresenceSource, ...]:
    """Return the sources of this module, the most reliable of each condition first.

    Args:
        session: The id of the person's session at logind, empty if unknown.
        idle_after: The time without input after which the person counts as idle.
    """
    return (
        _of_session(Condition.LOCKED, "LockedHint", session),
        *lockers(),
        *_idle_sources(session, idle_after),
        *_presenting_sources(),
    )


def _idle_sources(session: str, after: timedelta) -> tuple[PresenceSource, ...]:
    """Return the sources that report that keyboard and pointer have been idle.

    Mutter accepts any idle time. Without Mutter, logind's idle hint is used, which the desktop sets
    after its own delay.
    """
    mutter = _Mutter(after)

    async def time_at_saver(bus: Connection, owner: str) -> bool:
        at = DBusAddress(_SAVER_PATH, bus_name=owner, interface=_SAVER)
        # Milliseconds, as in KDE Plasma; under Wayland it answers with an error.
        (idle,) = await bus.call(at, "GetSessionIdleTime", "u")
        if idle >= _NEGATIVE:
            raise CallError("an idle time below zero")
        return bool(idle >= after // _MILLISECOND)

    return (
        PresenceSource(
            Condition.IDLE,
            "Mutter",
            _MUTTER,
            mutter.ask,
            (ChangeSignal(_MUTTER, _MUTTER, "WatchFired"),),
            alone=True,
            concerns=mutter.concerns,
            release=mutter.release,
        ),
        PresenceSource(
            Condition.IDLE,
            _SAVER,
            _SAVER,
            time_at_saver,
            # The only signal of the user's return is that of an unlocked screen.
            (ChangeSignal(_SAVER, _SAVER, "ActiveChanged"),),
            when_needed=True,
        ),
        _of_session(Condition.IDLE, "IdleHint", session),
    )


def _presenting_sources() -> tuple[PresenceSource, ...]:
    """Return the sources that report that a program keeps the screen awake."""
    power = (
        PresenceSource(
            Condition.PRESENTING,
            name,
            name,
            _power_inhibited,
            (ChangeSignal(name, _POWER, "HasInhibitChanged"),),
        )
        for name in _POWER_NAMES
    )
    return (
        PresenceSource(
            Condition.PRESENTING,
            "GNOME",
            _GNOME_SESSION,
            _session_inhibited,
            (
                ChangeSignal(_GNOME_SESSION, _GNOME_SESSION, "InhibitorAdded"),
                ChangeSignal(_GNOME_SESSION, _GNOME_SESSION, "InhibitorRemoved"),
            ),
        ),
        *power,
        PresenceSource(
            Condition.PRESENTING,
            "logind",
            _LOGIND,
            _idle_blocked,
            (property_changed(_LOGIND, _MANAGER),),
            on_system_bus=True,
        ),
    )


def _of_session(condition: Condition, hint: str, session: str) -> PresenceSource:
    async def ask(bus: Connection, owner: str) -> bool:
        with_screen: list[bool] = []
        without: list[bool] = []
        async for path, named in _own_sessions(bus, owner, session):
            at = DBusAddress(path, bus_name=owner, interface=_SESSION)
            # A session that is closing, or in the background, keeps the hints that it had last.
            if await _text_of(bus, at, "State") not in {"active", ""}:
                continue
            # Sessions of a greeter, a lock screen, a user manager or a background job are ignored.
            if not (await _text_of(bus, at, "Class") or _OF_A_PERSON).startswith(_OF_A_PERSON):
                continue
            try:
                on = await bus.get_bool(at, hint)
            except CallError:
                continue
            kind = await _text_of(bus, at, "Type")
            if kind in {*_GRAPHICAL, ""}:
                if named:
                    return on
                with_screen.append(on)
            elif condition is not Condition.IDLE or kind not in _OF_A_TERMINAL:
                without.append(on)
        found = with_screen or without
        if not found:
            raise CallError("no session of this user says so")
        # The person is present if any session says so.
        return all(found)

    return PresenceSource(
        condition,
        "logind",
        _LOGIND,
        ask,
        (
            property_changed(_LOGIND, _SESSION),
            # Another session may be the user's from now on.
            property_changed(_LOGIND, _USER),
            ChangeSignal(_LOGIND, _MANAGER, "SessionNew"),
            ChangeSignal(_LOGIND, _MANAGER, "SessionRemoved"),
        ),
        on_system_bus=True,
    )


async def _own_sessions(
    bus: Connection, owner: str, session: str
) -> AsyncIterator[tuple[str, bool]]:
    """Yield the paths of the user's sessions, and whether the environment names them.

    These are the one named in the environment, the one of this process, the one on the user's
    display (a user service belongs to none), and all others. Some may not exist, or come twice.
    """
    manager = DBusAddress("/org/freedesktop/login1", bus_name=owner, interface=_MANAGER)
    # In a user namespace the process may have another user id than at logind.
    users = {os.getuid()}
    if session:
        with contextlib.suppress(CallError):
            (path,) = await bus.call(manager, "GetSession", "o", session)
            yield str(path), True
            named = DBusAddress(path, bus_name=owner, interface=_SESSION)
            users.add(await _first_of(bus, named, "User", "(uo)"))
    yield _OWN_SESSION, False
    user = DBusAddress(_OWN_USER, bus_name=owner, interface=_USER)
    with contextlib.suppress(CallError):
        match await bus.get_property(user, "Display"):
            case ("(so)", (str(), str(path))):
                yield path, False
    with contextlib.suppress(CallError):
        (sessions,) = await bus.call(manager, "ListSessions", "a(susso)")
        for _, number, _, _, path in sessions:
            if number in users:
                yield str(path), False


async def _first_of(bus: Connection, at: DBusAddress, name: str, kind: str) -> Any:
    """Return the first part of a property that is a pair.

    Raises:
        CallError: It is missing, or is of another type.
    """
    found, value = await bus.get_property(at, name)
    if found != kind:
        raise CallError(name)
    return value[0]


async def _text_of(bus: Connection, at: DBusAddress, name: str) -> str:
    """Return a property that is text; empty if it is missing."""
    try:
        kind, value = await bus.get_property(at, name)
    except CallError:
        return ""
    return str(value) if kind == "s" else ""


async def _session_inhibited(bus: Connection, owner: str) -> bool:
    at = DBusAddress("/org/gnome/SessionManager", bus_name=owner, interface=_GNOME_SESSION)
    (kept_awake,) = await bus.call(at, "IsInhibited", "b", _KEEPS_AWAKE, takes="u")
    return bool(kept_awake)


async def _power_inhibited(bus: Connection, owner: str) -> bool:
    at = DBusAddress("/org/freedesktop/PowerManagement/Inhibit", bus_name=owner, interface=_POWER)
    (kept_awake,) = await bus.call(at, "HasInhibit", "b")
    return bool(kept_awake)


async def _idle_blocked(bus: Connection, owner: str) -> bool:
    at = DBusAddress("/org/freedesktop/login1", bus_name=owner, interface=_MANAGER)
    match await bus.get_property(at, "BlockInhibited"):
        case ("s", str(blocked)):
            return "idle" in blocked.split(":")
        case _:
            raise CallError("that is no list of what is blocked")


class _Mutter:
    """Mutter's idle monitor, whose watches fire after an idle time, and at the first touch then.

    Watches last until they are removed, and as long as the connection that added them and Mutter
    itself. A watch for a touch fires once.
    """

    def __init__(self, after: timedelta) -> None:
        self._after = after // _MILLISECOND
        self._at: tuple[Connection, str] | None = None
        self._idle_watch = 0
        self._touch_watch = 0

    async def ask(self, bus: Connection, owner: str) -> bool:
        """Return whether the idle time is reached; add the watches for a change of that."""
        at = DBusAddress(_IDLE_CORE, bus_name=owner, interface=_MUTTER)
        while True:
            # Query again after adding a watch: the change may have come before it.
            (idle,) = await bus.call(at, "GetIdletime", "t")
            away = bool(idle + _NEARLY >= self._after)
            if self._at != (bus, owner):
                self._idle_watch = _watch(
                    await bus.call(at, "AddIdleWatch", "u", self._after, takes="t")
                )
                self._at, self._touch_watch = (bus, owner), 0
            elif away and not self._touch_watch:
                self._touch_watch = _watch(await bus.call(at, "AddUserActiveWatch", "u"))
            else:
                return away

    def concerns(self, signal: Signal) -> bool:
        """Return whether a signal is that of one of our watches."""
        match signal.body:
            case (int(number),) if number and number == self._touch_watch:
                self._touch_watch = 0
                return True
            case (int(number),):
                return number == self._idle_watch
            case _:
                return False

    def release(self, bus: Connection) -> None:
        """Remove the watches on a connection that is still used otherwise."""
        if self._at is not None and self._at[0] is bus:
            at = DBusAddress(_IDLE_CORE, bus_name=self._at[1], interface=_MUTTER)
            for number in filter(None, (self._idle_watch, self._touch_watch)):
                bus.post(new_method_call(at, "RemoveWatch", "u", (number,)))


def _watch(returned: tuple[int, ...]) -> int:
    (number,) = returned
    if not number:
        raise CallError("a watch without a number")
    return number
