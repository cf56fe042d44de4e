"""The words of a language for clock times, lengths and days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

UNTIL = "until"
"""The word of every language before an end, which no reminder may be called."""


@dataclass(frozen=True)
class TimeWords:
    """The words of a language for clock times, lengths and days, in small letters.

    Attributes:
        until: Before an end: "until 21:00".
        during: Before a length: "for 2h".
        at: Before a clock time: "at 21:00".
        on: Before a day: "on monday".
        joined: Between the parts of a length: "1 h and 5 min".
        midnight: The end of a day.
        noon: 12:00.
        today, tomorrow, yesterday: These days.
        night: The night or the part of the day that is nearest; it names no date.
        last_night: The night that has ended last.
        next: The next occurrence of a reminder.
        days, hours, minutes, seconds: The units of a length.
        counts: Numbers in words.
        weekdays: The days of the week, Monday first; their first three letters are enough.
        months: The months; likewise.
        day_first: Whether 3/4 is the third of April; None where it may also be March the fourth.
    """

    until: tuple[str, ...] = ()
    during: tuple[str, ...] = ()
    at: tuple[str, ...] = ("kl.", "kl")
    on: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    midnight: tuple[str, ...] = ()
    noon: tuple[str, ...] = ()
    today: tuple[str, ...] = ()
    tomorrow: tuple[str, ...] = ()
    yesterday: tuple[str, ...] = ()
    night: tuple[str, ...] = ()
    last_night: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    days: tuple[str, ...] = ("d", "day", "days")
    hours: tuple[str, ...] = ("h", "hr", "hrs", "hour", "hours")
    minutes: tuple[str, ...] = ("m", "min", "mins", "minute", "minutes")
    seconds: tuple[str, ...] = ("s", "sec", "secs", "second", "seconds")
    counts: Mapping[str, float] = field(default_factory=dict)
    weekdays: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    day_first: bool = False

    def beside(self, other: TimeWords) -> TimeWords:
        """Return the words of both languages; `day_first` is that of the other."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        for name, value in values.items():
            if isinstance(value, tuple):
                values[name] = value + getattr(other, name)
        values |= {"counts": {**self.counts, **other.counts}, "day_first": other.day_first}
        return TimeWords(**values)


SYMBOLS = TimeWords()
"""The words of the config file, whatever its language: units, and "kl." before a clock time."""

ENGLISH = TimeWords(
    until=(UNTIL, "till"),
    during=("for", "in"),
    at=("at", "kl.", "kl"),
    on=("on", "the"),
    joined=("and",),
    midnight=("midnight",),
    noon=("noon", "midday"),
    today=("today",),
    tomorrow=("tomorrow",),
    yesterday=("yesterday",),
    night=("tonight", "last night", "this morning", "this evening"),
    last_night=("last night",),
    next=("next",),
    counts={
        "half an": 0.5, "half a": 0.5, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4,
        "five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30,
    },
    weekdays=("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    months=(
        "january", "february", "march", "april", "may", "june",
        "july", "august", "september", "october", "november", "december",
    ),
)  # fmt: skip
"""The words that every language of the commands takes besides its own."""
