"""Who can say whether somebody is there: what to ask them, and which signals tell of a change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from jeepney import MatchRule

from nightcare.desktop.dbus.client import PROPERTIES, BusClient
from nightcare.desktop.dbus.connection import Signal
from nightcare.domain.reminders import Condition


@dataclass(frozen=True)
class ChangeSignal:
    """A signal that tells that an answer may have changed.

    Attributes:
        name: The name that its sender must own.
        interface: The interface it belongs to.
        member: Its name.
        first: What its first argument must be; empty for anything.
        below: A path that its first argument must lead to or come from; empty for anything.
    """

    name: str
    interface: str
    member: str
    first: str = ""
    below: str = ""

    def rule(self) -> str:
        """What the bus is asked to pass on."""
        rule = MatchRule(
            type="signal", sender=self.name, interface=self.interface, member=self.member
        )
        if self.first:
            rule.add_arg_condition(0, self.first)
        if self.below:
            rule.add_arg_condition(0, self.below, "path")
        return str(rule.serialise())

    def is_told_by(self, signal: Signal) -> bool:
        """Whether it is this signal, whoever sent it."""
        if (signal.interface, signal.member) != (self.interface, self.member):
            return False
        first = signal.body[0] if signal.body else None
        if self.first:
            return first == self.first
        if self.below:
            return isinstance(first, str) and (
                first.startswith(self.below) or self.below.startswith(first)
            )
        return True


def _all(_: Signal) -> bool:
    return True


@dataclass(frozen=True)
class PresenceSource:
    """Somebody on a bus who can say how one matter stands.

    Attributes:
        matter: What it has a say in.
        by: What it is called; empty for the notification server by its specification.
        name: The name that it owns; while nobody does, nobody says.
        ask: Asks the owner with this unique name; raises Refused where it cannot say.
        told: What tells that it must be asked again.
        on_system_bus: Whether it is on the system bus, not on the session's.
        when_needed: Whether it may change without a signal, and must be asked when it matters.
        alone: Whether it knows best: where it says anything, the others are not heeded.
        concerns: Whether a signal that is one of `told` is meant for us.
    """

    matter: Condition
    by: str
    name: str
    ask: Callable[[BusClient, str], Awaitable[bool]]
    told: tuple[ChangeSignal, ...] = ()
    on_system_bus: bool = False
    when_needed: bool = False
    alone: bool = False
    concerns: Callable[[Signal], bool] = _all


def property_changed(name: str, interface: str) -> ChangeSignal:
    """Who owns a name tells that a property of an interface has changed."""
    return ChangeSignal(name, PROPERTIES, "PropertiesChanged", first=interface)
