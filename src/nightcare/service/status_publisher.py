"""Publication of the service's status and of the plan in force."""

from __future__ import annotations

import os
from dataclasses import replace

from nightcare import __version__
from nightcare.config.config_source import settings_of
from nightcare.desktop.clock import now
from nightcare.desktop.dbus import session_bus
from nightcare.desktop.instance_lock import InstanceLock, ServiceRecord
from nightcare.desktop.time_zone import ZoneSource
from nightcare.i18n.error_text import diagnostic_text
from nightcare.journal.service_status import (
    PublishedCondition,
    PublishedEnvironment,
    PublishedTray,
    PublishedZone,
    ServiceStatus,
    write_status,
)
from nightcare.paths import started_by_systemd
from nightcare.service.active_settings import PLAN_NOTE, ServiceContext, plan_note
from nightcare.service.config_reload import ConfigReload
from nightcare.service.runtime import Runtime
from nightcare.service.upgrade import UpgradeRestart


def service_record(context: ServiceContext, config: ConfigReload) -> ServiceRecord:
    """Return the record of this process."""
    return ServiceRecord(
        os.getpid(),
        context.state.absolute(),
        config.path.absolute(),
        settings_of(context.variables),
    )


class StatusPublisher:
    """The publisher of the status, in the journal, and of the record of the service."""

    def __init__(
        self,
        context: ServiceContext,
        runtime: Runtime,
        config: ConfigReload,
        upgrade: UpgradeRestart,
        lock: InstanceLock,
        record: ServiceRecord,
    ) -> None:
        self._context = context
        self._settings = runtime.settings
        self._journal = runtime.journal
        self._desktop = runtime.desktop
        self._config = config
        self._upgrade = upgrade
        self._lock = lock
        self._record = record
        self._since = now()

    def publish(self, tray: PublishedTray) -> None:
        """Write the record, the status and the plan, as far as they have changed."""
        self._publish_record()
        write_status(self._journal, self._status(tray))
        plan = plan_note(self._settings.loaded.values, self._settings.zone)
        self._journal.write_note(PLAN_NOTE, plan)

    def _publish_record(self) -> None:
        """Let commands know in what the schedule in force may differ from the saved config."""
        zone = self._settings.zone
        record = replace(
            self._record,
            keeps_schedule=self._config.unread or self._upgrade.published_state is not None,
            zone=zone.name,
            zone_rules=zone.checksum,
        )
        if record != self._record:
            self._record = record
            self._lock.publish(record)

    def _status(self, tray: PublishedTray) -> ServiceStatus:
        settings, desktop = self._settings, self._desktop
        loaded, zone, notifier = settings.loaded, settings.zone, desktop.notifier
        return ServiceStatus(
            pid=os.getpid(),
            version=__version__,
            screen=notifier.name,
            notifier=notifier.describe(),
            notifier_startable=desktop.startable,
            capabilities=tuple(sorted(notifier.capabilities)),
            why=desktop.why,
            config=None if loaded.path is None else str(loaded.path),
            program=str(self._upgrade.files.marker.parent),
            upgrade=self._upgrade.published_state,
            values=loaded.values,
            mistakes=tuple(
                diagnostic_text(one, settings.translator) for one in self._config.mistakes
            ),
            unread=self._config.unread,
            zone=PublishedZone(
                zone.name,
                zone.source,
                known=zone.understood and zone.source is not ZoneSource.DEFAULT,
                lost=settings.zone_lost,
            ),
            environment=self._environment(),
            tray=tray,
            presence={
                str(condition): PublishedCondition(known.on, tuple(known.by))
                for condition, known in desktop.presence.known().items()
            },
        )

    def _environment(self) -> PublishedEnvironment:
        context, variables = self._context, self._desktop.environment.variables
        return PublishedEnvironment(
            bus=session_bus(variables),
            config=str(self._config.path.absolute()),
            desktop=variables.get("XDG_CURRENT_DESKTOP", ""),
            display=variables.get("WAYLAND_DISPLAY") or variables.get("DISPLAY", ""),
            language=self._settings.translator.language,
            managed=started_by_systemd(context.variables),
            path=variables.get("PATH", ""),
            since=self._since.isoformat(),
            state=str(context.state.absolute()),
            variables=tuple(sorted(settings_of(context.variables))),
            watched=self._desktop.in_terminal,
        )
