"""Show a real notification with one button, and wait for the click."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightcare.doctor.check import Check, Finding, bad, good, warning
from nightcare.domain.notification import (
    Button,
    ButtonPressed,
    Capability,
    Message,
    MessageEvent,
    NotificationClosed,
    NotificationShown,
    NotifierEvent,
)
from nightcare.engine.ports import Notifier
from nightcare.i18n.translator import Translator

PATIENCE = 10.0
"""Seconds within which it should be on the screen, also on a busy desktop."""


@dataclass(frozen=True)
class TestOutcome:
    """The outcome of a test.

    Attributes:
        finding: The finding for the person.
        notifier: The name of the notifier that showed it; empty if none did.
        buttons: Whether buttons are drawn; None if the test cannot determine it.
        doubtful: Whether only the person knows, as no click arrived.
    """

    finding: Finding
    notifier: str = ""
    buttons: bool | None = None
    doubtful: bool = False


async def try_notifier(
    notifier: Notifier,
    translator: Translator,
    now: datetime,
    seconds: float,
    patience: float = PATIENCE,
) -> TestOutcome:
    """Show a notification, wait for its outcome, and close it.

    Args:
        notifier: The notifier.
        translator: The texts in the person's language.
        now: The instant (UTC).
        seconds: Seconds to wait for the person.
        patience: Seconds within which it must be shown.

    Raises:
        Exception: The error that ended the notifier.
    """
    message = Message(
        token=f"doctor-{now:%H%M%S}",
        title=translator.text("doctor_trial_title"),
        body=translator.text("doctor_trial_body"),
        buttons=(Button("it-works", translator.text("doctor_trial_button")),),
        spoken=translator.text("doctor_trial_spoken"),
        # The test does not replace a reminder that is on the screen.
        place="doctor",
        stays=timedelta(seconds=seconds),
        asked_for=True,
    )
    events: asyncio.Queue[MessageEvent] = asyncio.Queue()

    def report(event: NotifierEvent) -> None:
        if isinstance(event, ButtonPressed | NotificationShown | NotificationClosed):
            events.put_nowait(event)

    serving = asyncio.create_task(notifier.run(report))
    notifier.show(message)
    try:
        return await _outcome(notifier, events, serving, seconds, patience)
    finally:
        notifier.close(message.token)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def _outcome(
    notifier: Notifier,
    events: asyncio.Queue[MessageEvent],
    serving: asyncio.Task[None],
    seconds: float,
    patience: float,
) -> TestOutcome:
    first = await _next(events, serving, patience)
    if first is None:
        limit = timedelta(seconds=patience)
        return TestOutcome(bad(Check.TRIAL, "doctor_trial_nothing", limit=limit))
    name = notifier.describe()
    buttons = Capability.BUTTONS in notifier.capabilities
    if notifier.name == "terminal":
        return TestOutcome(good(Check.TRIAL, "doctor_trial_printed"))
    if isinstance(first, NotificationShown) and notifier.name != "freedesktop":
        # Other notifiers report nothing more.
        return TestOutcome(good(Check.TRIAL, "doctor_trial_shown", notifier=name))
    last = await _next(events, serving, seconds) if isinstance(first, NotificationShown) else first
    match last:
        case ButtonPressed():
            clicked = good(Check.TRIAL, "doctor_trial_clicked", notifier=name)
            return TestOutcome(clicked, name, buttons or None)
        case NotificationClosed() if buttons:
            closed = warning(Check.TRIAL, "doctor_trial_closed", notifier=name)
            return TestOutcome(closed, name, doubtful=True)
        case None if buttons:
            values = {"notifier": name, "limit": timedelta(seconds=seconds)}
            unanswered = warning(Check.TRIAL, "doctor_trial_unanswered", **values)
            return TestOutcome(unanswered, name, doubtful=True)
        case _:
            return TestOutcome(good(Check.TRIAL, "doctor_trial_shown", notifier=name), name)


async def _next(
    events: asyncio.Queue[MessageEvent], serving: asyncio.Task[None], seconds: float
) -> MessageEvent | None:
    """Return the next event of a notifier; None if none comes in so many seconds."""
    event = asyncio.ensure_future(events.get())
    try:
        await asyncio.wait({event, serving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if event.done():
            return event.result()
        if serving.done():
            serving.result()
        return None
    finally:
        event.cancel()
