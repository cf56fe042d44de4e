"""The choice of the notifier."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TextIO

from nightcare.desktop.current_desktop import WINDOW_MANAGERS, current_desktops
from nightcare.desktop.dbus import session_bus
from nightcare.domain.schedule import Schedule
from nightcare.engine.ports import Notifier
from nightcare.errors import DesktopError

if TYPE_CHECKING:
    from nightcare.desktop.dbus.client import BusClient

_SESSION_BEGINS = 60.0
"""Seconds to wait until a starting desktop shell owns the name of its notification server, also on
a slow machine."""

_STARTED_BY_THE_BUS = frozenset({"mate", "xfce"})
"""Desktops, as `current_desktops` names them, whose own notification server the bus starts."""

_LOGIN_COMMANDS_END = 5.0
"""Seconds to wait until a notification server that a window manager's start commands start owns the
name."""


def choose_screen(
    schedule: Schedule,
    variables: Mapping[str, str],
    out: TextIO,
    remembered: Callable[[str], bool | None] = lambda _: None,
    *,
    watched: bool = True,
    bus: BusClient | None = None,
) -> Notifier:
    """Return the notifier: the configured one, else one for this machine.

    On Linux with a session bus it is that of the desktop, which waits for a server; without a bus
    it is the terminal; on other platforms it is plyer.

    Args:
        schedule: The configuration.
        variables: The environment.
        out: The terminal.
        remembered: The user's answer whether a notification server, by its description, draws
            buttons.
        watched: Whether a person reads the terminal. If not, as with a log, the notifier waits for
            a bus.
        bus: The client of the session bus; a new one if None.
    """
    backend, _ = chosen_backend(schedule, variables, watched=watched)
    if backend == "plyer":
        from nightcare.desktop.notify.plyer_notifier import (  # noqa: PLC0415 - other platforms only
            PlyerNotifier,
            obstacle_on_linux,
        )

        if sys.platform != "linux":
            return PlyerNotifier()
        return PlyerNotifier(obstacle=lambda: obstacle_on_linux(session_bus(variables), variables))
    if backend == "terminal":
        from nightcare.desktop.notify.terminal import TerminalNotifier  # noqa: PLC0415 - no desktop only

        return TerminalNotifier(out)
    from nightcare.desktop.dbus.client import BusClient  # noqa: PLC0415 - Linux only
    from nightcare.desktop.desktop_entry import icon  # noqa: PLC0415 - likewise
    from nightcare.desktop.notify.freedesktop import FreedesktopNotifier  # noqa: PLC0415 - likewise

    address = session_bus(variables)
    if address is None and watched:
        raise DesktopError("no_session_bus")
    return FreedesktopNotifier(
        bus or BusClient(address),
        icon=icon(variables),
        remembered=remembered,
        patience=_patience(variables),
    )


def _patience(variables: Mapping[str, str]) -> float:
    """Return the seconds to wait for the session's own notification server."""
    desktops = current_desktops(variables)
    if _STARTED_BY_THE_BUS.intersection(desktops):
        return 0.0
    only_managers = desktops and WINDOW_MANAGERS.issuperset(desktops)
    return _LOGIN_COMMANDS_END if only_managers else _SESSION_BEGINS


def chosen_backend(
    schedule: Schedule, variables: Mapping[str, str], *, watched: bool = True
) -> tuple[str, str]:
    """Return the name of the backend and the reason; the arguments are those of `choose_screen`.

    Reasons are: configured, platform, session_bus, no_session_bus and awaited_bus.
    """
    if schedule.notify is not None:
        return schedule.notify, "configured"
    if sys.platform != "linux":
        return "plyer", "platform"
    if session_bus(variables) is None:
        return ("terminal", "no_session_bus") if watched else ("freedesktop", "awaited_bus")
    return "freedesktop", "session_bus"


def adapt_to_desktop(notifier: Notifier, variables: Mapping[str, str]) -> None:
    """Adapt the wait for the session's own server to the desktop, which may be known late."""
    if notifier.name == "freedesktop":
        from nightcare.desktop.notify.freedesktop import FreedesktopNotifier  # noqa: PLC0415 - Linux only

        if isinstance(notifier, FreedesktopNotifier):
            notifier.set_patience(_patience(variables))
