"""The modules that the running service may load; docs/performance.md has the cost of each."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from parts.bus import PrivateBus, private_bus
from parts.home import Home, private_home
from parts.processes import HANG_SECONDS
from parts.program import Nightcare
from parts.tray_host import TrayHost

pytestmark = pytest.mark.real

NOT_FOR_THE_SERVICE = {
    "apscheduler.executors.pool", "apscheduler.triggers.cron", "ast", "asyncio.sslproto", "click",
    "cronsim", "ctypes.util", "dbus_fast", "email",
    "importlib.metadata", "ipaddress", "multiprocessing", "platformdirs", "plyer", "pydantic",
    "pydantic_core",
    "pydantic_settings", "random", "rich", "ssl", "sysconfig", "tempfile", "tomli", "tomlkit",
    "typing_extensions", "tzlocal", "uuid", "zipfile", "zlib", "nightcare.i18n.guidance_text",
    "nightcare.i18n.snippets", "nightcare.journal.bridge_status", "nightcare.journal.salvage",
}  # fmt: skip

OF_THE_TRAY = {
    "nightcare.desktop.dbus.exported_object", "nightcare.desktop.tray.tray_icon",
    "nightcare.service.tray_actions", "nightcare.service.tray_menu",
}  # fmt: skip
"""Loaded once there is a watcher of tray icons."""

SCRIPT = """
import gc, os, sys
from nightcare.service.__main__ import main
try:
    sys.exit(main(sys.argv[4:]))
finally:
    with open(os.environ["LOADED"], "w") as out:
        out.write(" ".join([*sys.modules, *(["gc.isenabled"] if gc.isenabled() else [])]))
"""


def test_what_the_service_may_load_with_a_desktop_and_after_a_reload() -> None:
    """Neither what validates its config nor what its libraries import and it never uses."""
    with private_home() as home, private_bus(home) as bus:
        found = _loaded(home, bus)
    assert {"jeepney", "apscheduler", "asyncinotify", "nightcare.service.app"} <= found
    assert "gc.isenabled" in found, "garbage is collected again after the start"
    assert sorted(found & (NOT_FOR_THE_SERVICE | OF_THE_TRAY)) == []


def test_the_tray_is_loaded_where_there_is_one() -> None:
    """It has nothing else with it but the reader of its pictures."""

    async def beside_a_watcher(home: Home, bus: PrivateBus) -> set[str]:
        async with TrayHost(bus.address) as host:
            loop = asyncio.get_running_loop()

            def wait_for_icon() -> None:
                asyncio.run_coroutine_threadsafe(host.icon(), loop).result(HANG_SECONDS)

            return await asyncio.to_thread(_loaded, home, bus, wait_for_icon)

    with private_home() as home, private_bus(home) as bus:
        found = asyncio.run(beside_a_watcher(home, bus))
    assert found >= OF_THE_TRAY
    assert sorted(found & NOT_FOR_THE_SERVICE) == ["zlib"]


def _loaded(
    home: Home, bus: PrivateBus, before_end: Callable[[], object] = lambda: None
) -> set[str]:
    """Run the service with a config that was validated before; return the modules it has loaded."""
    said = home.aside / "loaded"
    session = {"DBUS_SESSION_BUS_ADDRESS": bus.address, "LOADED": str(said)}
    person = Nightcare(home, session, within=(sys.executable, "-c", SCRIPT))
    for _ in range(2):
        person.configure('[reminders.sip]\ntopic = "hydration"\nevery = "2h"\n')
        with person.service() as service:
            service.reload()
            before_end()
            service.end()
    return set(Path(said).read_text(encoding="utf-8").split())
