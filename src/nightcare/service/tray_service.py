"""The tray icon of the service: when its code is loaded, and when it is shown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from nightcare.desktop.dbus.client import BusClient, BusSession
from nightcare.desktop.dbus.connection import Signal
from nightcare.desktop.own_process import FilesState, ProgramFiles, release_memory
from nightcare.desktop.tray import WATCHER
from nightcare.journal.service_status import PublishedTray
from nightcare.service.config_reload import ConfigReload
from nightcare.service.runtime import Runtime

if TYPE_CHECKING:
    from nightcare.desktop.tray.tray_icon import TrayIcon
    from nightcare.service.tray_actions import TrayActions


class TrayService:
    """The tray icon, which is shown while `[tray] show` allows it and there is a session bus.

    Until the first watcher of tray icons appears, the bus is asked to report one, and the code of
    the tray, which takes 1 MiB, is not loaded.

    Args:
        runtime: The engine.
        config: The config file.
        files: The program's files; the code is not loaded while they are replaced or missing.
    """

    rules = ()
    names = (WATCHER,)

    def __init__(self, runtime: Runtime, config: ConfigReload, files: ProgramFiles) -> None:
        self._runtime = runtime
        self._config = config
        self._files = files
        self._client: BusClient | None = None
        self._has_watcher = False
        self._actions: TrayActions | None = None
        self._icon: TrayIcon | None = None
        self._switched = asyncio.Event()
        self._refreshing = False

    async def run(self) -> None:
        """Wait for a watcher, then show the icon, while the config allows it; until cancelled."""
        try:
            while True:
                self._refresh()
                self._switched.clear()
                await self._serve()
        finally:
            if self._actions is not None:
                await self._actions.stop()

    async def _serve(self) -> None:
        """Wait for the watcher or show the icon, until the other is needed."""
        tasks: list[asyncio.Task[Any]] = [asyncio.create_task(self._switched.wait())]
        if self._icon is not None:
            tasks.append(asyncio.create_task(self._icon.run()))
        elif self._client is not None:
            tasks.append(asyncio.create_task(self._client.serve(self)))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    def refresh(self) -> None:
        """Update the icon soon, after a step of the engine."""
        if self._runtime.serving and not self._refreshing:
            self._refreshing = True
            asyncio.get_running_loop().call_soon(self._refresh)

    def status(self) -> PublishedTray:
        """Return where the icon is shown."""
        icon = self._icon
        if icon is None:
            return PublishedTray(shown=self._client is not None)
        return PublishedTray(shown=True, watcher=icon.watched, host=icon.host)

    def _refresh(self) -> None:
        self._refreshing = False
        allowed = self._runtime.settings.schedule.tray
        client = self._runtime.desktop.session_bus if allowed else None
        icon = None if client is None else self._icon
        if client is not None and icon is None and self._has_watcher:
            icon = self._load(client)
        if (client, icon) != (self._client, self._icon):
            self._client, self._icon = client, icon
            self._switched.set()
        if icon is not None:
            icon.refresh()

    def _load(self, client: BusClient) -> TrayIcon | None:
        """Load the code; return the icon, or None while the program's files are replaced."""
        if self._files.state() is not FilesState.UNCHANGED:
            return None
        try:
            from nightcare.desktop.tray.tray_icon import TrayIcon  # noqa: PLC0415 - with a tray
            from nightcare.service.tray_actions import TrayActions  # noqa: PLC0415 - likewise
        except Exception:
            if self._files.state() is FilesState.UNCHANGED:
                raise
            return None
        if self._files.state() is not FilesState.UNCHANGED:
            # The code may be that of another version, to which the service restarts soon.
            return None
        if self._actions is None:
            self._actions = TrayActions(self._runtime, self._config)
            release_memory()
        return TrayIcon(client, self._actions)

    # Called by the bus client, until the icon is shown

    def connected(self, session: BusSession) -> None:
        """Record whether there is a watcher."""
        self.owner_changed(WATCHER, session.owners[WATCHER])

    def disconnected(self) -> None:
        """Record that there is no watcher."""
        self._has_watcher = False

    def owner_changed(self, name: str, owner: str) -> None:
        """Load the icon once there is a watcher."""
        del name
        self._has_watcher = bool(owner)
        self.refresh()

    def handle_signal(self, signal: Signal) -> None:
        """Ignore a signal, because the icon has subscribed to none."""
