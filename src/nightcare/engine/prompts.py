"""Prompts that wait until the screen is free, and give way to reminders."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import datetime, timedelta

from nightcare.domain.care_day import Calendar
from nightcare.domain.notification import Message, MessageEvent, NotificationShown
from nightcare.engine.context import Context
from nightcare.engine.ports import EventLog, Notifier


class DeferrablePrompt(ABC):
    """A message that can wait, if it is on the screen.

    Attributes:
        token: The token of its message; None if that is neither on the screen nor being sent.
        next: When to update next because of it (UTC); None where there is no need.
        beside_notices: Whether it may come while a notice is on the screen.
    """

    beside_notices = True

    def __init__(self, screen: Notifier, log: EventLog) -> None:
        self._screen = screen
        self._log = log
        self.token: str | None = None
        self._latest: str | None = None
        self._closes: datetime | None = None
        self._shown = False
        self.next: datetime | None = None

    @property
    def visible(self) -> bool:
        """True if it is on the screen, or is being sent."""
        return self.token is not None

    @abstractmethod
    def update(self, context: Context, calendar: Calendar, now: datetime, *, free: bool) -> None:
        """Show it, keep it or take it off.

        Args:
            context: The schedule, zone, journal and texts in use.
            calendar: The care days by this context.
            now: The instant (UTC).
            free: Whether nothing else is on the screen, and a prompt is allowed.
        """

    def concerns(self, event: MessageEvent) -> bool:
        """Return whether an event belongs to it, also a late report that it was shown.

        Then it was on the screen before it gave way, and the person may have read it.
        """
        late = isinstance(event, NotificationShown) and event.token == self._latest
        return late or event.token == self.token

    @abstractmethod
    def handle_event(self, event: MessageEvent, context: Context, now: datetime) -> None:
        """Handle an event that belongs to it (now in UTC); each event implies that it was shown."""

    def withdraw(self) -> None:
        """Take it off the screen."""
        if self.token is not None:
            self._screen.close(self.token)
        self.token = None

    def _show(self, message: Message, until: datetime | None = None) -> None:
        """Put it on the screen, until an instant (UTC) at the latest."""
        self.token = self._latest = message.token
        self._closes, self._shown = until, False
        self._screen.show(message)

    def _mark_shown(self, now: datetime, stays: timedelta) -> None:
        """Record that a notifier has shown it (now in UTC), and how long it stays."""
        closes = now + stays
        self._closes = closes if self._closes is None else min(closes, self._closes)
        self._shown = True

    def _keep(self, now: datetime, *, wanted: bool) -> None:
        """Keep it only while it is wanted, and its time (UTC) is not over."""
        if not wanted or (self._closes is not None and self._closes <= now):
            self.withdraw()


class Prompts:
    """Prompts, of which at most one is on the screen.

    Args:
        prompts: The prompts; an earlier one comes first.
    """

    def __init__(self, *prompts: DeferrablePrompt) -> None:
        self._prompts = prompts

    def __iter__(self) -> Iterator[DeferrablePrompt]:
        """Iterate over all of them."""
        return iter(self._prompts)

    def withdraw(self) -> None:
        """Take all of them off the screen."""
        for prompt in self:
            prompt.withdraw()

    def update(self, context: Context, now: datetime, *, free: bool, noticed: bool) -> None:
        """Show, keep or take off each prompt.

        Args:
            context: The schedule, zone, journal and texts in use.
            now: The instant (UTC).
            free: Whether no reminder is on the screen, and a prompt is allowed.
            noticed: Whether a notice is on the screen.
        """
        calendar = context.calendar()
        for prompt in self:
            if not prompt.beside_notices:
                # One that is on the screen stays there.
                free = free and (prompt.visible or not noticed)
            prompt.update(context, calendar, now, free=free)
            free = free and not prompt.visible

    def handle_event(self, event: MessageEvent, context: Context, now: datetime) -> bool:
        """Handle an event (now in UTC) if it belongs to a prompt; return whether it does."""
        prompt = next((one for one in self if one.concerns(event)), None)
        if prompt is not None:
            prompt.handle_event(event, context, now)
        return prompt is not None
