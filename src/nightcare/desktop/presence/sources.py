"""The sources of presence: what to ask them, and which signals say that an answer has changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from jeepney import MatchRule

from nightcare.desktop.dbus.connection import PROPERTIES, Connection, Signal
from nightcare.domain.reminders import Condition


@dataclass(frozen=True)
class ChangeSignal:
    """A signal that says that an answer may have changed.

    Attributes:
        name: The name that its sender must own.
        interface: The interface it belongs to.
        member: Its name.
        first: The value of its first argument; empty for any.
        below: A path that its first argument must lead to or come from; empty for any.
    """

    name: str
    interface: str
    member: str
    first: str = ""
    below: str = ""

    def rule(self) -> str:
        """Return the match rule for the bus."""
        rule = MatchRule(
            type="signal", sender=self.name, interface=self.interface, member=self.member
        )
        if self.first:
            rule.add_arg_condition(0, self.first)
        if self.below:
            rule.add_arg_condition(0, self.below, "path")
        return str(rule.serialise())

    def matches(self, signal: Signal) -> bool:
        """Return whether a signal is this one, whoever sent it."""
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


@dataclass(frozen=True)
class PresenceSource:
    """A service on a bus that says whether a condition holds.

    Attributes:
        condition: The condition.
        by: The name of the source for the user; empty for the notification server by its
            specification.
        name: The name that it owns on the bus; without an owner there is no answer.
        ask: Asks the owner with this unique name; raises CallError if it cannot say.
        signals: The signals on which it is asked again.
        on_system_bus: Whether it is on the system bus, not on the session bus.
        when_needed: Whether its answer may change without a signal.
        alone: Whether its answer counts more than those of all other sources.
        concerns: Returns whether a signal that is one of `signals` is meant for us.
        release: Gives back what `ask` has set up on a connection, when it is asked no more.
    """

    condition: Condition
    by: str
    name: str
    ask: Callable[[Connection, str], Awaitable[bool]]
    signals: tuple[ChangeSignal, ...] = ()
    on_system_bus: bool = False
    when_needed: bool = False
    alone: bool = False
    concerns: Callable[[Signal], bool] = lambda _: True
    release: Callable[[Connection], None] = lambda _: None


def property_changed(name: str, interface: str) -> ChangeSignal:
    """Return the signal with which the owner of a name reports a change of a property."""
    return ChangeSignal(name, PROPERTIES, "PropertiesChanged", first=interface)
