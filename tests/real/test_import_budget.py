"""The modules that the running service may load; docs/performance.md has the cost of each."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from parts.bus import private_bus
from parts.home import private_home
from parts.program import Nightcare

pytestmark = pytest.mark.real

NOT_FOR_THE_SERVICE = {
    "apscheduler.executors.pool", "apscheduler.triggers.cron", "click", "ctypes.util", "dbus_fast",
    "email",
    "importlib.metadata", "multiprocessing", "platformdirs", "plyer", "pydantic", "pydantic_core",
    "pydantic_settings", "random", "rich", "ssl", "tempfile", "tomlkit", "typing_extensions",
    "tzlocal", "uuid", "zipfile",
}  # fmt: skip

SCRIPT = """
import os, sys
from nightcare.service.__main__ import main
try:
    sys.exit(main(sys.argv[4:]))
finally:
    with open(os.environ["LOADED"], "w") as out:
        out.write(" ".join(sys.modules))
"""


def test_what_the_service_may_load_with_a_desktop_and_after_a_reload() -> None:
    """Neither what validates its config nor what its libraries import and it never uses."""
    with private_home() as home, private_bus(home) as bus:
        said = home.aside / "loaded"
        session = {"DBUS_SESSION_BUS_ADDRESS": bus.address, "LOADED": str(said)}
        person = Nightcare(home, session, within=(sys.executable, "-c", SCRIPT))
        # The first start keeps what it had validated, which takes more.
        for _ in range(2):
            person.configure('[reminders.sip]\ntopic = "hydration"\nevery = "2h"\n')
            with person.service() as service:
                service.reload()
                service.end()
        found = set(Path(said).read_text(encoding="utf-8").split())
        assert {"jeepney", "apscheduler", "asyncinotify", "nightcare.service.app"} <= found
        assert sorted(found & NOT_FOR_THE_SERVICE) == []
