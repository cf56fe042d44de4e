"""Handles of the notifications on the screen, by which the next run takes off what is left."""

from __future__ import annotations

from collections.abc import Container

from nightcare.domain.notification import NotificationShown
from nightcare.engine.ports import JournalPort, Notifier

SCREEN_NOTE = "screen"
"""The name of the note: the handle of each notification on the screen, by its token."""


class Handles:
    """The handles of all that the service has on the screen, whatever it is."""

    def __init__(self, screen: Notifier) -> None:
        self._screen = screen
        self._earlier: dict[str, str] = {}
        self._present: dict[str, str] = {}

    def close_earlier(self, journal: JournalPort) -> list[str]:
        """Take off what an earlier run has left on the screen; return the tokens, oldest first."""
        noted = journal.read_note(SCREEN_NOTE).items()
        self._earlier = {token: handle for token, handle in noted if isinstance(handle, str)}
        for token, handle in self._earlier.items():
            self._screen.forget(handle, token)
        return list(self._earlier)

    def add(self, shown: NotificationShown, journal: JournalPort) -> None:
        """Write down the handle of what has just come on the screen.

        A screen takes off what earlier runs have left before it shows anything, so that is over.
        Until then it stays written down, in case this run is killed before.
        """
        self._earlier.clear()
        self._present.pop(shown.token, None)
        if shown.handle is not None:
            self._present[shown.token] = shown.handle
        self.write(journal)

    def keep(self, tokens: Container[str]) -> None:
        """Drop the handles of all other tokens, which are written down no more with the next write.

        One that is still written down after a kill does no harm: the server does not have it.
        """
        self._present = {token: one for token, one in self._present.items() if token in tokens}

    def write(self, journal: JournalPort) -> None:
        """Write down the present handles."""
        journal.write_note(SCREEN_NOTE, {**self._earlier, **self._present})
