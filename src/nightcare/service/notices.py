"""What nightcare has to say for itself, beside the reminders: one quiet notice at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from nightcare.domain.message import Message, MessageEvent, Shown
from nightcare.domain.reminders import Urgency
from nightcare.service.ports import Screen

_STAYS = timedelta(seconds=10)


class Notices:
    """The notice on the screen, if there is one; it takes no answer."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._number = 0
        self._token: str | None = None
        self._closes: datetime | None = None

    @property
    def closes(self) -> datetime | None:
        """When the present notice has been there long enough (UTC); None where it stays."""
        return self._closes

    def mention(self, title: str, body: str, now: datetime) -> None:
        """Say something now (UTC) that goes away by itself."""
        self._show(title, body, Urgency.LOW)
        self._closes = now + _STAYS

    def insist(self, title: str, body: str) -> None:
        """Say something that stays until it is taken back, or somebody closes it."""
        self._show(title, body, Urgency.NORMAL)

    def take_back(self) -> None:
        """Take the notice off the screen."""
        if self._token is not None:
            self._screen.close(self._token)
        self._token = self._closes = None

    def reckon(self, now: datetime) -> None:
        """Take off what has been there long enough (now in UTC)."""
        if self._closes is not None and self._closes <= now:
            self.take_back()

    def concerns(self, event: MessageEvent) -> bool:
        """Take in an event if it belongs to a notice; whether it did."""
        if event.token != self._token:
            return False
        if not isinstance(event, Shown):
            self.take_back()
        return True

    def _show(self, title: str, body: str, urgency: Urgency) -> None:
        self.take_back()
        self._number += 1
        self._token = f"notice/{self._number}"
        self._screen.show(Message(self._token, title, body, urgency=urgency, place="notice"))
