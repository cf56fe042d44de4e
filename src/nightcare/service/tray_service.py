"""The tray icon of the service: when it is shown, and what it shows."""

from __future__ import annotations

import asyncio

from nightcare.desktop.clock import now
from nightcare.desktop.tray.menu import Appearance, MenuItem, TrayState
from nightcare.desktop.tray.tray_icon import TrayIcon
from nightcare.engine.diary_actions import DiaryActions
from nightcare.engine.outlook_reader import read_outlook
from nightcare.engine.user_actions import UserActions
from nightcare.errors import StateError
from nightcare.journal.memory_fallback import FallbackJournal
from nightcare.journal.service_status import PublishedTray
from nightcare.service.active_settings import ActiveSettings, ServiceContext
from nightcare.service.config_reload import ConfigReload
from nightcare.service.desktop_session import DesktopSession
from nightcare.service.runtime import Runtime
from nightcare.service.tray_actions import TrayActions
from nightcare.service.tray_menu import TrayFacts, appearance, menu_items


class TrayService:
    """The tray icon, which is shown while `[tray] show` allows it and there is a session bus."""

    def __init__(
        self,
        context: ServiceContext,
        settings: ActiveSettings,
        journal: FallbackJournal,
        config: ConfigReload,
        desktop: DesktopSession,
        runtime: Runtime,
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._config = config
        self._desktop = desktop
        self._runtime = runtime
        self._actions = TrayActions(context, settings, journal, config, desktop, runtime)
        self._icon: TrayIcon | None = None
        self._appearance = Appearance(TrayState.QUIET, "nightcare")
        self._switched = asyncio.Event()
        self._refreshing = False

    async def run(self) -> None:
        """Show the icon whenever the config allows it, until cancelled."""
        try:
            await self._serve()
        finally:
            await self._actions.stop()

    async def _serve(self) -> None:
        while True:
            self._switched.clear()
            self._refresh()
            switched = asyncio.create_task(self._switched.wait())
            serving = None if self._icon is None else asyncio.create_task(self._icon.run())
            tasks = [switched, *([] if serving is None else [serving])]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            if serving is not None and not serving.cancelled():
                serving.result()

    def refresh(self) -> None:
        """Bring the icon in line soon, after a step of the engine."""
        if self._runtime.serving and not self._refreshing:
            self._refreshing = True
            asyncio.get_running_loop().call_soon(self._refresh)

    def status(self) -> PublishedTray:
        """Return where the icon is shown."""
        icon = self._icon
        if icon is None:
            return PublishedTray(shown=False)
        return PublishedTray(shown=True, watcher=icon.watched, host=icon.host)

    def _refresh(self) -> None:
        self._refreshing = False
        client = self._desktop.session_bus
        wanted = client is not None and self._settings.schedule.tray
        if wanted != (self._icon is not None):
            self._icon = TrayIcon(client, self) if wanted and client is not None else None
            self._switched.set()
        if self._icon is not None:
            self._icon.refresh()

    # The model of the icon

    def appearance(self) -> Appearance:
        """Return the look of the icon now; the last one while the journal cannot be read."""
        facts = self._facts()
        if facts is not None:
            self._appearance = appearance(facts)
        return self._appearance

    def menu(self) -> tuple[MenuItem, ...]:
        """Return the items of the menu now; none while the journal cannot be read."""
        facts = self._facts()
        return () if facts is None else menu_items(facts)

    def press(self, name: str) -> None:
        """Do what an item stands for."""
        self._actions.press(name)

    def activate(self) -> None:
        """Show what is open once more; else say what comes next."""
        self._actions.activate()

    def host_changed(self) -> None:
        """Publish which program shows the icon."""
        self._runtime.run_sync()

    def _facts(self) -> TrayFacts | None:
        settings, journal, moment = self._settings, self._journal, now()
        try:
            actions = UserActions(settings.schedule, settings.zone.zone, journal)
            calendar = actions.calendar()
            diary = DiaryActions(journal.diary, calendar)
            night = diary.last_night(moment)
            outlook = read_outlook(settings.schedule, calendar, journal, moment)
            return TrayFacts(
                outlook=outlook,
                translator=settings.translator,
                last_action=actions.undoable(),
                night=night,
                answer=diary.night(night).answer,
                invalid=bool(self._config.mistakes),
                routine=outlook.routine_key is not None,
            )
        except StateError:
            return None
