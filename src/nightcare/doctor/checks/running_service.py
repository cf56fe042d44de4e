"""Check the running service, its environment against that of this command, its tray and bridge.

A service has the environment of the user manager, and a shell has another (docs/decisions.md, "The
service and the shell").
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nightcare import __version__
from nightcare.desktop.instance_lock import running_service, service_runs
from nightcare.doctor.check import (
    Check,
    CheckContext,
    Finding,
    TextKey,
    bad,
    good,
    unknown,
    warning,
)
from nightcare.domain.delivery import DeliveryStatus
from nightcare.i18n.error_text import trouble_key
from nightcare.journal.bridge_status import BridgeStatus
from nightcare.journal.service_status import PublishedEnvironment, ServiceStatus
from nightcare.languages import desktop_language
from nightcare.paths import bridge_runs, differing, is_same_path, state_folder

_NOTIFIERS = {"freedesktop": "doctor_screen_desktop", "terminal": "doctor_screen_terminal"}
_PROGRAM = Path(__file__).parents[2]
"""The folder of the installed program."""

_RESTART = "doctor_service_restart"
_INSTALL = "doctor_service_install"


@dataclass(frozen=True)
class CommandEnvironment:
    """The environment of this command.

    Attributes:
        variables: Its variables.
        language: The language of its texts; None if the config names it.
        state: The folder of the journal by its variables alone; empty if they name none.
        settings: The `NIGHTCARE_*` variables whose values differ from the service's.
        program: The program that must be run to query do not disturb on this desktop, if any.
    """

    variables: Mapping[str, str]
    language: str | None
    state: str
    settings: tuple[str, ...]
    program: str

    @classmethod
    def of(cls, context: CheckContext, configured: str | None) -> CommandEnvironment:
        """Return the environment in a context; `configured` is the language of the config."""
        variables, running = context.variables, context.service.running
        return cls(
            variables=variables,
            language=desktop_language(variables) if configured is None else None,
            state=str(state_folder()) if variables.get("XDG_STATE_HOME") else "",
            settings=() if running is None else differing(variables, running),
            program=_settings_program(variables),
        )


def _settings_program(variables: Mapping[str, str]) -> str:
    if sys.platform != "linux":
        return ""
    from nightcare.desktop.presence.do_not_disturb import setting_in_use  # noqa: PLC0415 - Linux only

    setting = setting_in_use(variables)
    return "" if setting is None else setting.command[0]


def probe_service(context: CheckContext) -> bool:
    """Return whether a service of this person runs."""
    if running_service(context.variables) is not None:
        return True
    return context.state is not None and service_runs(context.state)


def judge_service(
    status: ServiceStatus | None, config: Path | None, *, desktop: bool
) -> list[Finding]:
    """Judge the running service.

    Args:
        status: The status that it published; None if none runs.
        config: The config file that this command reads; None for the built-in defaults.
        desktop: Whether a service that is started now would show reminders on the desktop.
    """
    if status is None:
        return [bad(Check.SERVICE, "doctor_service_stopped")]
    if status == ServiceStatus():
        return [warning(Check.SERVICE, "doctor_service_mute", _RESTART)]
    return [*_judge_status(status, config), *_judge_terminal(status, desktop=desktop)]


def _judge_status(status: ServiceStatus, own_config: Path | None) -> Iterable[Finding]:
    theirs = status.config or TextKey("built_in")
    shown = TextKey(_NOTIFIERS.get(status.screen, "doctor_screen_other"))
    yield good(Check.SERVICE, "doctor_service_good", pid=status.pid, screen=shown, config=theirs)
    if status.version != __version__:
        running = status.version or TextKey("doctor_service_some_version")
        versions = {"running": running, "installed": __version__}
        yield warning(Check.SERVICE, "doctor_service_older", _INSTALL, **versions)
    if status.program is not None and status.program != str(_PROGRAM):
        paths = {"theirs": status.program, "ours": _PROGRAM}
        yield warning(Check.SERVICE, "doctor_service_elsewhere", _INSTALL, **paths)
    match status.upgrade:
        case "missing":
            yield bad(Check.SERVICE, "doctor_program_missing", "doctor_unit_missing_mend")
        case "unusable":
            yield warning(Check.SERVICE, "doctor_program_unusable", _INSTALL)
        case "waiting":
            yield warning(Check.SERVICE, "doctor_program_waiting")
        case _:
            pass
    if not _reads_same_file(status.config, own_config):
        ours = own_config or TextKey("built_in")
        yield warning(Check.SERVICE, "doctor_service_other_config", theirs=theirs, ours=ours)


def _judge_terminal(status: ServiceStatus, *, desktop: bool) -> Iterable[Finding]:
    """Judge a service that shows reminders in its terminal or log."""
    service = status.environment
    if status.screen != "terminal":
        return
    if status.why == "configured":
        if service is not None and not service.watched:
            yield warning(Check.SERVICE, "doctor_service_log")
    elif service is not None and service.watched:
        if desktop:
            yield warning(Check.SERVICE, "doctor_service_terminal", _RESTART)
    elif service is not None or desktop:
        yield bad(Check.SERVICE, "doctor_service_terminal", _RESTART)


def judge_refusal(refusal: DeliveryStatus | None) -> list[Finding]:
    """Judge the reason why the running service could not show an open reminder."""
    if refusal is None:
        return []
    # A server that the person has paused returns no id.
    report = warning if refusal is DeliveryStatus.NO_ID else bad
    reason = TextKey(f"delivery_{refusal.word}")
    return [report(Check.SERVICE, "doctor_not_shown", reason=reason)]


def _reads_same_file(theirs: str | None, ours: Path | None) -> bool:
    """Return whether the service and this command read the same config, as far as is known."""
    if theirs is None:
        return ours is None
    # A relative path was named in a folder that is not known here.
    return not Path(theirs).is_absolute() or (ours is not None and is_same_path(ours, Path(theirs)))


def judge_environment(
    service: PublishedEnvironment, own: CommandEnvironment, *, has_screen: bool
) -> Iterable[Finding]:
    """Judge the differences between the environments of the service and of this command.

    Args:
        service: The environment of the service.
        own: The environment of this command.
        has_screen: Whether this command runs in a session with a screen; otherwise its variables do
            not name the desktop.
    """
    if own.state and service.state and own.state != service.state:
        yield good(Check.SERVICE, "doctor_service_state", theirs=service.state, ours=own.state)
    if own.settings:
        yield warning(Check.SERVICE, "doctor_service_settings", names=own.settings)
    if own.language is not None and service.language not in {"", own.language}:
        languages = {"theirs": service.language, "ours": own.language}
        yield warning(Check.SERVICE, "doctor_service_language", **languages)
    fix = "doctor_import_mend" if service.managed else "doctor_bus_other_run_mend"
    desktop = own.variables.get("XDG_CURRENT_DESKTOP", "")
    if has_screen and desktop and desktop != service.desktop:
        desktops = {"theirs": service.desktop or TextKey("doctor_none"), "ours": desktop}
        names = "XDG_CURRENT_DESKTOP"
        yield warning(Check.SERVICE, "doctor_service_desktop", fix, names=names, **desktops)
    if (
        own.program
        and _is_on(own.variables.get("PATH", ""), own.program)
        and not _is_on(service.path, own.program)
    ):
        named = {"program": own.program, "names": "PATH"}
        yield warning(Check.SERVICE, "doctor_service_program", fix, **named)


def _is_on(path: str, program: str) -> bool:
    return bool(path) and shutil.which(program, path=path) is not None


def judge_home(home: str | None) -> Finding:
    """Report a home folder that belongs to another user."""
    return bad(Check.SERVICE, "doctor_home", home=home)


GNOME_PACKAGE = "gnome-shell-extension-appindicator"
"""The package with the extension that gives GNOME a tray, on Debian, Ubuntu and Fedora."""


def judge_tray(status: ServiceStatus | None) -> list[Finding]:
    """Report where the running service, if any, shows its icon.

    The tray is a convenience, so no finding about it is a warning.
    """
    if status is None or status.tray is None:
        return [unknown(Check.TRAY, "doctor_tray_unknown")]
    tray, environment = status.tray, status.environment
    desktop = "" if environment is None else environment.desktop
    if not tray.shown:
        return [good(Check.TRAY, "doctor_tray_off")]
    if tray.host:
        return [good(Check.TRAY, "doctor_tray_shown", host=tray.host)]
    if tray.watcher:
        return [unknown(Check.TRAY, "doctor_tray_waits")]
    if "GNOME" in desktop.upper().split(":"):
        return [good(Check.TRAY, "doctor_tray_gnome", package=GNOME_PACKAGE)]
    return [good(Check.TRAY, "doctor_tray_none")]


def probe_bridge(context: CheckContext) -> bool:
    """Return whether the bridge runs."""
    return context.state is not None and bridge_runs(context.state)


def judge_bridge(status: BridgeStatus, *, wanted: bool, runs: bool) -> list[Finding]:
    """Judge the connection to the broker.

    Args:
        status: The status that the bridge published last.
        wanted: Whether the config has a table `[mqtt]`.
        runs: Whether the bridge runs.
    """
    if not wanted:
        return []
    values: dict[str, object] = {
        "address": status.address,
        "root": status.root,
        "count": len(status.topics),
        "topics": status.refused,
        "trouble": TextKey(trouble_key(status.trouble), {"reason": status.reason})
        if status.trouble
        else "",
    }
    differs = [warning(Check.MQTT, "bridge_differs", computers=status.differing)]
    return [
        _bridge_connection(status.sentence(runs=runs), values),
        *(differs if status.differing else []),
    ]


def _bridge_connection(sentence: str, values: dict[str, object]) -> Finding:
    match sentence:
        case "bridge_connected":
            return good(Check.MQTT, "bridge_connected", **values)
        case "bridge_connecting":
            return unknown(Check.MQTT, "bridge_connecting")
        case "bridge_stopped":
            return warning(Check.MQTT, "bridge_stopped")
        case "bridge_refused":
            return warning(Check.MQTT, "bridge_refused", **values)
        case "bridge_rival":
            return warning(Check.MQTT, "bridge_rival", **values)
    return warning(Check.MQTT, "bridge_trouble", **values)
