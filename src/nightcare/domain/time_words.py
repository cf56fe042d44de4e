"""The words of a language for clock times, lengths and days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

UNTIL = "until"
"""The word of every language before an end, which no reminder may be called."""


_KEYBOARDS: tuple[dict[int, str], ...] = (
    {ord("\N{LATIN SMALL LETTER AE}"): "ae", ord("\N{LATIN SMALL LETTER O WITH STROKE}"): "oe",
     ord("\N{LATIN SMALL LETTER A WITH RING ABOVE}"): "aa"},
    {ord("\N{LATIN SMALL LETTER AE}"): "ae", ord("\N{LATIN SMALL LETTER O WITH STROKE}"): "o",
     ord("\N{LATIN SMALL LETTER A WITH RING ABOVE}"): "a"},
)  # fmt: skip
"""Two spellings of Danish letters on a keyboard without them."""


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
        past: Before an hour, and the minutes that each adds: "half past ten".
        minutes_past: Between minutes and an hour, and 1 or -1: "ten past ten", "ten to eleven".
        after: After a clock time: "10 o'clock".
        parts: The parts of a day, which name no date, and the hour at which each begins; within
            twelve hours from there it has one ten o'clock.
        near: Days near today, and how many days each is after it.
        toward: Before a weekday, and 1 if it comes after today, -1 if it was before.
        parts_of_week: Parts of weeks to come, and the weekday on which each begins, Monday 0.
        ago: After a length: "10 minutes ago".
        from_now: Likewise: "2 hours from now".
        now: This moment.
        last_night: The night that has ended last.
        night_to: Before a day, for the night that ends on it.
        nights: The unit of nights: "2 nights ago".
        bedtime: The bedtime of a day.
        next: The next occurrence of a reminder.
        weeks, days, hours, quarters, minutes, seconds: The units of a length.
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
    past: Mapping[str, int] = field(default_factory=dict)
    minutes_past: Mapping[str, int] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    parts: Mapping[str, int] = field(default_factory=dict)
    near: Mapping[str, int] = field(default_factory=dict)
    toward: Mapping[str, int] = field(default_factory=dict)
    parts_of_week: Mapping[str, int] = field(default_factory=dict)
    ago: tuple[str, ...] = ()
    from_now: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    last_night: tuple[str, ...] = ()
    night_to: tuple[str, ...] = ()
    nights: tuple[str, ...] = ()
    bedtime: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    weeks: tuple[str, ...] = ()
    days: tuple[str, ...] = ("d", "day", "days")
    hours: tuple[str, ...] = ("h", "hr", "hrs", "hour", "hours")
    quarters: tuple[str, ...] = ()
    minutes: tuple[str, ...] = ("m", "min", "mins", "minute", "minutes")
    seconds: tuple[str, ...] = ("s", "sec", "secs", "second", "seconds")
    counts: Mapping[str, float] = field(default_factory=dict)
    weekdays: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    day_first: bool = False

    def with_plain_spellings(self) -> TimeWords:
        """Return the words also as a keyboard without the letters of the language types them.

        Weekdays and months stay in whole rounds, their own spelling last.
        """
        values: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        for name, value in values.items():
            for table in _KEYBOARDS:
                if isinstance(value, tuple):
                    plain = tuple(one.translate(table) for one in value)
                    values[name] = values[name] if plain == value else plain + values[name]
                elif isinstance(value, Mapping):
                    values[name] |= {one.translate(table): meant for one, meant in value.items()}
        return TimeWords(**values)

    def combined_with(self, other: TimeWords) -> TimeWords:
        """Return the words of both languages; `day_first` is that of the other."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        for name, value in values.items():
            if isinstance(value, tuple):
                values[name] = value + getattr(other, name)
            elif isinstance(value, Mapping):
                values[name] = {**value, **getattr(other, name)}
        return TimeWords(**{**values, "day_first": other.day_first})


SYMBOLS = TimeWords()
"""The words of the config file, whatever its language: units, and "kl." before a clock time."""

ENGLISH = TimeWords(
    until=(UNTIL, "till", "til", "'til"),
    during=("for", "in"),
    at=("at", "about", "around", "ca.", "ca", "kl.", "kl"),
    on=("on", "the"),
    joined=("and",),
    midnight=("midnight",),
    noon=("noon", "midday"),
    past={
        "half past": 30, "half-past": 30, "quarter past": 15, "a quarter past": 15,
        "quarter to": -15, "a quarter to": -15,
    },
    minutes_past={"past": 1, "minutes past": 1, "to": -1, "minutes to": -1},
    after=("o'clock",),
    parts={
        "in the morning": 0, "this morning": 0, "morning": 0,
        "in the afternoon": 12, "this afternoon": 12, "afternoon": 12,
        "in the evening": 17, "this evening": 17, "tonight": 17, "evening": 17,
        "at night": 18, "last night": 18, "night": 18,
    },
    near={
        "today": 0, "tomorrow": 1, "the day after tomorrow": 2, "day after tomorrow": 2,
        "yesterday": -1, "the day before yesterday": -2, "day before yesterday": -2,
    },
    toward={"next": 1, "coming": 1, "this": 0, "last": -1},
    parts_of_week={"next week": 0, "the weekend": 5, "weekend": 5, "this weekend": 5},
    ago=("ago",),
    from_now=("from now",),
    now=("now", "just now"),
    last_night=("last night",),
    night_to=("the night before", "night before", "the night to", "night to"),
    nights=("night", "nights"),
    bedtime=("bedtime",),
    next=("next",),
    weeks=("week", "weeks"),
    quarters=("quarter", "quarters", "quarter of an hour", "quarters of an hour"),
    counts={
        "half an": 0.5, "half a": 0.5, "a half": 0.5, "half": 0.5, "1/2": 0.5,
        "a": 1, "an": 1, "one": 1, "a couple of": 2, "two": 2, "three": 3, "four": 4, "five": 5,
        "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
        "fifteen": 15, "twenty": 20, "twenty-five": 25, "thirty": 30, "forty": 40,
        "forty-five": 45, "fifty": 50, "sixty": 60, "ninety": 90,
    },
    weekdays=("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    months=(
        "january", "february", "march", "april", "may", "june",
        "july", "august", "september", "october", "november", "december",
    ),
)  # fmt: skip
"""The words that every language of the commands takes besides its own."""
