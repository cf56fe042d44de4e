"""Notices of nightcare itself, beside the reminders; they have no buttons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nightcare.domain.notification import Message, MessageEvent, NotificationShown
from nightcare.domain.reminders import Urgency
from nightcare.engine.ports import Notifier

_STAYS = timedelta(seconds=10)


class Subject(StrEnum):
    """The subject of a notice; a notice replaces only an earlier one of the same subject."""

    EVENT = "event"
    """Something that has just happened; the notice closes by itself."""
    CONFIG = "config"
    """The config is invalid."""
    RELIEF = "relief"
    """The steps to relieve a cramp."""


@dataclass(frozen=True)
class _Notice:
    """A notice: its text, its token once it is shown, and when it closes (UTC) if by itself."""

    title: str
    body: str
    token: str | None = None
    closes: datetime | None = None


class Notices:
    """The notices on the screen, or waiting until the person is present: one for each subject."""

    def __init__(self, screen: Notifier) -> None:
        self._screen = screen
        self._number = 0
        self._notices: dict[Subject, _Notice] = {}
        self._here = True

    @property
    def tokens(self) -> list[str]:
        """The tokens of the notices that are on the screen or on their way there."""
        return [one.token for one in self._notices.values() if one.token is not None]

    @property
    def closes(self) -> datetime | None:
        """The next instant (UTC) at which a notice closes by itself."""
        return min((one.closes for one in self._notices.values() if one.closes), default=None)

    def announce(self, title: str, body: str, now: datetime) -> None:
        """Show a notice now (UTC), or once the person is present; it closes by itself."""
        self._say(Subject.EVENT, _Notice(title, body), now + _STAYS)

    def announce_until_closed(self, subject: Subject, title: str, body: str) -> None:
        """Show a notice that stays until it is withdrawn or the person closes it."""
        self._say(subject, _Notice(title, body), None)

    def withdraw(self, *subjects: Subject) -> None:
        """Withdraw the notices of these subjects, or all."""
        for subject in subjects or Subject:
            notice = self._notices.pop(subject, None)
            if notice is not None and notice.token is not None:
                self._screen.close(notice.token)

    def update(self, now: datetime, *, here: bool) -> None:
        """Show the notices that have waited, and close those whose time is over (now in UTC).

        Args:
            now: The instant.
            here: Whether the person is present, and notices that can wait may be shown.
        """
        self._here = here
        for subject, notice in tuple(self._notices.items()):
            if notice.closes is not None and notice.closes <= now:
                self.withdraw(subject)
            elif here and notice.token is None:
                self._show(subject, notice, now + _STAYS if subject is Subject.EVENT else None)

    def concerns(self, event: MessageEvent) -> bool:
        """Handle an event if it belongs to a notice; return whether it did."""
        for subject, notice in self._notices.items():
            if notice.token == event.token:
                if not isinstance(event, NotificationShown):
                    self.withdraw(subject)
                return True
        return False

    def _say(self, subject: Subject, notice: _Notice, closes: datetime | None) -> None:
        self.withdraw(subject)
        self._notices[subject] = notice
        if self._here:
            self._show(subject, notice, closes)

    def _show(self, subject: Subject, notice: _Notice, closes: datetime | None) -> None:
        self._number += 1
        token = f"notice/{self._number}"
        self._notices[subject] = _Notice(notice.title, notice.body, token, closes)
        passing = subject is Subject.EVENT
        self._screen.show(
            Message(
                token,
                notice.title,
                notice.body,
                urgency=Urgency.LOW if passing else Urgency.NORMAL,
                # A server that supports places shows one notification in each.
                place=f"notice {subject}",
                stays=_STAYS if passing else None,
            )
        )
