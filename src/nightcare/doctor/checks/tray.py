"""Check of the tray icon. It is a convenience, so no finding about it is a warning."""

from __future__ import annotations

from nightcare.doctor.check import Check, Finding, good, unknown
from nightcare.journal.service_status import ServiceStatus

GNOME_PACKAGE = "gnome-shell-extension-appindicator"
"""The package with the extension that gives GNOME a tray, on Debian, Ubuntu and Fedora."""


def judge_tray(status: ServiceStatus | None) -> list[Finding]:
    """Report where the running service, if any, shows its icon."""
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
