"""The question after the night: on the screen when nothing else is, and never in the way."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from nightcare.data import dataclass
from nightcare.domain.care_day import Calendar
from nightcare.domain.decide import Presence
from nightcare.domain.diary import Answer, AskLater, AskNow
from nightcare.domain.message import Answered, Button, Closed, Message, MessageEvent, Shown
from nightcare.domain.moments import Moment
from nightcare.errors import ValueRefused
from nightcare.service.diary import Diary
from nightcare.service.ports import Journal, Screen, Tell, Words

_STAYS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question as it is on the screen.

    Attributes:
        token: What it is called there.
        night: The care day of the night that it is about.
        closes: When it has been there long enough (UTC); before it is shown, when it is given up.
        shown: Whether a notifier has taken it.
    """

    token: str
    night: date
    closes: datetime
    shown: bool = False


class MorningQuestion:
    """The question after the night, if it is on the screen.

    Attributes:
        next: When to reckon next because of it (UTC); None where nothing is to be asked.
    """

    def __init__(self, screen: Screen, tell: Tell) -> None:
        self._screen = screen
        self._tell = tell
        self._asked: _Asked | None = None
        self.next: datetime | None = None

    def reckon(
        self,
        now: datetime,
        journal: Journal,
        calendar: Calendar,
        moment: Moment | None,
        words: Words,
        *,
        free: bool,
    ) -> None:
        """Ask, or stop asking, as an instant (UTC) has it.

        Args:
            now: The instant.
            journal: What is remembered.
            calendar: The person's care days.
            moment: When to ask; None for never.
            words: The person's language.
            free: Whether nothing else is on the screen, and nothing speaks against a question.
        """
        diary = Diary(journal.diary, calendar)
        began = journal.standing().began
        asked = self._asked
        asking = diary.question(now, moment, began, screen_taken=not free)
        if asked is not None and (
            not free
            or asked.closes <= now
            or diary.night(asked.night).recorded
            or not (asked.shown or isinstance(asking, AskNow))
        ):
            self.take_back()
        if self._asked is None and isinstance(asking, AskNow):
            self._ask(asking, len(journal.diary.asked(asking.night)), words)
        if self._asked is not None:
            self.next = self._asked.closes
        elif isinstance(asking, AskLater):
            self.next = asking.at
        else:
            self.next = None if moment is None else _tomorrow(moment, calendar, now)

    @property
    def asking(self) -> bool:
        """Whether the question is on the screen, or on its way there."""
        return self._asked is not None

    def concerns(self, event: MessageEvent) -> bool:
        """Whether an event belongs to the question."""
        return self._asked is not None and event.token == self._asked.token

    def take_in(
        self, event: MessageEvent, journal: Journal, calendar: Calendar, now: datetime
    ) -> None:
        """Take in an event of the question at an instant (UTC)."""
        asked, diary = self._asked, Diary(journal.diary, calendar)
        assert asked is not None
        match event:
            case Shown() if not asked.shown:
                diary.asked(asked.night, now)
                closes = min(asked.closes, now + _STAYS)
                self._asked = _Asked(asked.token, asked.night, closes, shown=True)
                self._tell("log_asked")
            case Answered(_, key) if key in set(Answer):
                self.take_back()
                try:
                    diary.answer(asked.night, Answer(key), now)
                except ValueRefused:
                    # A cramp of that night was noted meanwhile; that says more.
                    return
                self._tell("log_answered")
            case Closed():
                self._asked = None

    def take_back(self) -> None:
        """Take the question off the screen."""
        if self._asked is not None:
            self._screen.close(self._asked.token)
        self._asked = None

    def _ask(self, asking: AskNow, before: int, words: Words) -> None:
        token = f"question/{asking.night.isoformat()}/{before}"
        self._asked = _Asked(token, asking.night, asking.until)
        title = words.say("question_title")
        self._screen.show(
            Message(
                token,
                words.say("title_again", title=title) if before else title,
                words.say("question_body"),
                buttons=(
                    Button(Answer.NONE, words.say("question_none")),
                    Button(Answer.MILD, words.say("question_mild")),
                    Button(Answer.SEVERE, words.say("question_severe")),
                ),
                spoken=words.say("question_spoken"),
                place="question",
            )
        )


def _tomorrow(moment: Moment, calendar: Calendar, now: datetime) -> datetime:
    """When the next care day's question may be asked at the earliest (UTC)."""
    day = calendar.at(calendar.at(now).ends)
    return max(calendar.resolve(moment, day), day.wake)


def undisturbed(presence: Presence) -> bool:
    """Whether somebody is there and may be asked something that can wait."""
    return not (presence.locked or presence.idle or presence.do_not_disturb or presence.presenting)
