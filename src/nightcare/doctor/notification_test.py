"""A real notification with one button: does it come up, and does the click come back?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightcare.doctor.finding import Check, Finding, bad, good, warning
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
"""Seconds within which it ought to be on the screen, also on a busy desktop."""


@dataclass(frozen=True)
class TestOutcome:
    """The outcome of a trial.

    Attributes:
        finding: What to tell the person.
        notifier: What showed it; empty if nothing did.
        buttons: Whether buttons are drawn; None if the trial does not tell.
        doubtful: Whether only the person can tell, as no click came back.
    """

    finding: Finding
    notifier: str = ""
    buttons: bool | None = None
    doubtful: bool = False


async def try_out(
    screen: Notifier, words: Translator, now: datetime, seconds: float, patience: float = PATIENCE
) -> TestOutcome:
    """Show a notification, and wait for what becomes of it; it is taken off in the end.

    Args:
        screen: What to show it on.
        words: The person's language.
        now: The instant (UTC).
        seconds: How long to wait for the person.
        patience: Seconds within which it must be shown.

    Raises:
        Exception: Whatever ended the screen.
    """
    message = Message(
        token=f"doctor-{now:%H%M%S}",
        title=words.say("doctor_trial_title"),
        body=words.say("doctor_trial_body"),
        buttons=(Button("it-works", words.say("doctor_trial_button")),),
        spoken=words.say("doctor_trial_spoken"),
        # A reminder that is on the screen stays there.
        place="doctor",
        stays=timedelta(seconds=seconds),
        asked_for=True,
    )
    heard: asyncio.Queue[MessageEvent] = asyncio.Queue()

    def report(event: NotifierEvent) -> None:
        if isinstance(event, ButtonPressed | NotificationShown | NotificationClosed):
            heard.put_nowait(event)

    serving = asyncio.create_task(screen.run(report))
    screen.show(message)
    try:
        return await _outcome(screen, heard, serving, seconds, patience)
    finally:
        screen.close(message.token)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def _outcome(
    screen: Notifier,
    heard: asyncio.Queue[MessageEvent],
    serving: asyncio.Task[None],
    seconds: float,
    patience: float,
) -> TestOutcome:
    first = await _next(heard, serving, patience)
    if first is None:
        nothing = bad(
            Check.TRIAL,
            "doctor_trial_nothing",
            "doctor_trial_nothing_mend",
            limit=timedelta(seconds=patience),
        )
        return TestOutcome(nothing)
    by = screen.describe()
    buttons = Capability.BUTTONS in screen.capabilities
    if screen.name == "terminal":
        return TestOutcome(good(Check.TRIAL, "doctor_trial_printed"))
    if isinstance(first, NotificationShown) and screen.name != "freedesktop":
        # Nothing is ever heard of it again.
        return TestOutcome(good(Check.TRIAL, "doctor_trial_shown", notifier=by))
    last = await _next(heard, serving, seconds) if isinstance(first, NotificationShown) else first
    match last:
        case ButtonPressed():
            clicked = good(Check.TRIAL, "doctor_trial_clicked", notifier=by)
            return TestOutcome(clicked, by, buttons or None)
        case NotificationClosed() if buttons:
            closed = warning(
                Check.TRIAL, "doctor_trial_closed", "doctor_trial_closed_mend", notifier=by
            )
            return TestOutcome(closed, by, doubtful=True)
        case None if buttons:
            unanswered = warning(
                Check.TRIAL,
                "doctor_trial_unanswered",
                "doctor_trial_unanswered_mend",
                notifier=by,
                limit=timedelta(seconds=seconds),
            )
            return TestOutcome(unanswered, by, doubtful=True)
        case _:
            return TestOutcome(good(Check.TRIAL, "doctor_trial_shown", notifier=by), by)


async def _next(
    heard: asyncio.Queue[MessageEvent], serving: asyncio.Task[None], seconds: float
) -> MessageEvent | None:
    """Return the next event of a notifier; None if none comes in so many seconds."""
    hearing = asyncio.ensure_future(heard.get())
    try:
        await asyncio.wait({hearing, serving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if hearing.done():
            return hearing.result()
        if serving.done():
            serving.result()
        return None
    finally:
        hearing.cancel()
