"""The morning question about the last night, which is shown when the screen is free."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

from nightcare.domain.care_day import Calendar
from nightcare.domain.diary import Answer
from nightcare.domain.moments import Moment
from nightcare.domain.morning_rule import AskLater, AskNow
from nightcare.domain.notification import (
    Button,
    ButtonPressed,
    Message,
    MessageEvent,
    NotificationClosed,
)
from nightcare.engine.context import Context
from nightcare.engine.diary_actions import DiaryActions
from nightcare.engine.ports import EventLog, Notifier, TranslatorPort
from nightcare.engine.prompts import DeferrablePrompt
from nightcare.errors import ValueRefused

_STAYS = timedelta(minutes=10)

_PREFIX = "question"
"""The first part of the token; the night and the number of earlier questions follow."""


class MorningQuestion(DeferrablePrompt):
    """The morning question, if it is on the screen."""

    def __init__(self, screen: Notifier, log: EventLog) -> None:
        super().__init__(screen, log)
        self._asked: AskNow | None = None

    def update(self, context: Context, calendar: Calendar, now: datetime, *, free: bool) -> None:
        """Ask, or stop asking."""
        journal, moment = context.journal, context.schedule.morning_question
        diary = DiaryActions(journal.diary, calendar)
        began = journal.global_state().began
        asking = diary.question(now, moment, began, screen_taken=not free)
        if self.visible and self._asked is not None:
            said = diary.night(self._asked.night).recorded
            still = self._shown
            if not still and isinstance(asking, AskNow) and asking.night == self._asked.night:
                # A journey moves the end of a question that was not shown yet.
                still, self._closes = True, asking.until
            self._keep(now, wanted=free and still and not said)
        if not self.visible and isinstance(asking, AskNow):
            self._ask(asking, len(journal.diary.questions(asking.night)), context.translator)
        if self.visible:
            self.next = self._closes
        elif isinstance(asking, AskLater):
            self.next = asking.at
        else:
            self.next = None if moment is None else _tomorrow(moment, calendar, now)

    def concerns(self, event: MessageEvent) -> bool:
        """Return whether an event belongs to it, also a press after it has gone.

        Some servers leave it on the screen, and so does an earlier run that was killed.
        """
        pressed = isinstance(event, ButtonPressed) and _night_of(event.token) is not None
        return pressed or super().concerns(event)

    def handle_event(self, event: MessageEvent, context: Context, now: datetime) -> None:
        """Record that it was asked, or the answer."""
        night = _night_of(event.token)
        diary = DiaryActions(context.journal.diary, context.calendar())
        assert night is not None
        if super().concerns(event) and not self._shown:
            diary.record_question(night, now)
            self._mark_shown(now, _STAYS)
            self._log("log_asked")
        match event:
            case ButtonPressed(_, key) if key in set(Answer):
                self.withdraw()
                try:
                    diary.answer(night, Answer(key), now)
                except ValueRefused:
                    # A cramp of that night was noted meanwhile, which is more exact.
                    return
                self._log("log_answered")
            case NotificationClosed():
                self.token = None

    def _ask(self, asking: AskNow, before: int, translator: TranslatorPort) -> None:
        self._asked = asking
        title = translator.text("question_title")
        self._show(
            Message(
                f"{_PREFIX}/{asking.night.isoformat()}/{before}",
                translator.text("title_again", title=title) if before else title,
                translator.text("question_body"),
                buttons=(
                    Button(Answer.NONE, translator.text("question_none")),
                    Button(Answer.MILD, translator.text("question_mild")),
                    Button(Answer.SEVERE, translator.text("question_severe")),
                ),
                spoken=translator.text("question_spoken"),
                place="question",
                stays=_STAYS,
            ),
            asking.until,
        )


def _night_of(token: str) -> date | None:
    """Return the night that the question of a token is about; None for another token."""
    prefix, _, night = token.rpartition("/")[0].partition("/")
    with suppress(ValueError):
        return date.fromisoformat(night) if prefix == _PREFIX else None
    return None


def _tomorrow(moment: Moment, calendar: Calendar, now: datetime) -> datetime:
    """Return the earliest time (UTC) of the next care day's question."""
    day = calendar.at(calendar.at(now).ends)
    return max(calendar.resolve(moment, day), day.wake)
