"""The service: its parts, connected and run until the end."""

from __future__ import annotations

import asyncio
import gc
from datetime import datetime

from nightcare.config.config_source import LoadResult
from nightcare.desktop.clock import now
from nightcare.desktop.file_watch import watch
from nightcare.desktop.instance_lock import InstanceLock, ServiceRecord, home_folder, runtime_folder
from nightcare.desktop.own_process import FilesState, ProgramFiles, release_memory
from nightcare.desktop.systemd.service_manager import ServiceManager
from nightcare.desktop.time_zone import LOCAL_TIME
from nightcare.errors import StateError
from nightcare.journal.memory_fallback import FallbackJournal
from nightcare.service.active_settings import ActiveSettings, ServiceContext
from nightcare.service.config_reload import ConfigReload, ReloadHandler, ReloadResult
from nightcare.service.desktop_session import DesktopSession
from nightcare.service.runtime import Runtime
from nightcare.service.shutdown import Shutdown, cancel_all
from nightcare.service.status_publisher import StatusPublisher, service_record
from nightcare.service.tray_service import TrayService
from nightcare.service.upgrade import UpgradeRestart


class ServiceApp:
    """The running service.

    Args:
        context: The surroundings of the service.
        loaded: The config to start with.

    Raises:
        StateError: Another service runs.
    """

    def __init__(self, context: ServiceContext, loaded: LoadResult) -> None:
        self._context = context
        self.shutdown = Shutdown()
        self.settings = ActiveSettings(context, loaded)
        self._manager = ServiceManager(context.variables)
        files = ProgramFiles.of_this_process()
        self.config = ConfigReload(context, self.settings, files, self._manager.reloading)
        record = service_record(context, self.config)
        self._lock = self._take_lock(record)
        self.upgrade = UpgradeRestart(files, context.config, self._handle_files)
        self.desktop = DesktopSession(context, self.settings)
        self.journal = FallbackJournal(context.state, now, self.settings.log)
        self.runtime = Runtime(
            self.settings, self.journal, self.desktop, self._publish, self.shutdown.fail
        )
        self._publisher = StatusPublisher(
            context, self.runtime, self.config, self.upgrade, self._lock, record
        )
        self._tray = TrayService(self.runtime, self.config, files)
        self._reloads = ReloadHandler(self.runtime, self.config, self.upgrade, context.err)

    def _take_lock(self, record: ServiceRecord) -> InstanceLock:
        context, variables = self._context, self._context.variables
        lock = InstanceLock(context.state, runtime_folder(variables), home_folder(variables))
        if not lock.take():
            raise StateError("already_running")
        lock.publish(record)
        return lock

    async def run(self) -> None:
        """Serve until a signal or an upgrade ends the service.

        Raises:
            Exception: The error of the part that has failed.
        """
        self.shutdown.listen(self._handle_hangup)
        monitor = asyncio.create_task(self.desktop.presence.run(self.runtime.handle_presence))
        # A reminder that returns with the start must not be shown on a locked screen.
        await self.desktop.presence.refresh()
        self.runtime.start()
        parts = [
            self.desktop.notifier.run(self.runtime.handle_notifier),
            self._manager.feed_watchdog(),
            self.config.run(self._handle_reload),
            self.desktop.environment.run(self._reloads.handle_environment),
            self.desktop.await_bus(self.runtime.run_sync),
            self.upgrade.run(self.config.read_again),
            self._tray.run(),
            watch(self.journal.file, self.runtime.handle_journal),
            watch(LOCAL_TIME, self.runtime.handle_clock),
            watch(self.config.path, self.config.saved),
        ]
        tasks = [monitor, *(asyncio.create_task(one) for one in parts)]
        self._report_ready()
        # Validation of the config and the code leave free memory behind.
        release_memory()
        gc.enable()
        try:
            await self.shutdown.wait(tasks)
        finally:
            self.runtime.serving = False
            if self.shutdown.restarts:
                self._manager.reloading()
            else:
                self._manager.stopping()
            self.config.stop()
            self.upgrade.stop()
            self.runtime.stop()
            self.settings.log("log_stopped")
            await cancel_all([*tasks, *self.desktop.prefetch.running(), *self.upgrade.running()])
            self.journal.close()
            if self.shutdown.restarts:
                self._lock.hand_over()
            else:
                self._lock.release()

    def reload(self) -> None:
        """Reload the config; before the start it was read a moment ago."""
        if self.runtime.serving:
            self.desktop.update_environment()
            self.config.request()

    def _handle_hangup(self) -> None:
        """Reload the config, or end if the terminal of the service was closed."""
        if self.desktop.in_terminal and not self._context.out.isatty():
            self.shutdown.request()
        else:
            self.reload()

    def _handle_reload(self, result: ReloadResult, meant_since: datetime) -> None:
        self._reloads.handle_result(result, meant_since)
        if result is not ReloadResult.UNCHANGED:
            self._report_ready()

    def _handle_files(self) -> None:
        """Act on a change of the program's files: reload the config, or restart."""
        self.settings.log(f"log_program_{self.upgrade.state.name.lower()}")
        if self.upgrade.state is FilesState.UNCHANGED:
            self.reload()
        self.runtime.run_step(self.runtime.sync)

    def _publish(self) -> None:
        self._publisher.publish(self._tray.status())
        self._tray.refresh()
        if self.runtime.serving and self.upgrade.is_due(self.journal):
            self.shutdown.request(restart=True)

    def _report_ready(self) -> None:
        count = len(self.settings.schedule.enabled)
        self._manager.ready(self.settings.translator.text("status_reminders", count=count))
