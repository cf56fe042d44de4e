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
        calendar = context.calendar()
        for prompt in self:
            if prompt is self._welcome:
                # One that begins would stand beside the notice; one that is there stays.
                free = free and (prompt.visible or not noticed)
            prompt.update(context, calendar, now, free=free)
            free = free and not prompt.visible

    def handle_event(self, event: MessageEvent, context: Context, now: datetime) -> bool:
        """Act on an event (now in UTC) if it belongs to a prompt; return whether it does."""
        prompt = next((one for one in self if one.concerns(event)), None)
        if prompt is not None:
            prompt.handle_event(event, context, now)
        return prompt is not None
