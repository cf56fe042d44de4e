"""The doctor's findings about the tray icon and the bridge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nightcare.doctor.check import Check, State, fix_of, message_of
from nightcare.doctor.checks.running_service import GNOME_PACKAGE, judge_bridge, judge_tray
from nightcare.i18n.translator import read_words
from nightcare.journal.bridge_status import BridgeStatus
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


CONNECTED = BridgeStatus("broker:8883", "nightcare/anna/01", connected=True, topics=("a", "b"))
LOST = replace(CONNECTED, connected=False, trouble="login", reason="Not authorized")


def test_without_the_table_nothing_is_said() -> None:
    """Most people have no broker."""
    assert judge_bridge(LOST, wanted=False, runs=True) == []


@pytest.mark.parametrize(
    ("status", "runs", "state", "said"),
    [
        (CONNECTED, True, State.GOOD, "broker:8883"),
        (BridgeStatus(), True, State.UNKNOWN, "not reached its broker"),
        (CONNECTED, False, State.WARNING, "does not run"),
        (LOST, True, State.WARNING, "Not authorized"),
        (replace(CONNECTED, refused=("x/y",)), True, State.WARNING, "x/y"),
        (replace(LOST, trouble="password_for_others", reason="/p"), True, State.WARNING, "600 /p"),
    ],
)
def test_the_reason_is_said_with_a_fix(
    status: BridgeStatus, *, runs: bool, state: State, said: str
) -> None:
    """A warning, and never worse: reminders come without a phone."""
    (finding,) = judge_bridge(status, wanted=True, runs=runs)
    assert finding.state is state
    for language in ("en", "da"):
        translator = read_words(language)
        assert (fix_of(finding, translator) is not None) is (state is State.WARNING)
        assert message_of(finding, translator)
    assert said in message_of(finding, read_words("en"))


def test_computers_with_another_schedule_are_named() -> None:
    """Each with what differs, also while the broker cannot be reached."""
    for status in (CONNECTED, LOST):
        differing = ("Laptop (sleep)", "Work (reminders.water)")
        found = judge_bridge(replace(status, differing=differing), wanted=True, runs=True)
        assert len(found) == 2
        for language in ("en", "da"):
            translator = read_words(language)
            assert "Work (reminders.water)" in message_of(found[1], translator)
            assert fix_of(found[1], translator)
    assert len(judge_bridge(CONNECTED, wanted=True, runs=True)) == 1
