"""A rehearsal of a day on a screen in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest

from nightcare.domain.care_day import Calendar
from nightcare.domain.notification import ButtonPressed, Message, MessageEvent, NotifierEvent
from nightcare.errors import DesktopError
from nightcare.i18n.translator import read_words
from nightcare.service.rehearsal import rehearse
from parts.desk import SLEEP, ZONE, SilentScreen, local, plain, schedule_of


class ReportingScreen(SilentScreen):
    """A screen that reports what it shows, and a person who presses a button of it.

    Args:
        answer: The button that is pressed on each message that has it; None for none.
        failure: The error with which the notifier fails; None for none.
    """

    def __init__(self, answer: str | None = None, failure: Exception | None = None) -> None:
        super().__init__()
        self._answer = answer
        self._failure = failure
        self._events: asyncio.Queue[MessageEvent] = asyncio.Queue()
        self.ended = False

    def take(self, message: Message) -> None:
        """Show it, and report it later."""
        super().take(message)
        self._events.put_nowait(self.reports.pop())
        if self._answer in {button.key for button in message.buttons}:
            self._events.put_nowait(ButtonPressed(message.token, str(self._answer)))

    async def run(self, report: Callable[[NotifierEvent], None]) -> None:
        """Report until cancelled, or fail."""
        if self._failure is not None:
            raise self._failure
        try:
            while True:
                report(await self._events.get())
        finally:
            self.ended = True


def rehearsed(config: str, screen: ReportingScreen) -> list[str]:
    """Rehearse Monday at once; return what is logged, with the local times of the rehearsal."""
    lines: list[str] = []
    schedule = schedule_of(SLEEP + config)

    def log(key: str, instant: datetime, /, **values: object) -> None:
        lines.append(f"{instant.astimezone(ZONE):%H:%M} {key} {values['reminder']}")

    day = Calendar(schedule.sleep, ZONE).at(local("12:00"))
    asyncio.run(
        rehearse(
            schedule=schedule,
            zone=ZONE,
            day=day,
            translator=read_words("en"),
            screen=screen,
            seconds=0.0,
            log=log,
        )
    )
    return lines


def test_each_reminder_of_the_day_is_shown_at_its_moment() -> None:
    """The notifier is told to end after the last one."""
    screen = ReportingScreen()
    lines = rehearsed(plain("walk", "15:00") + plain("rest", "09:00"), screen)
    assert [message.title for message in screen.shown] == ["rest", "walk"]
    assert [line for line in lines if "log_shown" in line] == [
        "09:00 log_shown rest",
        "15:00 log_shown walk",
    ]
    assert screen.ended


def test_the_buttons_work() -> None:
    """An answered reminder is not asked again."""
    config = plain("walk", "15:00", 'repeat = { every = "10m", times = 2 }')
    ignored, answered = ReportingScreen(), ReportingScreen("done")
    assert [line for line in rehearsed(config, ignored) if "log_shown" in line] == [
        f"{at} log_shown walk" for at in ("15:00", "15:10", "15:20")
    ]
    assert rehearsed(config, answered) == ["15:00 log_shown walk", "15:00 log_done walk"]
    assert not answered.on_screen


def test_a_notifier_that_fails_ends_the_rehearsal_with_its_error() -> None:
    """It has nothing to show any more."""
    screen = ReportingScreen(failure=DesktopError("no_bus"))
    with pytest.raises(DesktopError):
        rehearsed(plain("walk", "15:00"), screen)
