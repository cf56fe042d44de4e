"""The catalogue of texts: health texts and all others, in one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nightcare.domain.time_words import ENGLISH, TimeWords
from nightcare.languages import chosen_language, read_catalogue

if TYPE_CHECKING:
    from nightcare.domain.guidance import Guidance

_WEEK = timedelta(days=6)
_MOST_OF_A_YEAR = timedelta(days=300)


class Translator:
    """All texts of one language.

    Args:
        language: "en", "da", ...
        said: The content of its file.

    Attributes:
        language: The same.
        texts: Sentences with placeholders, by their keys; those that depend on a count in all
            plural forms.
        weekdays: The names of the days of the week, Monday first.
        months: The names of the months.
        short_weekdays, short_months: The same, abbreviated as the language does.
    """

    def __init__(self, language: str, said: dict[str, Any]) -> None:
        self.language = language
        self.texts: Mapping[str, str | Sequence[str]] = said["texts"]
        self.weekdays = tuple(said["calendar"]["weekdays"])
        self.months = tuple(said["calendar"]["months"])
        self.short_weekdays = tuple(said["calendar"]["short_weekdays"])
        self.short_months = tuple(said["calendar"]["short_months"])
        self._said = said

    @cached_property
    def guidance(self) -> Guidance:
        """The health texts."""
        from nightcare.i18n.guidance_text import build_guidance  # noqa: PLC0415 - few commands

        return build_guidance(read_catalogue("index"), self._said)

    @cached_property
    def form(self) -> Callable[[int], int]:
        """The function that chooses the form of a text for a count."""
        from gettext import c2py  # noqa: PLC0415 - 2 ms for a formula that few sentences need

        formula: str = self._said["calendar"]["plural"]
        return c2py(formula)

    @cached_property
    def input(self) -> TimeWords:
        """The words for clock times, lengths and days that people may type."""
        said = self._said["input"]
        own: dict[str, Any] = {
            key: tuple(one) if isinstance(one, list) else one for key, one in said.items()
        }
        own["weekdays"] = tuple(one.casefold() for one in self.weekdays)
        own["months"] = tuple(one.casefold() for one in self.months)
        return ENGLISH.combined_with(TimeWords(**own).with_plain_spellings())

    def text(self, key: str, /, **values: object) -> str:
        """Return the text of a key, with its values; the value of "count" chooses the plural form.

        A "reason" loses its full stop: the text has its own.

        Raises:
            KeyError: There is no such text, or a value for it is missing.
        """
        text = self.texts[key]
        if not isinstance(text, str):
            text = text[self.form(int(str(values["count"])))]
        if "reason" in values:
            values["reason"] = str(values["reason"]).rstrip(". \n")
        return text.format(**values)

    def length(self, length: timedelta) -> str:
        """Return a length as text: "1 h 30 min"."""
        minutes, seconds = divmod(int(length.total_seconds()), 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        parts = (
            (days, "unit_days"),
            (hours, "unit_hours"),
            (minutes, "unit_minutes"),
            (seconds, "unit_seconds"),
        )
        return " ".join(self.text(unit, count=count) for count, unit in parts if count)

    def date(self, day: date) -> str:
        """Return a date as text: "Sunday 22 November"."""
        return self.text(
            "date",
            weekday=self.weekdays[day.weekday()],
            day=day.day,
            month=self.months[day.month - 1],
        )

    def when(self, moment: datetime, now: datetime) -> str:
        """Return a moment as text, relative to now: "21:45", "tomorrow 07:00"; both local.

        A near moment is named by its weekday, a distant one by its date, with the year if the day
        and the month alone are ambiguous.
        """
        clock = moment.strftime("%H:%M")
        apart = moment.date() - now.date()
        if not apart:
            return self.text("when_today", clock=clock)
        if apart == timedelta(days=1):
            return self.text("when_tomorrow", clock=clock)
        if apart == timedelta(days=-1):
            return self.text("when_yesterday", clock=clock)
        if abs(apart) <= _WEEK:
            return self.text("when_weekday", weekday=self.weekdays[moment.weekday()], clock=clock)
        date = self.date(moment.date())
        if abs(apart) > _MOST_OF_A_YEAR:
            return self.text("when_year", date=date, year=moment.year, clock=clock)
        return self.text("when_date", date=date, clock=clock)


def read_words(language: str) -> Translator:
    """Return the texts of one of `languages()`."""
    return Translator(language, read_catalogue(language))


def words_for(language: str | None, variables: Mapping[str, str]) -> Translator:
    """Return the texts of a language; without one, of the desktop's language."""
    return read_words(chosen_language(language, variables))
