"""Consequences of a reload: the new settings, the log, and a notice to the user."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import TextIO

from nightcare.desktop.clock import now
from nightcare.engine.notices import Subject
from nightcare.i18n.error_text import diagnostic_text, without_folder
from nightcare.service.config_reload import ConfigReload, ReloadResult
from nightcare.service.runtime import Runtime
from nightcare.service.upgrade import UpgradeRestart


class ReloadHandler:
    """The handler of reloads of the config and of changes of the environment."""

    def __init__(
        self, runtime: Runtime, config: ConfigReload, upgrade: UpgradeRestart, err: TextIO
    ) -> None:
        self._settings = runtime.settings
        self._desktop = runtime.desktop
        self._runtime = runtime
        self._config = config
        self._upgrade = upgrade
        self._err = err

    def handle_result(self, result: ReloadResult, meant_since: datetime) -> None:
        """Act on the result of a reload that was requested at an instant (UTC)."""
        match result:
            case ReloadResult.APPLIED:
                self._settings.update_language(self._desktop.environment.variables)
                self._runtime.reload(meant_since)
                self._settings.log("log_reloaded")
                backend, _ = self._desktop.choose_backend()
                if backend != self._desktop.notifier.name:
                    self._settings.log("log_backend_later", backend=backend)
                self._runtime.run_step(self._notify_applied)
            case ReloadResult.INVALID if self._upgrade.files_changed:
                # The config may be valid; it is read when the program's files are complete.
                self._upgrade.follow_again()
                self._runtime.run_sync()
            case ReloadResult.INVALID:
                self._settings.log("log_config_kept")
                for diagnostic in self._config.mistakes:
                    with contextlib.suppress(OSError, ValueError):
                        text = diagnostic_text(diagnostic, self._settings.translator)
                        print(text, file=self._err, flush=True)
                self._runtime.run_step(self._notify_invalid)
            case ReloadResult.UNCHANGED:
                pass

    def handle_environment(self, names: frozenset[str]) -> None:
        """Use variables that have arrived late."""
        self._settings.log("log_environment", names=", ".join(sorted(names)))
        if self._settings.update_language(self._desktop.environment.variables):
            self._runtime.reload(now())
        self._desktop.reconnect()
        self._runtime.run_sync()

    def _notify_applied(self) -> None:
        """Log and show what comes next by the new config."""
        engine, settings, moment = self._runtime.engine, self._settings, now()
        words, zone, coming = settings.translator, settings.zone.zone, engine.following(moment)
        if coming is None:
            line = words.text("next_nothing")
            settings.log("next_nothing")
        else:
            name = coming.key.reminder
            when = words.when(coming.due.astimezone(zone), moment.astimezone(zone))
            title = settings.loaded.schedule.title(name, words.text)
            line = words.text("next_line", reminder=title, due=when)
            settings.log("next_line", reminder=name, due=coming.due)
        engine.notices.withdraw(Subject.CONFIG)
        if self._desktop.notifier.name != "terminal":
            engine.notices.announce(words.text("notice_taken_up"), line, moment)
        self._runtime.sync()

    def _notify_invalid(self) -> None:
        """Show the first error until it is fixed."""
        words, mistakes = self._settings.translator, self._config.mistakes
        line = diagnostic_text(without_folder(mistakes[0]), words)
        if len(mistakes) > 1:
            line = words.text("notice_more", first=line, count=len(mistakes))
        if self._desktop.notifier.name != "terminal":
            notices = self._runtime.engine.notices
            notices.announce_until_closed(Subject.CONFIG, words.text("notice_mistake"), line)
        self._runtime.sync()
