"""The notifier that prints messages as small cards in a terminal."""

from __future__ import annotations

import asyncio
import os
import textwrap
from collections.abc import Callable
from typing import TextIO

from nightcare.desktop.notify.message_text import body_of, title_of
from nightcare.domain.delivery import DeliveryStatus
from nightcare.domain.notification import (
    Capability,
    Message,
    NotificationShown,
    NotifierEvent,
    Rejected,
)
from nightcare.streams import coloured

WIDTH = 64
"""Columns of a card."""

_BOLD, _DIM, _PLAIN = "\033[1m", "\033[2m", "\033[0m"


class TerminalNotifier:
    """Notifier that prints each message once, with the command that answers it.

    A stream that cannot be written any more is not an error; a message that was not printed is not
    reported as shown.

    Args:
        stream: Where to print.
        width: Columns of a card.
    """

    name = "terminal"

    def __init__(self, stream: TextIO, *, width: int = WIDTH) -> None:
        self._stream = stream
        self._width = width
        self._wanted: dict[str, Message] = {}
        self._printed: set[str] = set()
        self._changed = asyncio.Event()

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The body alone."""
        return frozenset({Capability.BODY})

    def describe(self) -> str:
        """Return its name."""
        return "terminal"

    def show(self, message: Message) -> None:
        """Print a message, once."""
        if message.token not in self._printed:
            self._wanted[message.token] = message
            self._changed.set()

    def close(self, token: str) -> None:
        """Do not print the message again; printed text stays."""
        self._wanted.pop(token, None)
        self._printed.discard(token)

    def forget(self, handle: str, token: str) -> None:
        """Do nothing: the output of an earlier run stays."""

    def quiet(self, *, on: bool) -> None:
        """Do nothing: printed text does not depend on the desktop."""

    async def run(self, report: Callable[[NotifierEvent], None]) -> None:
        """Serve until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._wanted:
                token = next(iter(self._wanted))
                message = self._wanted.pop(token)
                self._printed.add(token)
                printed = self._print(message)
                report(
                    NotificationShown(token) if printed else Rejected(token, DeliveryStatus.FAILED)
                )

    def _print(self, message: Message) -> bool:
        try:
            self._stream.write(self._card(message))
            self._stream.flush()
        except (OSError, ValueError):  # a broken pipe, a full disk; a closed stream
            return False
        return True

    def _card(self, message: Message) -> str:
        bold, dim, plain = (_BOLD, _DIM, _PLAIN) if coloured(self._stream) else ("", "", "")
        if os.environ.get("TERM") == "dumb":
            # A screen reader would read each rule out, sign by sign.
            text = self._wrapped(body_of(message, spoken=True))
            return "\n".join(["", *self._wrapped(title_of(message)), *text, ""])
        rule = f"{dim}{self._writable('─', '-') * self._width}{plain}"
        title = [f"{bold}{line}{plain}" for line in self._wrapped(title_of(message))]
        body = self._wrapped(body_of(message, spoken=True))
        return "\n".join([rule, *title, *body, rule, ""])

    def _wrapped(self, text: str) -> list[str]:
        return [
            line
            for paragraph in self._writable(text, text.replace("…", "...")).splitlines()
            for line in textwrap.wrap(
                paragraph, self._width, break_long_words=False, break_on_hyphens=False
            )
        ]

    def _writable(self, text: str, otherwise: str) -> str:
        """Return the text if the stream can encode it, else the other one, with "?" if needed."""
        encoding = self._stream.encoding or "utf-8"
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            return otherwise.encode(encoding, "replace").decode(encoding)
        return text
