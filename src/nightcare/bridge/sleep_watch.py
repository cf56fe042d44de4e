"""The signal of logind before the computer is suspended, and after it has resumed.

logind waits for a program that holds an inhibitor of the mode "delay", for five seconds by default.
Sources: org.freedesktop.login1(5), PrepareForSleep and Inhibit; logind.conf(5), InhibitDelayMaxSec.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping

from jeepney import DBusAddress, MatchRule, new_method_call
from jeepney.fds import FileDescriptor
from jeepney.io.blocking import open_dbus_connection

from nightcare.desktop.dbus import system_bus
from nightcare.desktop.dbus.client import LIMIT, BusClient, BusSession
from nightcare.desktop.dbus.connection import Signal
from nightcare.i18n.translator import Translator
from nightcare.threads import run_in_thread

_LOGIND = "org.freedesktop.login1"
_MANAGER = "org.freedesktop.login1.Manager"
_PREPARE = "PrepareForSleep"


class SleepWatch:
    """A user of the system bus that receives logind's signal of suspend, and delays suspend.

    Args:
        variables: The environment.
        translator: The language of the reason, which `systemd-inhibit --list` shows.
        changed: Called with True before suspend, which waits until it returns, and with False
            after it.
    """

    names = (_LOGIND,)

    def __init__(
        self,
        variables: Mapping[str, str],
        translator: Translator,
        changed: Callable[[bool], Awaitable[None]],
    ) -> None:
        self._client = BusClient(system_bus(variables), on_demand=True)
        self._why = translator.text("mqtt_before_suspend")
        self._changed = changed
        self._session: BusSession | None = None
        self._asleep = False
        self._inhibitor: FileDescriptor | None = None
        self._inhibiting: asyncio.Task[None] | None = None
        rule = MatchRule(type="signal", sender=_LOGIND, interface=_MANAGER, member=_PREPARE)
        self.rules = (rule.serialise(),)

    async def run(self) -> None:
        """Listen until cancelled."""
        try:
            await self._client.serve(self)
        finally:
            self._release()

    def connected(self, session: BusSession) -> None:
        """Start on a connection."""
        self._session = session
        self._inhibit()

    def disconnected(self) -> None:
        """Release the inhibitor, because the signal of suspend would not arrive."""
        self._session = None
        self._release()

    def owner_changed(self, name: str, owner: str) -> None:
        """Take a new inhibitor from a restarted logind."""
        if name == _LOGIND and owner:
            self._release()
            self._inhibit()

    def handle_signal(self, signal: Signal) -> None:
        """Handle a signal, if logind has sent it."""
        session = self._session
        owner = None if session is None else session.owners.get(_LOGIND)
        ours = (signal.interface, signal.member) == (_MANAGER, _PREPARE)
        if session and ours and signal.sender == owner and signal.signature == "b":
            session.spawn(self._handle(asleep=bool(signal.body[0])))

    async def _handle(self, *, asleep: bool) -> None:
        self._asleep = asleep
        if not asleep:
            self._inhibit()
        inhibitor, self._inhibitor = self._inhibitor, None
        try:
            await self._changed(asleep)
        finally:
            if inhibitor is not None:
                inhibitor.close()

    def _inhibit(self) -> None:
        session = self._session
        if session is not None and session.owners.get(_LOGIND):
            if self._inhibiting is not None:
                self._inhibiting.cancel()
            self._inhibiting = session.spawn(self._take())

    async def _take(self) -> None:
        address = self._client.address
        assert address is not None
        try:
            taken = await run_in_thread(lambda: _take_inhibitor(address, self._why), LIMIT)
        except (OSError, ValueError, RuntimeError):
            # Without the inhibitor suspend is not delayed, and the broker may publish the last
            # will.
            return
        self._release()
        self._inhibitor = taken
        if self._asleep:
            # The inhibitor arrived after suspend had begun.
            self._release()

    def _release(self) -> None:
        if self._inhibitor is not None:
            self._inhibitor.close()
            self._inhibitor = None


def _take_inhibitor(address: str, why: str) -> FileDescriptor | None:
    """Return a delay inhibitor, which is held until it is closed.

    It has a connection of its own for that call: asyncio receives no file descriptors.
    """
    manager = DBusAddress("/org/freedesktop/login1", bus_name=_LOGIND, interface=_MANAGER)
    call = new_method_call(manager, "Inhibit", "ssss", ("sleep", "nightcare", why, "delay"))
    with open_dbus_connection(address, enable_fds=True, auth_timeout=LIMIT) as bus:
        body = bus.send_and_get_reply(call, timeout=LIMIT).body
    match body:
        case (FileDescriptor() as taken,):
            # A new version of the program must not hold the old one's.
            os.set_inheritable(taken.fileno(), False)  # noqa: FBT003 - by position alone
            return taken
    return None
