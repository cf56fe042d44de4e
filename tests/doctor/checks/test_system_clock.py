"""The synchronisation of the clock, as the probe finds it."""

from __future__ import annotations

import asyncio

import pytest

from nightcare.doctor.checks.system_clock import probe_synchronisation
from parts.bus import PrivateBus
from parts.named_service import NamedService
from parts.probes import context_of

_TIMEDATE = "org.freedesktop.timedate1"


@pytest.mark.parametrize("on", [True, False])
def test_whether_the_clock_is_kept_right(bus: PrivateBus, *, on: bool) -> None:
    """As systemd's timedated says it, on the system bus."""

    async def story() -> bool | None:
        async with NamedService(bus.address, _TIMEDATE) as service:
            service.switch(_TIMEDATE, "NTPSynchronized", on=on)
            return await probe_synchronisation(context_of({"DBUS_SYSTEM_BUS_ADDRESS": bus.address}))

    assert asyncio.run(story()) is on


def test_whether_the_clock_is_kept_right_may_not_be_known(bus: PrivateBus) -> None:
    """Without who could say, where they say nothing, and without a bus."""

    async def story() -> list[bool | None]:
        here = {"DBUS_SYSTEM_BUS_ADDRESS": bus.address}
        said = [await probe_synchronisation(context_of(here))]
        async with NamedService(bus.address, _TIMEDATE):
            said.append(await probe_synchronisation(context_of(here)))
        return [
            *said,
            await probe_synchronisation(context_of({"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/no"})),
        ]

    assert asyncio.run(story()) == [None, None, None]
