"""A screen that takes what it is given, tells it late, or is broken; and what was on it before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nightcare.domain.notification import Capability, Message, NotificationShown, NotifierEvent


@dataclass
class Screen:
    """A screen in memory.

    Attributes:
        wanted: What ought to be there.
        visible: The tokens of what the person sees.
        broken: Whether it takes nothing just now.
        slow: Whether it tells what it has taken only later.
        told: What it has to tell at once.
        late: What it tells later.
        gone: What was there before, for events that come too late.
        shown: The tokens of all that it was given, in order.
        seen: The tokens of all that the person has seen, in order.
    """

    name: str = "world"
    capabilities: frozenset[Capability] = frozenset({Capability.BUTTONS, Capability.BODY})
    wanted: dict[str, Message] = field(default_factory=dict)
    visible: set[str] = field(default_factory=set)
    broken: bool = False
    slow: bool = False
    told: list[NotificationShown] = field(default_factory=list)
    late: list[NotificationShown] = field(default_factory=list)
    gone: list[Message] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def describe(self) -> str:
        """Return what it is."""
        return "world"

    def show(self, message: Message) -> None:
        """Take a message, unless it is broken."""
        self.wanted[message.token] = message
        self.shown.append(message.token)
        if not self.broken:
            self._take(message.token)

    def close(self, token: str) -> None:
        """Take a message off."""
        message = self.wanted.pop(token, None)
        if message is not None and token in self.visible:
            self.gone.append(message)
        self.visible.discard(token)

    def forget(self, handle: str, token: str) -> None:
        """Do nothing: each run has a screen of its own."""

    def quiet(self, *, on: bool) -> None:
        """Do nothing: what is sent is seen."""

    async def run(self, report: Callable[[NotifierEvent], None]) -> None:
        """Do nothing: what is reported is fetched."""

    def mend(self) -> None:
        """Take what could not be taken."""
        self.broken = False
        for token in self.wanted:
            if token not in self.visible:
                self._take(token)

    def _take(self, token: str) -> None:
        self.visible.add(token)
        self.seen.append(token)
        event = NotificationShown(token, f"handle of {token}")
        (self.late if self.slow else self.told).append(event)
