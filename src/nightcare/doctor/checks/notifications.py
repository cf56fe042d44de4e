"""What the session bus, the notification server and do not disturb mean for reminders."""

from __future__ import annotations

from datetime import timedelta

from nightcare.desktop.notify.server_traits import ANSWER_ON_ANY_CLICK, DRAW_NO_BUTTONS
from nightcare.desktop.probe_results import DoNotDisturbFacts, Fault, Identity, NotifierFacts
from nightcare.doctor.finding import Check, Finding, Said, bad, good, unknown, warning

_CAPABILITIES = {
    "actions": "can_buttons",
    "body": "can_body",
    "body-markup": "can_markup",
    "persistence": "can_persistence",
    "sound": "can_sound",
}
"""Of the specification's capabilities those that matter here."""


def judge_bus(address: str | None, fault: Fault | None, limit: timedelta) -> Finding:
    """The session bus.

    Args:
        address: Where it is; None where there is none.
        fault: Why it does not answer; None if it does.
        limit: What it had to answer in.
    """
    if address is None:
        return bad(Check.BUS, "doctor_bus_none", "doctor_bus_none_mend")
    match fault:
        case None:
            return good(Check.BUS, "doctor_bus_good", address=address)
        case Fault.LATE:
            return bad(
                Check.BUS,
                "doctor_bus_late",
                "doctor_bus_late_mend",
                address=address,
                limit=limit,
            )
        case _:
            return bad(Check.BUS, "doctor_bus_gone", "doctor_bus_gone_mend", address=address)


def judge_plyer(obstacle: str) -> Finding:
    """Judge plyer on Linux, where it fails without a word; no obstacle is an empty text."""
    if obstacle:
        return bad(Check.BUS, "doctor_plyer", "doctor_plyer_mend", reason=obstacle)
    return good(Check.BUS, "doctor_bus_not_needed", backend="plyer")


def judge_notifier(notifier: NotifierFacts, limit: timedelta, *, drawn: bool) -> list[Finding]:
    """Judge the notification server.

    Args:
        notifier: What was found of it.
        limit: What it had to answer in.
        drawn: Whether there is a screen on which one could be started.
    """
    if not notifier.owned:
        if notifier.startable and not drawn:
            return [bad(Check.SERVER, "doctor_server_no_screen", "doctor_server_no_screen_mend")]
        if notifier.startable:
            return [good(Check.SERVER, "doctor_server_startable")]
        return [bad(Check.SERVER, "doctor_server_none", "doctor_server_none_mend")]
    name = _name(notifier)
    match notifier.capabilities:
        case Fault.LATE:
            return [
                bad(
                    Check.SERVER,
                    "doctor_server_late",
                    "doctor_server_late_mend",
                    name=name,
                    limit=limit,
                )
            ]
        case Fault():
            return [
                warning(
                    Check.SERVER, "doctor_server_refused", "doctor_server_refused_mend", name=name
                )
            ]
        case capabilities:
            return _judge_capabilities(name, notifier.identity, capabilities)


def _judge_capabilities(
    name: object, identity: Identity | Fault, capabilities: frozenset[str]
) -> list[Finding]:
    if isinstance(identity, Identity) and identity.name in ANSWER_ON_ANY_CLICK:
        capabilities -= {"actions"}
    by_menu = "actions" in capabilities and _by_menu(identity)
    words = _CAPABILITIES | ({"actions": "can_menu"} if by_menu else {})
    can = tuple(Said(key) for one, key in words.items() if one in capabilities)
    shown = can or Said("can_nothing")
    if isinstance(identity, Identity):
        first = good(
            Check.SERVER,
            "doctor_server_good",
            name=name,
            specification=identity.specification or "-",
            capabilities=shown,
        )
    else:
        first = warning(
            Check.SERVER,
            "doctor_server_nameless",
            "doctor_server_nameless_mend",
            name=name,
            capabilities=shown,
        )
    findings = [first]
    if by_menu:
        findings.append(good(Check.SERVER, "doctor_server_menu", name=name))
    if "actions" not in capabilities:
        findings.append(
            warning(
                Check.SERVER, "doctor_server_no_buttons", "doctor_server_no_buttons_mend", name=name
            )
        )
    if "body" not in capabilities:
        findings.append(
            warning(Check.SERVER, "doctor_server_no_body", "doctor_server_no_body_mend", name=name)
        )
    return findings


def _by_menu(identity: Identity | Fault) -> bool:
    return isinstance(identity, Identity) and identity.name in DRAW_NO_BUTTONS


def _name(notifier: NotifierFacts) -> object:
    if isinstance(notifier.identity, Identity):
        one = notifier.identity
        parts = (one.name, one.version, f"({one.vendor})" if one.vendor else "")
        return " ".join(filter(None, parts)) or notifier.process or Said("doctor_server_unnamed")
    return notifier.process or Said("doctor_server_unnamed")


def judge_quiet(quiet: DoNotDisturbFacts) -> Finding:
    """Do not disturb."""
    if quiet.on is None:
        return unknown(Check.QUIET, "doctor_quiet_unknown")
    by = quiet.by or Said("doctor_quiet_server")
    if quiet.on:
        return warning(Check.QUIET, "doctor_quiet_on", "doctor_quiet_on_mend", by=by)
    return good(Check.QUIET, "doctor_quiet_off", by=by)
