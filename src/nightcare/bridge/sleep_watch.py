"""The signal of logind before the computer is suspended, and after it has resumed.

Source: org.freedesktop.login1(5), PrepareForSleep. logind waits for nobody who has not asked for a
delay, so that what is sent then may come too late; the last will follows in that case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jeepney import MatchRule

from nightcare.desktop.dbus import system_bus
from nightcare.desktop.dbus.client import BusClient, BusSession
from nightcare.desktop.dbus.connection import Signal

_LOGIND = "org.freedesktop.login1"
_MANAGER = "org.freedesktop.login1.Manager"
_PREPARE = "PrepareForSleep"


class SleepWatch:
    """A user of the system bus that hears when the computer is suspended.

    Args:
        variables: The environment.
        changed: Called with True before suspend, and with False after it.
    """

    names = (_LOGIND,)

    def __init__(self, variables: Mapping[str, str], changed: Callable[[bool], None]) -> None:
        self._client = BusClient(system_bus(variables), on_demand=True)
        self._changed = changed
        self._session: BusSession | None = None
        rule = MatchRule(type="signal", sender=_LOGIND, interface=_MANAGER, member=_PREPARE)
        self.rules = (rule.serialise(),)

    async def run(self) -> None:
        """Listen until cancelled."""
        await self._client.serve(self)

    def connected(self, session: BusSession) -> None:
        """Start on a connection."""
        self._session = session

    def disconnected(self) -> None:
        """Take note that there is no connection."""
        self._session = None

    def owner_changed(self, name: str, owner: str) -> None:
        """Do nothing: the owner is looked up when a signal comes."""

    def handle_signal(self, signal: Signal) -> None:
        """Handle a signal, if logind has sent it."""
        owner = None if self._session is None else self._session.owners.get(_LOGIND)
        ours = (signal.interface, signal.member) == (_MANAGER, _PREPARE)
        if ours and signal.sender == owner and signal.signature == "b":
            self._changed(bool(signal.body[0]))
