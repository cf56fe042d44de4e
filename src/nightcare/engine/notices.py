"""Notices of nightcare itself, beside the reminders: one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nightcare.domain.notification import Message, MessageEvent, NotificationShown
from nightcare.domain.reminders import Urgency
from nightcare.engine.ports import Notifier

_STAYS = timedelta(seconds=10)


@dataclass(frozen=True)
class _Notice:
    """The text of a notice; one of low urgency goes away by itself."""

    title: str
    body: str
    urgency: Urgency


class Notices:
    """The notice on the screen, or waiting for somebody to be there; it takes no answer.

    Attributes:
        token: What it is called on the screen; None where it is neither there nor on its way.
    """

    def __init__(self, screen: Notifier) -> None:
        self._screen = screen
        self._number = 0
        self.token: str | None = None
        self._closes: datetime | None = None
        self._waiting: _Notice | None = None
        self._here = True

    @property
    def closes(self) -> datetime | None:
        """The end (UTC) of the present notice; None where it stays."""
        return self._closes

    def announce(self, title: str, body: str, now: datetime) -> None:
        """Say something now (UTC), or once somebody is there, that goes away by itself."""
        self._say(_Notice(title, body, Urgency.LOW), now + _STAYS)

    def announce_until_closed(self, title: str, body: str) -> None:
        """Say something that stays until it is taken back, or somebody closes it."""
        self._say(_Notice(title, body, Urgency.NORMAL), None)

    def withdraw(self) -> None:
        """Take the notice off the screen, or say it no more."""
        if self.token is not None:
            self._screen.close(self.token)
        self.token = self._closes = self._waiting = None

    def update(self, now: datetime, *, here: bool) -> None:
        """Say what has waited, or take off what has been there long enough (now in UTC).

        Args:
            now: The instant.
            here: Whether somebody is there, and may be told something that can wait.
        """
        self._here = here
        if self._closes is not None and self._closes <= now:
            self.withdraw()
        if here and self._waiting is not None:
            passing = self._waiting.urgency is Urgency.LOW
            self._show(self._waiting, now + _STAYS if passing else None)

    def concerns(self, event: MessageEvent) -> bool:
        """Take in an event if it belongs to a notice; whether it did."""
        if event.token != self.token:
            return False
        if not isinstance(event, NotificationShown):
            self.withdraw()
        return True

    def _say(self, notice: _Notice, closes: datetime | None) -> None:
        self.withdraw()
        if self._here:
            self._show(notice, closes)
        else:
            self._waiting = notice

    def _show(self, notice: _Notice, closes: datetime | None) -> None:
        self._waiting = None
        self._number += 1
        self.token = f"notice/{self._number}"
        self._closes = closes
        title, body = notice.title, notice.body
        stays = None if closes is None else _STAYS
        self._screen.show(
            Message(self.token, title, body, urgency=notice.urgency, place="notice", stays=stays)
        )
