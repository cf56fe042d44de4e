"""The person's schedule, as the config file sets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING

from nightcare.domain.care_day import Calendar, Sleep
from nightcare.domain.global_state import GlobalState
from nightcare.domain.moments import Moment
from nightcare.domain.reminders import Reminder

if TYPE_CHECKING:
    from nightcare.domain.guidance import RoutineStep

BARE_PAUSE = timedelta(hours=1)
"""The default length of a pause."""

OWN_TITLE_LENGTH = 60
"""Characters of a person's own text that is a title; a longer one is a body."""


@dataclass(frozen=True)
class SnoozeRule:
    """The snooze lengths that a reminder offers by default.

    Attributes:
        lengths: The buttons.
        limit: The number of snoozes that one occurrence may have.
    """

    lengths: tuple[timedelta, ...]
    limit: int


@dataclass(frozen=True)
class StretchRule:
    """The settings of guided stretches.

    Attributes:
        routine: The routine of reminders that name no other one; None for none.
        sound: The sound at each change: a name of the desktop's sound theme or the path of a sound
            file; None for none.
    """

    routine: str | None
    sound: str | None


@dataclass(frozen=True)
class RoutineRule:
    """A configured routine: one of the person's own, or other lengths of a built-in one.

    Attributes:
        id: Its name in the config.
        name: The person's name for it; None for the built-in name, or its id.
        seconds: The length of each built-in step; None for the built-in lengths.
        repeats: The number of times that all steps are done.
        steps: The person's own steps; none for the built-in ones.
    """

    id: str
    name: str | None
    seconds: int | None
    repeats: int
    steps: tuple[RoutineStep, ...] = ()


@dataclass(frozen=True)
class ReferralRule:
    """The rule for advising to see a professional; its numbers are nightcare's, not the guidance's.

    Attributes:
        nights: The number of nights with cramps that is many.
        days: The number of days that are counted.
        notice: Whether a notification gives the advice, once a week.
    """

    nights: int = 3
    days: int = 7
    notice: bool = True


@dataclass(frozen=True)
class Schedule:
    """Everything the person configured.

    Attributes:
        language: "en", "da", or None to follow the desktop.
        zone: An IANA name, or None to follow the system.
        sleep: The hours of each weekday.
        reminders: In the order of the config.
        snooze: The snooze lengths of reminders without own ones.
        stretch: The settings of guided stretches.
        routines: The routines that the person configured.
        idle_after: The time without input after which the person counts as away.
        morning_question: The moment of the morning question; None for never.
        professional: The rule for advising to see a professional.
        notify: The notifier's name, or None to choose one.
        tray: Whether a tray icon is shown where the desktop has a tray.
    """

    language: str | None
    zone: str | None
    sleep: Sleep
    reminders: tuple[Reminder, ...]
    snooze: SnoozeRule
    stretch: StretchRule
    routines: tuple[RoutineRule, ...]
    idle_after: timedelta
    morning_question: Moment | None
    professional: ReferralRule
    notify: str | None
    tray: bool = True

    def calendar(self, zone: tzinfo, state: GlobalState) -> Calendar:
        """Return the care days in force in a zone, with tonight's other bedtime if there is one."""
        # Times that differ in their fold alone are equal.
        tonight = tuple((day, bedtime, bedtime.fold) for day, bedtime in state.tonight.items())
        return _calendar(self.sleep, zone, tonight)

    def reminder(self, name: str) -> Reminder | None:
        """Return the reminder of a name; None without one."""
        return next((one for one in self.reminders if one.name == name), None)

    def named(self, name: str) -> Reminder:
        """Return the reminder of a name that is known to be configured.

        Raises:
            KeyError: It is not.
        """
        reminder = self.reminder(name)
        if reminder is None:
            raise KeyError(name)
        return reminder

    def title(self, name: str, say: Callable[[str], str]) -> str:
        """Return a reminder as a person reads it: its own text if that is short, or its topic.

        Args:
            name: The name of the reminder; one that is not configured stays as it is.
            say: Returns the text of a key of the catalogue.
        """
        reminder = self.reminder(name)
        if reminder is None:
            return name
        if reminder.text is not None and len(reminder.text) <= OWN_TITLE_LENGTH:
            return reminder.text.rstrip(".")
        return say(f"topic_{reminder.topic}")

    def label(self, name: str, say: Callable[[str], str]) -> str:
        """Return the title of a reminder, and its name to type in brackets if that differs."""
        title = self.title(name, say)
        return title if title == name else f"{title} ({name})"

    def typed_name(self, word: str, say: Callable[[str], str]) -> str:
        """Return the name of the reminder that a person means by its name or its only title.

        Args:
            word: What the person typed; it is returned if it means no reminder, or several.
            say: Returns the text of a key of the catalogue.
        """
        if self.reminder(word) is not None:
            return word
        titles = {one.name: self.title(one.name, say).casefold() for one in self.reminders}
        meant = [name for name, title in titles.items() if title == word.casefold()]
        return meant[0] if len(meant) == 1 else word

    @property
    def enabled(self) -> tuple[Reminder, ...]:
        """The reminders in force."""
        return tuple(one for one in self.reminders if one.enabled)


@lru_cache(maxsize=2)
def _calendar(sleep: Sleep, zone: tzinfo, tonight: tuple[tuple[date, time, int], ...]) -> Calendar:
    """Return a calendar, the same one again with the care days that it has computed."""
    return Calendar(sleep, zone, {day: bedtime for day, bedtime, _ in tonight})
