"""Clock times, lengths and moments as people type them.

Every place that takes one of these parses it here: the commands, the setup and the config file.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from nightcare.domain.time_words import SYMBOLS, TimeWords
from nightcare.errors import ValueRefused

_HALF_A_DAY = 12
_DAY = timedelta(days=1)
_HOURS, _MINUTES = 24, 60
_TOO_MANY = 10_000
_UNITS = {
    "weeks": 604_800, "days": 86_400, "hours": 3_600, "quarters": 900, "minutes": 60, "seconds": 1,
}  # fmt: skip
"""The fields of `TimeWords` with names of units, and the number of seconds in each unit."""


_PLAIN = {
    **dict.fromkeys(
        map(ord, "\N{RATIO}\N{MODIFIER LETTER COLON}\N{MODIFIER LETTER TRIANGULAR COLON}"), ":"
    ),
    **dict.fromkeys((*range(0x2010, 0x2016), ord("\N{MINUS SIGN}")), "-"),
    ord("\N{RIGHT SINGLE QUOTATION MARK}"): "'",
    ord("\N{VULGAR FRACTION ONE QUARTER}"): ".25",
    ord("\N{VULGAR FRACTION ONE HALF}"): ".5",
    ord("\N{VULGAR FRACTION THREE QUARTERS}"): ".75",
}
"""Signs that people type in place of others, and the plain ones."""

_QUOTES = "\"'\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"


def normalised(text: str) -> str:
    """Return a text in small letters with plain digits, signs and single spaces.

    Fullwidth forms, the digits of other scripts, spaces of any width, and colons, dashes and
    apostrophes of any form are taken for the plain ones; quotes around it and signs that cannot be
    seen are dropped.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN)
    signs = (
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
        for sign in plain.casefold()
        if unicodedata.category(sign) != "Cf"
    )
    said = " ".join("".join(signs).split())
    quoted = said[:1] in _QUOTES and said[-1:] in _QUOTES and len(said) > 1
    return said.strip(_QUOTES + " ") if quoted else said


# Clock times


@functools.cache
def _clock_pattern() -> re.Pattern[str]:
    return re.compile(
        # 24.12.26 is a date.
        r"(?P<hour>\d{1,2})(?:(?:(?P<sign>:)|[.h])?(?P<minute>\d{2})(?(sign)(?::(?P<second>\d{2}))?))?"
        r"(?: ?(?P<half>[ap])\.?m\.?)?"
    )


def parse_clock(text: str, words: TimeWords = SYMBOLS) -> time:
    """Parse a clock time (local): "22:30", "22.30", "2230", "22h30", "22", "10:30 pm", "24:00".

    Midnight at the end of a day is 00:00.

    Raises:
        ValueRefused: It is none, or may be in the morning or the evening.
    """
    return clock_of(since_midnight(text, words))


def names_half(text: str, words: TimeWords = SYMBOLS) -> bool:
    """Return whether a clock time has am, pm or a part of the day, and so one meaning."""
    said, begins = _without_part(normalised(text), words)
    return begins is not None or re.search(r"[ap]\.?m\.?$", said) is not None


def clock_of(since: timedelta) -> time:
    """Return the clock time so long after midnight; 00:00 after a whole day."""
    minutes, second = divmod(since.seconds, _MINUTES)
    return time(minutes // _MINUTES, minutes % _MINUTES, second)


def since_midnight(text: str, words: TimeWords = SYMBOLS) -> timedelta:
    """Parse a clock time as the time since midnight on a clock face; 24:00 is a whole day.

    It is longer where a part of the day goes on after midnight: "tonight at 1" is 25 hours.

    Raises:
        ValueRefused: As `parse_clock` does.
    """
    said, begins = _without_part(re.sub(" ?: ?", ":", normalised(text)), words)
    added, said = _added(_without_at(said, words), words)
    for names, hour in ((words.midnight, _HOURS), (words.noon, _HALF_A_DAY)):
        # It may be "12 midnight" or "12:00 noon".
        if re.sub("^12(:00)? ", "", said) in names:
            return _on_clock(timedelta(hours=hour, minutes=added))
    found = _clock_pattern().fullmatch(said)
    if found is None or (added and found["minute"] is not None):
        raise ValueRefused("clock_not_understood", found=text)
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    twice = 1 <= hour <= _HALF_A_DAY and not said.startswith("0")
    if found["half"] is not None:
        if not 1 <= hour <= _HALF_A_DAY:
            raise ValueRefused("clock_out_of_range", found=text)
        hour = hour % _HALF_A_DAY + (_HALF_A_DAY if found["half"] == "p" else 0)
        twice = False
    since = timedelta(hours=hour, minutes=minute, seconds=second)
    if minute >= _MINUTES or second >= _MINUTES or since > _DAY:
        raise ValueRefused("clock_out_of_range", found=text)
    since = _on_clock(since + timedelta(minutes=added))
    early = since % (_DAY / 2)
    if twice and begins is not None:
        return early + (_DAY / 2) * -((early - timedelta(hours=begins)) // (_DAY / 2))
    if twice and found["minute"] is None:
        morning, evening = (f"{clock_of(one):%H:%M}" for one in (early, early + _DAY / 2))
        raise ValueRefused("clock_which_half", found=text, morning=morning, evening=evening)
    return since


def _on_clock(since: timedelta) -> timedelta:
    """Return a time since midnight within one day."""
    return since if since == _DAY else since % _DAY


def _without_part(said: str, words: TimeWords) -> tuple[str, int | None]:
    """Return a clock time without a part of the day, and the hour at which that begins, if any."""
    said = _without_at(said, words)
    for name in sorted(words.parts, key=len, reverse=True):
        for rest in (said.removeprefix(f"{name} "), said.removesuffix(f" {name}")):
            if rest != said:
                return _without_at(rest, words), words.parts[name]
    return said, None


def _without_at(said: str, words: TimeWords) -> str:
    """Return a clock time without the words before it: "about", "kl."."""
    rest = without(said, words.at)
    return rest if rest == said else _without_at(rest, words)


def _added(said: str, words: TimeWords) -> tuple[int, str]:
    """Return the minutes that words like "quarter to" add to an hour, and that hour in figures."""
    added, rest = 0, said
    for name in words.after:
        rest = rest.removesuffix(name).rstrip()
    middle = "|".join(sorted(map(re.escape, words.minutes_past), key=len, reverse=True))
    parts = re.fullmatch(rf"(\S+) ({middle}) (.+)", rest)
    number = _in_figures(parts[1], words) if parts else ""
    if parts and number.isdecimal() and int(number) < _MINUTES:
        added, rest = int(number) * words.minutes_past[parts[2]], parts[3]
    for name in words.past:
        if rest.startswith(f"{name} "):
            added, rest = added + words.past[name], rest.removeprefix(f"{name} ")
            break
    figures = _in_figures(rest, words)
    if figures != rest:
        # "ten thirty"
        figures = re.sub(r"^(\d{1,2}) (?=\d\d(?!\S))", r"\1:", figures)
    return added, figures


# Lengths


@functools.cache
def _part_pattern() -> re.Pattern[str]:
    return re.compile(r"(\d{1,6}(?:[.,]\d{1,6})?|[.,]\d{1,6}) ?([^\W\d_]*)\.?[ ,]*")


def parse_length(text: str, words: TimeWords = SYMBOLS, *, in_minutes: bool = False) -> timedelta:
    """Parse a length: "10m", "1h30m", "1h30", "1.5 h", "90 minutes", "2 days", "an hour".

    Args:
        text: What was typed.
        words: The words that it may have.
        in_minutes: Whether a number alone is minutes.

    Raises:
        ValueRefused: It is none, has no unit, or is zero.
    """
    units = [(seconds, name) for unit, seconds in _UNITS.items() for name in getattr(words, unit)]
    said = _plain_length(text, words)
    total, last, at = 0.0, None, 0
    while at < len(said) or last is None:
        part = _part_pattern().match(said, at)
        if part is None:
            raise ValueRefused("length_not_understood", found=text)
        number, at = float(part[1].replace(",", ".")), part.end()
        unit = next((seconds for seconds, name in units if name == part[2]), None)
        if not part[2]:
            whole = at == len(said) and part[1].isdecimal()
            if whole and last is None and not in_minutes and 0 < number < _TOO_MANY:
                raise ValueRefused("length_without_unit", found=text, count=part[1])
            # "1h30" is an hour and thirty minutes.
            if whole and (last == _UNITS["hours"] or (last is None and in_minutes)):
                unit = _UNITS["minutes"]
            elif at == len(said) and last is not None and number < 1:
                # "an hour and a half"
                number, unit = number * last, 1
        if unit is None or (last is not None and unit >= last):
            raise ValueRefused("length_not_understood", found=text)
        total, last = total + number * unit, unit
    length = timedelta(seconds=round(total))
    if not length:
        raise ValueRefused("length_is_nothing", found=text)
    return length


def _plain_length(text: str, words: TimeWords) -> str:
    """Return a length with numbers in figures, units in one word, and nothing between its parts."""
    said = normalised(text)
    if words.counts.get(said, _MINUTES) <= 1:
        return ""
    for unit in _UNITS:
        for name in getattr(words, unit):
            if " " in name:
                said = said.replace(name, name.partition(" ")[0])
    said = _in_figures(" ".join(one for one in said.split() if one not in words.joined), words)
    # "two and a half hours"
    return re.sub(r"(?<=\d) 0?(?=\.\d)", "", said)


def _in_figures(said: str, words: TimeWords) -> str:
    """Return a text with its numbers in figures."""
    names = "|".join(sorted(map(re.escape, words.counts), key=len, reverse=True))
    if not names:
        return said
    return re.sub(rf"(?<!\S)({names})(?![^\s,])", lambda one: f"{words.counts[one[1]]:g}", said)


def without_first(text: str, names: tuple[str, ...]) -> str | None:
    """Return a text without a word that it begins with; None if it begins with none of these."""
    said = normalised(text)
    rest = without(said, names)
    return None if rest == said else rest


def without(said: str, names: tuple[str, ...]) -> str:
    """Return a text without the first of these words that it begins with."""
    for name in sorted(names, key=len, reverse=True):
        rest = said.removeprefix(name)
        if rest != said and (not rest or not rest[0].isalpha()):
            return rest.lstrip()
    return said


# Moments of a care day


class Anchor(StrEnum):
    """The start or end of the day that a relative moment counts from."""

    WAKE = "wake"
    BEDTIME = "bedtime"


@dataclass(frozen=True)
class ClockTime:
    """A time on the wall, local."""

    time: time

    def __str__(self) -> str:
        return clock_text(self.time)


@dataclass(frozen=True)
class Relative:
    """So much elapsed time after (or, negative, before) the wake-up or bedtime of a care day."""

    anchor: Anchor
    offset: timedelta = timedelta()

    def __str__(self) -> str:
        if not self.offset:
            return self.anchor
        sign = "-" if self.offset < timedelta() else "+"
        return f"{self.anchor} {sign} {length_text(abs(self.offset))}"


Moment = ClockTime | Relative


def length_text(length: timedelta) -> str:
    """Return a length as text: "1h30m"."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"


def clock_text(clock: time) -> str:
    """Return a clock time as text, with seconds only if there are any."""
    return clock.strftime("%H:%M:%S" if clock.second else "%H:%M")


@functools.cache
def _relative_pattern() -> re.Pattern[str]:
    return re.compile(r"(wake|bedtime)(?:\s*([+-])\s*(\S.*))?")


def parse_moment(text: str) -> Moment:
    """Parse a moment of a care day: a clock time, or one relative to `wake` or `bedtime`.

    Raises:
        ValueRefused: It is none.
    """
    relative = _relative_pattern().fullmatch(text.strip())
    if relative is None:
        try:
            return ClockTime(parse_clock(text))
        except ValueRefused as error:
            raise ValueRefused("moment_not_understood", found=text) from error
    anchor, sign, length = relative.groups()
    if sign is None:
        return Relative(Anchor(anchor))
    offset = parse_length(length)
    return Relative(Anchor(anchor), -offset if sign == "-" else offset)
