"""The notice that the diary is a reason to see a professional: once a week, never in the way."""

from __future__ import annotations

from datetime import datetime, timedelta

from nightcare.data import dataclass
from nightcare.domain.care_day import Calendar
from nightcare.domain.message import Answered, Closed, Message, MessageEvent, Shown
from nightcare.domain.professional import (
    Concern,
    ProfessionalRule,
    concern,
    first_of_window,
    notice_due,
)
from nightcare.service.ports import Journal, Screen, Tell, Words

PROFESSIONAL_NOTE = "professional"
"""Under this name the journal notes when it was shown last."""

_STAYS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Said:
    """The notice on the screen.

    Attributes:
        token: What it is called there.
        closes: When it has been there long enough (UTC); None before it is shown.
    """

    token: str
    closes: datetime | None = None


class ProfessionalNotice:
    """The notice, if it is on the screen; it takes no answer.

    Attributes:
        next: When to reckon next because of it (UTC); None where there is nothing to say.
    """

    def __init__(self, screen: Screen, tell: Tell) -> None:
        self._screen = screen
        self._tell = tell
        self._said: _Said | None = None
        self.next: datetime | None = None

    def reckon(
        self,
        now: datetime,
        journal: Journal,
        calendar: Calendar,
        rule: ProfessionalRule,
        words: Words,
        *,
        free: bool,
    ) -> None:
        """Say so, or no more, as an instant (UTC) has it.

        Args:
            now: The instant.
            journal: What is remembered.
            calendar: The person's care days.
            rule: When the diary says to see a professional.
            words: The person's language.
            free: Whether nothing else is on the screen, and nothing speaks against a notice.
        """
        why = _why(now, journal, calendar, rule) if rule.notice else None
        said = self._said
        if said is not None and (
            not free or why is None or (said.closes is not None and said.closes <= now)
        ):
            self.take_back()
        if self._said is not None or why is None:
            self.next = None if self._said is None else self._said.closes
            return
        due = notice_due(now, calendar, _last(journal))
        self.next = due if due > now else None
        if due <= now and free:
            self._say(why, now, words)

    def concerns(self, event: MessageEvent) -> bool:
        """Whether an event belongs to the notice."""
        return self._said is not None and event.token == self._said.token

    def take_in(self, event: MessageEvent, journal: Journal, now: datetime) -> None:
        """Take in an event of the notice at an instant (UTC)."""
        said = self._said
        assert said is not None
        match event:
            case Shown() if said.closes is None:
                self._said = _Said(said.token, now + _STAYS)
                journal.note(PROFESSIONAL_NOTE, {"shown": now.isoformat()})
                self._tell("log_professional")
            case Closed() | Answered():
                self.take_back()

    def take_back(self) -> None:
        """Take the notice off the screen."""
        if self._said is not None:
            self._screen.close(self._said.token)
        self._said = None

    def _say(self, why: Concern, now: datetime, words: Words) -> None:
        self._said = _Said(f"professional/{now.isoformat()}")
        advice = {one.id: one.text for one in words.guidance.professional}[why.advice[0]]
        self._screen.show(
            Message(
                self._said.token,
                words.say("professional_title"),
                words.say("professional_body", advice=advice),
                place="notice",
            )
        )


def _why(
    now: datetime, journal: Journal, calendar: Calendar, rule: ProfessionalRule
) -> Concern | None:
    first = first_of_window(now, calendar, rule)
    return concern(first, rule, journal.diary.cramps(first), journal.diary.mornings(first))


def _last(journal: Journal) -> datetime | None:
    shown = journal.noted(PROFESSIONAL_NOTE).get("shown")
    return None if shown is None else datetime.fromisoformat(str(shown))
