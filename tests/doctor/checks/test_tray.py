"""The doctor's finding about the tray icon."""

from __future__ import annotations

import pytest

from nightcare.doctor.check import Check, State, message_of
from nightcare.doctor.checks.running_service import GNOME_PACKAGE, judge_tray
from nightcare.i18n.translator import read_words
from nightcare.journal.service_status import PublishedEnvironment, PublishedTray, ServiceStatus


@pytest.mark.parametrize(
    ("tray", "desktop", "said"),
    [
        (PublishedTray(shown=True, watcher=True, host="waybar"), "sway", "waybar shows it"),
        (PublishedTray(shown=True, watcher=True, host="gnome-shell"), "GNOME", "gnome-shell shows"),
        (PublishedTray(shown=True, watcher=True), "KDE", "nothing has asked"),
        (PublishedTray(shown=True), "ubuntu:GNOME", f"install {GNOME_PACKAGE}"),
        (PublishedTray(shown=True), "sway", "no tray now"),
        (PublishedTray(), "XFCE", "turned off"),
    ],
)
def test_the_finding_names_the_host_or_what_is_missing(
    tray: PublishedTray, desktop: str, said: str
) -> None:
    """It is never a warning: reminders come without a tray."""
    status = ServiceStatus(tray=tray, environment=PublishedEnvironment(desktop=desktop))
    (finding,) = judge_tray(status)
    assert finding.check is Check.TRAY
    assert finding.state in {State.GOOD, State.UNKNOWN}
    assert said in message_of(finding, read_words("en"))


@pytest.mark.parametrize("status", [None, ServiceStatus()])
def test_without_a_service_that_says_so_it_is_unknown(status: ServiceStatus | None) -> None:
    """An older service publishes nothing about a tray."""
    (finding,) = judge_tray(status)
    assert finding.state is State.UNKNOWN
