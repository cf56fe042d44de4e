"""Do not disturb: all who may know are asked at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from nightcare.desktop.dbus.client import or_fault
from nightcare.desktop.dbus.connection import Connection
from nightcare.desktop.notify.server_traits import INTERFACE
from nightcare.desktop.presence.do_not_disturb import servers, setting_in_use
from nightcare.desktop.probe_results import DoNotDisturbFacts, Fault
from nightcare.desktop.programs import output


async def find_quiet(bus: Connection, variables: Mapping[str, str]) -> DoNotDisturbFacts:
    """What the notification server says; who says that it is on goes first.

    Args:
        bus: The session bus.
        variables: The environment, which says where LXQt keeps its settings.

    Raises:
        Refused: The bus does not do what a bus does.
        TimeoutError: The bus itself does not answer.
    """
    owner = await bus.get_name_owner(INTERFACE)
    if owner is None:
        return DoNotDisturbFacts(None)
    sources = servers(variables)
    answers = await asyncio.gather(*(or_fault(one.ask(bus, owner)) for one in sources))
    for wanted in (True, False):
        for source, on in zip(sources, answers, strict=True):
            if not isinstance(on, Fault) and on is wanted:
                return DoNotDisturbFacts(on, source.by)
    return DoNotDisturbFacts(None)


def setting_of_desktop(variables: Mapping[str, str], limit: float) -> DoNotDisturbFacts:
    """Ask the setting of the desktop, where it has one; for those whose server says nothing.

    Args:
        variables: The environment, which names the desktop.
        limit: Seconds within which `gsettings` must answer.
    """
    setting = setting_in_use(variables)
    if setting is None:
        return DoNotDisturbFacts(None)
    try:
        on = setting.parse(output(setting.command, variables, limit).out)
    except (OSError, TimeoutError):
        return DoNotDisturbFacts(None)
    return DoNotDisturbFacts(None) if on is None else DoNotDisturbFacts(on, setting.desktop)
