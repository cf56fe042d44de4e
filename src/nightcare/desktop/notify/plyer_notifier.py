"""The notifier of other platforms, through plyer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from shutil import which
from typing import Protocol, cast

from nightcare.desktop.notify.message_text import APPLICATION, body_of, shortened, title_of
from nightcare.domain.delivery import DeliveryStatus
from nightcare.domain.notification import (
    Capability,
    Message,
    NotificationShown,
    NotifierChanged,
    NotifierEvent,
    Rejected,
    Sent,
)
from nightcare.domain.safe_text import one_line
from nightcare.threads import run_in_thread

LIMIT = 20.0
"""Seconds that a call may take; plyer runs other programs and waits for their end."""

DELAYS = (2.0, 10.0, 30.0)
"""Seconds before each further attempt; after the last one a message is given up."""

_TITLE_LENGTH = 60
"""Windows takes 63 UTF-16 units (szInfoTitle of NOTIFYICONDATAW), and refuses more."""

_BODY_LENGTH = 199
"""Windows takes 255 UTF-16 units (szInfo), of which some characters need two."""

_TROUBLE_LENGTH = 100

_MOST_CALLS = 4
"""The maximum number of concurrent calls, because a call may never end."""


class PlyerBackend(Protocol):
    """The part of plyer that is used: `plyer.notification`."""

    def notify(self, *, title: str, message: str, app_name: str, app_icon: str) -> None:
        """Show a notification."""
        ...


class PlyerNotifier:
    """Notifier that shows messages through plyer, which can do nothing else.

    plyer has no buttons, so the body says how to answer. It cannot close a notification, and
    reports no events. A message is reported as shown when plyer returns without an error, which is
    weak evidence: on Linux plyer ignores the failure of the program that it runs. After an error of
    plyer, a known obstacle, or a call that takes too long, the message is retried a few times,
    `describe` names the problem, and the message is not reported as shown.

    Args:
        notifier: The backend; None imports plyer's when it is first needed.
        obstacle: Called before each attempt; returns why it would fail silently, "" if it should
            not.
        limit: Seconds that a call may take.
        delays: Seconds before each further attempt.
    """

    name = "plyer"

    def __init__(
        self,
        notifier: PlyerBackend | None = None,
        *,
        obstacle: Callable[[], str] = lambda: "",
        limit: float = LIMIT,
        delays: Sequence[float] = DELAYS,
    ) -> None:
        self._notifier = notifier
        self._obstacle = obstacle
        self._trouble = ""
        self._limit = limit
        self._delays = delays
        self._wanted: dict[str, Message] = {}
        self._presented: dict[str, asyncio.Task[None]] = {}
        self._calls: set[asyncio.Task[str]] = set()
        self._changed = asyncio.Event()

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The body alone: plyer supports nothing else on any platform."""
        return frozenset({Capability.BODY})

    def describe(self) -> str:
        """Return the name of the library and the last error; plyer does not name its backend."""
        return f"plyer, which cannot show anything: {self._trouble}" if self._trouble else "plyer"

    def show(self, message: Message) -> None:
        """Show a message, once."""
        if message.token not in self._presented:
            self._wanted[message.token] = message
            self._changed.set()

    def close(self, token: str) -> None:
        """Stop trying to show a message; one that is on a screen stays there."""
        self._wanted.pop(token, None)
        presented = self._presented.pop(token, None)
        if presented:
            presented.cancel()

    def forget(self, handle: str, token: str) -> None:
        """Do nothing: notifications of an earlier run cannot be closed."""

    def quiet(self, *, on: bool) -> None:
        """Do nothing: a message sent again would be on the screen twice."""

    async def run(self, report: Callable[[NotifierEvent], None]) -> None:
        """Serve until cancelled.

        Raises:
            ExceptionGroup: Something unexpected, such as an error that `report` raised.
        """
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._changed.clear()
                for token, message in self._wanted.items():
                    self._presented[token] = tasks.create_task(self._present(message, report))
                self._wanted.clear()
                await self._changed.wait()

    async def _present(self, message: Message, report: Callable[[NotifierEvent], None]) -> None:
        call: asyncio.Task[str] | None = None
        for delay in (0.0, *self._delays):
            await asyncio.sleep(delay)
            if call is None and len(self._calls) < _MOST_CALLS:
                call = self._call(message)
                report(Sent(message.token))
            if call is not None:
                await asyncio.wait({call}, timeout=self._limit)
                # A call that timed out may still succeed, so a message never has two calls at once.
                if not call.done():
                    report(Rejected(message.token, DeliveryStatus.NO_REPLY))
                    continue
                if call.result() != self._trouble:
                    self._trouble = call.result()
                    report(NotifierChanged())
                if not self._trouble:
                    report(NotificationShown(message.token))
                    return
                report(Rejected(message.token, DeliveryStatus.FAILED))
                call = None

    def _call(self, message: Message) -> asyncio.Task[str]:
        """Start a call of plyer; its result is the error, "" if there is none."""
        call = asyncio.create_task(run_in_thread(partial(self._notify, message)))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return call

    def _notify(self, message: Message) -> str:
        trouble = self._obstacle()
        if trouble:
            return trouble
        try:
            if self._notifier is None:
                self._notifier = cast("PlyerBackend", import_module("plyer").notification)
            self._notifier.notify(
                title=_escape_option(
                    shortened(title_of(message, named=not message.spoken), _TITLE_LENGTH)
                ),
                message=_escape_option(body_of(message, spoken=True, length=_BODY_LENGTH)),
                app_name=APPLICATION,
                app_icon="",
            )
        except Exception as error:  # noqa: BLE001 - whatever fails on a platform, nothing is shown
            return shortened(one_line(f"{type(error).__name__} {error}"), _TROUBLE_LENGTH)
        return ""


def obstacle_on_linux(bus: str | None, variables: Mapping[str, str]) -> str:
    """Return the reason why plyer would fail silently on Linux; "" if none is known.

    It calls notify-send there, whose exit status it ignores, unless Python's dbus is installed.

    Args:
        bus: The address of the session bus; None where there is none.
        variables: The environment.
    """
    if bus is None:
        return "there is no session bus"
    if find_spec("dbus") is None and which("notify-send", path=variables.get("PATH")) is None:
        return "notify-send is not installed"
    return ""


def _escape_option(text: str) -> str:
    """Replace a leading hyphen by an en dash, so that notify-send reads no option."""
    return f"\N{EN DASH}{text[1:]}" if text.startswith("-") else text
