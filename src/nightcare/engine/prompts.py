"""The prompts that wait until the screen is free: one at a time, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from nightcare.domain.notification import MessageEvent
from nightcare.engine.context import Context
from nightcare.engine.deferrable_prompt import DeferrablePrompt
from nightcare.engine.morning_question import MorningQuestion
from nightcare.engine.ports import EventLog, Notifier
from nightcare.engine.referral_notice import ReferralNotice
from nightcare.engine.welcome import Welcome


class Prompts:
    """The morning question, the notice about a professional, and the welcome."""

    def __init__(self, screen: Notifier, log: EventLog) -> None:
        self._question = MorningQuestion(screen, log)
        self._professional = ReferralNotice(screen, log)
        self._welcome = Welcome(screen, log)

    def __iter__(self) -> Iterator[DeferrablePrompt]:
        """Iterate over all of them."""
        return iter((self._question, self._professional, self._welcome))

    def withdraw(self) -> None:
        """Take all of them off the screen."""
        for prompt in self:
            prompt.withdraw()

    def update(self, context: Context, now: datetime, *, free: bool, noticed: bool) -> None:
        """Show, keep or take off each prompt.

        Args:
            context: The schedule, zone, journal and texts in use.
            now: The instant (UTC).
            free: Whether no reminder is on the screen, and nothing speaks against a prompt.
            noticed: Whether a notice is on the screen.
        """
        journal, calendar, schedule = context.journal, context.calendar(), context.schedule
        self._question.update(
            now, journal, calendar, schedule.morning_question, context.translator, free=free
        )
        free = free and not self._question.visible
        self._professional.update(
            now, journal, calendar, schedule.professional, context.translator, free=free
        )
        free = free and not self._professional.visible
        # A welcome that begins would stand beside the notice; one that is there stays.
        free = free and (self._welcome.visible or not noticed)
        self._welcome.update(now, journal, schedule, calendar, context.translator, free=free)

    def handle_event(self, event: MessageEvent, context: Context, now: datetime) -> bool:
        """Act on an event (now in UTC) if it belongs to a prompt; return whether it does."""
        if self._question.concerns(event):
            self._question.handle_event(event, context.journal, context.calendar(), now)
        elif self._professional.concerns(event):
            self._professional.handle_event(event, context.journal, now)
        elif self._welcome.concerns(event):
            self._welcome.handle_event(event, context.journal, now)
        else:
            return False
        return True
