"""The desktop that the service is connected to: its bus, its notifier, presence, environment.

A service may start before the desktop: the session bus and variables of the environment are then
taken over when they arrive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from nightcare.desktop.dbus import bus_clients, session_bus, usual_bus
from nightcare.desktop.file_watch import watch
from nightcare.desktop.notify.factory import adapt_to_desktop, choose_screen, chosen_backend
from nightcare.desktop.presence.monitor import PresenceMonitor, PresencePrefetch
from nightcare.desktop.systemd.service_manager import ServiceEnvironment
from nightcare.domain.notification import NotifierChanged
from nightcare.i18n.event_log import capabilities_text, draws_no_buttons
from nightcare.paths import started_by_systemd
from nightcare.service.active_settings import ActiveSettings, ServiceContext


class DesktopSession:
    """The connection to the desktop.

    Attributes:
        environment: The environment, kept in line with the user manager's.
        in_terminal: Whether the service was started in a terminal.
        session_bus: The client of the session bus; None on platforms without one.
        why: The reason for the notification backend, as in the log.
        notifier: The notifier.
        startable: Whether the bus can start a notification server on demand.
        buttons: The user's answers whether servers draw buttons, by description.
        presence: The monitor of presence.
        prefetch: Queries of presence before something is due.
    """

    def __init__(self, context: ServiceContext, settings: ActiveSettings) -> None:
        self._settings = settings
        self.environment = ServiceEnvironment(
            context.variables, managed=started_by_systemd(context.variables)
        )
        self.in_terminal = context.out.isatty()
        backend, self.why = self.choose_backend()
        self.session_bus, system = bus_clients(context.variables, backend)
        self.startable = False
        self.buttons: Mapping[str, object] = {}
        self.notifier = choose_screen(
            settings.schedule,
            context.variables,
            context.out,
            self._draws_buttons,
            watched=self.in_terminal,
            bus=self.session_bus,
        )
        self._description = self.notifier.describe()
        self.presence = PresenceMonitor(
            self.session_bus, system, self.environment.variables, settings.schedule
        )
        self.prefetch = PresencePrefetch(self.presence)

    def choose_backend(self) -> tuple[str, str]:
        """Return the backend for the config and the environment, and the reason for it."""
        variables = self.environment.variables
        return chosen_backend(self._settings.schedule, variables, watched=self.in_terminal)

    def log_backend(self) -> None:
        """Log the backend in use."""
        screen = self._settings.translator.text(f"screen_{self.notifier.name}")
        self._settings.log(f"shown_by_{self.why}", screen=screen)

    def update_environment(self, *, always: bool = True) -> None:
        """Query the user manager for changed variables.

        Args:
            always: Whether to query it even if the desktop and the language are known.
        """
        if always or self.environment.incomplete:
            self.environment.look()

    def prepare(self) -> None:
        """Query environment and presence, because something is due in a moment."""
        self.update_environment(always=not self._description)
        self.prefetch.start()

    async def prepared(self) -> None:
        """Wait for the answers to `prepare`, for a limited time."""
        await self.environment.settled()
        await self.prefetch.finish()

    async def await_bus(self, connected: Callable[[], None]) -> None:
        """Wait for a session bus if there is none, and connect to it.

        Args:
            connected: Called when there is one.
        """
        variables = self.environment.variables
        path = usual_bus(variables)
        if self.why != "awaited_bus" or path is None:
            return
        found = asyncio.Event()
        watching = asyncio.create_task(
            watch(path, lambda: found.set() if session_bus(variables) else None)
        )
        try:
            await found.wait()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        self.reconnect()
        connected()
        self.update_environment()

    def reconnect(self) -> None:
        """Connect to the session bus that the environment names now."""
        address = session_bus(self.environment.variables)
        if address is not None and self.why == "awaited_bus":
            _, self.why = self.choose_backend()
            self.log_backend()
        adapt_to_desktop(self.notifier, self.environment.variables)
        self.presence.restart()
        if self.session_bus is not None:
            self.session_bus.move(address)

    def handle_notifier_change(self, event: NotifierChanged) -> None:
        """Log another notification server."""
        self.startable = event.startable
        description, log = self.notifier.describe(), self._settings.log
        if description == self._description:
            return
        self._description = description
        if not description:
            log("notifier_startable" if self.startable else "no_notifier")
            return
        # A desktop with a notification server has usually set its variables.
        self.update_environment()
        capabilities = self.notifier.capabilities
        can = capabilities_text(self._settings.translator, capabilities)
        log("notifier_can", notifier=description, capabilities=can)
        if draws_no_buttons(capabilities):
            log("notifier_no_buttons")

    def _draws_buttons(self, notifier: str) -> bool | None:
        answer = self.buttons.get(notifier)
        return answer if isinstance(answer, bool) else None
