"""The connection to the desktop."""

from __future__ import annotations

import asyncio
from pathlib import Path

from nightcare.desktop.clock import now
from nightcare.journal.store import BUTTONS_NOTE, Journal
from parts.bus import PrivateBus, private_bus
from parts.home import private_home
from parts.notification_server import NotificationServer
from service.bench import CONFIG, Bench


def test_what_the_person_says_of_buttons_is_taken_up_at_once(tmp_path: Path) -> None:
    """Of a server without buttons the next reminder names the command."""

    async def said(bus: PrivateBus) -> None:
        config = CONFIG.replace("terminal", "freedesktop")
        bench = Bench(tmp_path, config, DBUS_SESSION_BUS_ADDRESS=bus.address)
        async with NotificationServer(bus.address) as server:
            serving = asyncio.create_task(bench.app.run())
            await bench.until(lambda: "Scripted 2.5 (nobody)" in bench.out.getvalue())
            await bench.until(lambda: bench.started)
            other = Journal.open(bench.state)
            other.request_trial("sip", now())
            await server.until_asked(1)
            other.write_note(BUTTONS_NOTE, {"Scripted 2.5 (nobody)": False})
            other.request_trial("sip", now())
            await server.until_asked(2)
            other.close()
            bench.app.shutdown.request()
            await serving
            named = [one.body.startswith("Answer: nightcare done") for one in server.asked]
            assert named == [False, True]

    with private_home() as home, private_bus(home) as own:
        asyncio.run(said(own))
