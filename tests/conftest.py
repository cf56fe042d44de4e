"""Fixtures for all tests: no test touches the real session, and none with real parts is skipped."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from parts.home import NO_BUS, TIME_ZONES

pytest_plugins = ["parts.fixtures"]

_OURS = ("DISPLAY", "WAYLAND_DISPLAY", "NOTIFY_SOCKET", "LANGUAGE", "LC_ALL", "LC_MESSAGES")

_ALL_DESKTOPS = (
    "test_tray_items.py", "test_graphical_calendar.py", "test_separate_networks.py"
)  # fmt: skip
"""The tests that only `--desktops all` runs."""

# How fast an example runs says nothing on a busy machine.
settings.register_profile("checks", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=10)
settings.load_profile("checks")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what takes long: real panels and calendars, GNOME Shell, separate networks."""
    name = collection_path.name
    if name == "test_home_assistant.py":
        return None if config.getoption("--home-assistant") else True
    if name == "test_first_release.py":
        return None if config.getoption("--first-release") else True
    every = config.getoption("--desktops") == "all"
    return None if every or name not in _ALL_DESKTOPS else True


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the options of tests/real and of ./scripts/upgrades."""
    for version in ("first", "this", "next"):
        parser.addoption(
            f"--{version}-release", metavar="FOLDER", help="its packages, for tests of upgrades"
        )
    parser.addoption(
        "--write-table",
        action="store_true",
        help="write what real notification servers do to docs/notification-servers.md",
    )
    parser.addoption(
        "--home-assistant",
        metavar="ENVIRONMENT",
        help="the virtual environment of Home Assistant; scripts/home-assistant makes one",
    )
    parser.addoption(
        "--desktops",
        choices=["usual", "all"],
        default="usual",
        help="the notification servers to look at; all: GNOME Shell too, which takes longer",
    )


@pytest.fixture(scope="session", autouse=True)
def nobody() -> Iterator[None]:
    """Provide an empty home without a session to every test that does not make its own."""
    kept = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="nightcare-") as home:
        for name in kept:
            if name in _OURS or name.startswith(("DBUS_", "NIGHTCARE_", "XDG_", "WATCHDOG_")):
                del os.environ[name]
        os.environ |= {
            "HOME": home,
            "TZ": "Europe/Copenhagen",
            "TZDIR": TIME_ZONES,
            "LANG": "C.UTF-8",
            "DBUS_SYSTEM_BUS_ADDRESS": NO_BUS,
            # Without it the runtime folder of who runs the tests would count.
            "XDG_RUNTIME_DIR": f"{home}/run",
        }
        yield
    os.environ.clear()
    os.environ |= kept


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test of tests/real that does not say that it needs real parts."""
    for item in items:
        if "real" in item.path.parts and item.get_closest_marker("real") is None:
            raise pytest.UsageError(f"{item.nodeid} lacks the marker `real`")


def pytest_collection_finish() -> None:
    """Exempt the collected tests from garbage collection.

    There are thousands of them, so a collection, which some tests and each start of the service
    cause, would take 0.4 s instead of less than 0.1 s.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test fail that needs a real part and is skipped; under CI, any test that is skipped.

    The one exemption, which does not hold under CI: what is `privileged` may be skipped where the
    system does not allow it.
    """
    report = yield
    needed = item.get_closest_marker("real") and not item.get_closest_marker("privileged")
    if report.skipped and not hasattr(report, "wasxfail") and (needed or os.environ.get("CI")):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} must run here and was skipped: {report.longrepr}"
    return report
