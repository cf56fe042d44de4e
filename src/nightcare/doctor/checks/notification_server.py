"""Check the notification server and do not disturb.

Source: https://specifications.freedesktop.org/notification/1.3.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from nightcare.desktop.dbus import Fault
from nightcare.desktop.notify.server_traits import INTERFACE, ServerTraits, nothing_remembered
from nightcare.desktop.programs import output
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
from nightcare.domain.notification import Capability

if TYPE_CHECKING:
    from nightcare.desktop.dbus.connection import Connection

_CAPABILITIES = {
    "actions": "can_buttons",
    "body": "can_body",
    "body-markup": "can_markup",
    "persistence": "can_persistence",
    "sound": "can_sound",
}
"""The capabilities of the specification that reminders use, with their texts."""


@dataclass(frozen=True)
class ServerIdentity:
    """The reply of a notification server to GetServerInformation."""

    name: str
    vendor: str
    version: str
    specification: str


@dataclass(frozen=True)
class ServerFacts:
    """The notification server on a session bus.

    Attributes:
        owned: Whether its name has an owner.
        startable: Whether the bus can start one; only asked if the name has no owner.
        process: The name of its process; empty if unknown.
        identity: Its identity.
        capabilities: Its capabilities, by their names in the specification.
    """

    owned: bool
    startable: bool = False
    process: str = ""
    identity: ServerIdentity | Fault = Fault.ABSENT
    capabilities: frozenset[str] | Fault = Fault.ABSENT

    @property
    def name(self) -> str | TextKey:
        """The best name for it that is known."""
        parts: tuple[str, ...] = ()
        if isinstance(self.identity, ServerIdentity):
            vendor = self.identity.vendor
            parts = (self.identity.name, self.identity.version, f"({vendor})" if vendor else "")
        return " ".join(filter(None, parts)) or self.process or TextKey("doctor_server_unnamed")


@dataclass(frozen=True)
class DoNotDisturbFacts:
    """Do not disturb.

    Attributes:
        on: Whether it is on; None if unknown.
        by: The program that reported it; empty for the notification server by its specification.
    """

    on: bool | None
    by: str = ""


NOT_KNOWN = DoNotDisturbFacts(None)


# Probes


async def probe_server(bus: Connection) -> ServerFacts:
    """Query the notification server; do not start one.

    Raises:
        CallError: The reply of the bus is malformed.
        TimeoutError: The bus does not answer.
    """
    from nightcare.desktop.dbus.client import or_fault  # noqa: PLC0415 - Linux only
    from nightcare.desktop.notify.server_queries import (  # noqa: PLC0415 - likewise
        query_capabilities,
        query_information,
    )

    owner = await bus.get_name_owner(INTERFACE)
    if owner is None:
        return ServerFacts(owned=False, startable=await bus.is_activatable(INTERFACE))
    identity, capabilities, process = await asyncio.gather(
        or_fault(query_information(bus, owner)),
        or_fault(query_capabilities(bus, owner)),
        or_fault(bus.get_process_id(owner)),
    )
    return ServerFacts(
        owned=True,
        process="" if isinstance(process, Fault) else _process_name(process),
        identity=identity if isinstance(identity, Fault) else ServerIdentity(*identity),
        capabilities=(capabilities if isinstance(capabilities, Fault) else frozenset(capabilities)),
    )


def _process_name(process: int) -> str:
    """Return the name of a process, proc_pid_comm(5); empty if it cannot be read."""
    try:
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


async def probe_do_not_disturb(bus: Connection, variables: Mapping[str, str]) -> DoNotDisturbFacts:
    """Query all sources of do not disturb on the bus at once; one that is on goes first.

    Args:
        bus: The session bus.
        variables: The environment, which locates the settings files of some servers.

    Raises:
        CallError: The reply of the bus is malformed.
        TimeoutError: The bus does not answer.
    """
    from nightcare.desktop.dbus.client import or_fault  # noqa: PLC0415 - Linux only
    from nightcare.desktop.presence.do_not_disturb import servers  # noqa: PLC0415 - likewise

    owner = await bus.get_name_owner(INTERFACE)
    if owner is None:
        return NOT_KNOWN
    sources = servers(variables)
    answers = await asyncio.gather(*(or_fault(source.ask(bus, owner)) for source in sources))
    for wanted in (True, False):
        for source, on in zip(sources, answers, strict=True):
            if on is wanted:
                return DoNotDisturbFacts(wanted, source.by)
    return NOT_KNOWN


def probe_desktop_setting(context: CheckContext) -> DoNotDisturbFacts:
    """Query the desktop's setting for do not disturb, for a server that does not report it."""
    if sys.platform != "linux":
        return NOT_KNOWN
    from nightcare.desktop.presence.do_not_disturb import setting_in_use  # noqa: PLC0415 - Linux only

    setting = setting_in_use(context.variables)
    if setting is None:
        return NOT_KNOWN
    try:
        printed = output(setting.command, context.variables, context.limits.call).out
    except (OSError, TimeoutError):
        return NOT_KNOWN
    on = setting.parse(printed)
    return NOT_KNOWN if on is None else DoNotDisturbFacts(on, setting.desktop)


# Judgement


def judge_server(server: ServerFacts, limit: timedelta, *, has_screen: bool) -> list[Finding]:
    """Judge the notification server.

    Args:
        server: The server.
        limit: The time that it had to answer.
        has_screen: Whether one could be started.
    """
    if not server.owned:
        if not server.startable:
            return [bad(Check.SERVER, "doctor_server_none")]
        if not has_screen:
            return [bad(Check.SERVER, "doctor_server_no_screen")]
        return [good(Check.SERVER, "doctor_server_startable")]
    match server.capabilities:
        case Fault.LATE if isinstance(server.identity, Fault):
            return [bad(Check.SERVER, "doctor_server_late", name=server.name, limit=limit)]
        case Fault():
            return [warning(Check.SERVER, "doctor_server_refused", name=server.name)]
        case capabilities:
            return _judge_capabilities(server, capabilities)


def _judge_capabilities(server: ServerFacts, listed: frozenset[str]) -> list[Finding]:
    identity, name = server.identity, server.name
    known = identity if isinstance(identity, ServerIdentity) else None
    information = () if known is None else (known.name, known.vendor, known.version)
    # Judged as a reminder uses it, without the user's own answer about its buttons.
    able = ServerTraits.of_replies(tuple(listed), information).capabilities(nothing_remembered)
    by_menu = Capability.MENU in able
    if not able & {Capability.BUTTONS, Capability.MENU}:
        listed -= {"actions"}
    texts = _CAPABILITIES | ({"actions": "can_menu"} if by_menu else {})
    can = tuple(TextKey(key) for one, key in texts.items() if one in listed)
    shown = {"name": name, "capabilities": can or TextKey("can_nothing")}
    if known is not None:
        specification = known.specification or "-"
        findings = [good(Check.SERVER, "doctor_server_good", specification=specification, **shown)]
    else:
        findings = [warning(Check.SERVER, "doctor_server_nameless", **shown)]
    if by_menu:
        findings.append(good(Check.SERVER, "doctor_server_menu", name=name))
    if "actions" not in listed:
        findings.append(warning(Check.SERVER, "doctor_server_no_buttons", name=name))
    if "body" not in listed:
        findings.append(warning(Check.SERVER, "doctor_server_no_body", name=name))
    return findings


def judge_do_not_disturb(quiet: DoNotDisturbFacts) -> Finding:
    """Judge do not disturb."""
    if quiet.on is None:
        return unknown(Check.QUIET, "doctor_quiet_unknown")
    by = quiet.by or TextKey("doctor_quiet_server")
    if quiet.on:
        return warning(Check.QUIET, "doctor_quiet_on", by=by)
    return good(Check.QUIET, "doctor_quiet_off", by=by)
