"""The coming reminders as a calendar file: iCalendar, by RFC 5545."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from nightcare import __version__
from nightcare.cli.command_context import CommandContext
from nightcare.cli.cramps import date_text
from nightcare.cli.page_file import write_page
from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.guidance import part_of_day, suited_tips
from nightcare.domain.outlook import Outlook
from nightcare.domain.reminders import Occurrence, Reminder, Topic
from nightcare.domain.safe_text import is_unsafe
from nightcare.domain.weekly_rules import WeeklyRule, weekly_rules
from nightcare.engine.messages import title_and_body

VALID = timedelta(days=365)
"""The time that a file covers; a compromise between rare renewal and outdated schedules."""

_LONGEST_LINE = 75
"""Bytes, by RFC 5545, section 3.1."""

_LENGTH = timedelta(minutes=5)
"""The length of an event; some calendars do not draw an event without a length."""

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_OWN_ZONE = "nightcare-local-time"
"""The name of a time zone without an IANA name."""


def export_calendar(
    context: CommandContext, path: Path, *, hydration: bool, overwrite: bool
) -> bool:
    """Write the coming reminders to a calendar file; return False if the user refused.

    Args:
        context: The context of the command.
        path: The file.
        hydration: Whether reminders to drink are in it.
        overwrite: Whether to overwrite another file without asking.

    Raises:
        ConfigError: The config is invalid.
        StateError: The file cannot be written; an old one is as it was.
        ValueRefused: The file exists, and there is no terminal to ask in.
    """
    _ = context.loaded  # An invalid config is an error here, though the service uses another.
    outlook = context.plan()
    text = calendar_text(outlook, context, hydration=hydration)
    if not write_page(text, path.absolute(), context, yes=overwrite, option="--ics"):
        return False
    context.print("ics_valid", until=date_text(_last_day(outlook), context))
    return True


def calendar_text(outlook: Outlook, context: CommandContext, *, hydration: bool) -> str:
    """Return the coming reminders as the content of a calendar file."""
    translator, last = context.translator, _last_day(outlook)
    coming = [
        one
        for one in outlook.until(outlook.calendar.day(last).ends)
        if hydration or outlook.schedule.named(one.key.reminder).topic is not Topic.HYDRATION
    ]
    first = outlook.calendar.local(outlook.now).date()
    zone = _Zone.of(outlook.calendar.zone)
    valid = {"first": first.isoformat(), "until": last.isoformat()}
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//nightcare//nightcare {__version__}//{translator.language.upper()}",
        "CALSCALE:GREGORIAN",
        "NAME:nightcare",
        "X-WR-CALNAME:nightcare",
        f"DESCRIPTION:{_text(translator.text('ics_description', **valid))}",
        f"X-WR-CALDESC:{_text(translator.text('ics_description', **valid))}",
        *zone.component(first, last),
        *_Events(outlook, context, zone).lines(coming, last),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _last_day(outlook: Outlook) -> date:
    return outlook.calendar.at(outlook.now).date + VALID


@dataclass(frozen=True)
class _Zone:
    """The time zone of a calendar file: its name there, and its rules."""

    name: str
    zone: tzinfo

    @classmethod
    def of(cls, zone: tzinfo) -> _Zone:
        """Return a zone by its IANA name, which calendars know, or else by nightcare's own name."""
        try:
            return cls(ZoneInfo(getattr(zone, "key", None) or "").key, zone)
        except (LookupError, ValueError, OSError):
            return cls(_OWN_ZONE, zone)

    def component(self, first: date, last: date) -> Iterator[str]:
        """Yield the VTIMEZONE for a span: each change as an observance of its own.

        A rule for all years would be shorter, but a zone need not have one.
        """
        yield "BEGIN:VTIMEZONE"
        yield f"TZID:{self.name}"
        instant = datetime.combine(first - ONE_DAY, time(), UTC)
        ends = datetime.combine(last + 3 * ONE_DAY, time(), UTC)
        yield from self._observance(instant, self._offset(instant))
        while instant < ends:
            changes = self._change(instant, instant + ONE_DAY)
            if changes is not None:
                yield from self._observance(changes, self._offset(instant))
            instant += ONE_DAY
        yield "END:VTIMEZONE"

    def _change(self, before: datetime, after: datetime) -> datetime | None:
        """Return the instant (UTC) at which the zone changes between two; None without a change."""
        old = self._state(before)
        if self._state(after) == old:
            return None
        while after - before > timedelta(seconds=1):
            middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
            before, after = (middle, after) if self._state(middle) == old else (before, middle)
        return after

    def _observance(self, begins: datetime, before: timedelta) -> Iterator[str]:
        local = begins.astimezone(self.zone)
        kind = "DAYLIGHT" if local.dst() else "STANDARD"
        yield f"BEGIN:{kind}"
        yield f"DTSTART:{_wall((begins + before).replace(tzinfo=None))}"
        yield f"TZOFFSETFROM:{_offset(before)}"
        yield f"TZOFFSETTO:{_offset(self._offset(begins))}"
        yield f"TZNAME:{_text(local.tzname() or self.name)}"
        yield f"END:{kind}"

    def _offset(self, instant: datetime) -> timedelta:
        return instant.astimezone(self.zone).utcoffset() or timedelta()

    def _state(self, instant: datetime) -> tuple[object, ...]:
        local = instant.astimezone(self.zone)
        return local.utcoffset(), local.dst(), local.tzname()


@dataclass(frozen=True)
class _Events:
    """The events of a calendar file."""

    outlook: Outlook
    context: CommandContext
    zone: _Zone

    def lines(self, coming: Iterable[Occurrence], last: date) -> Iterator[str]:
        """Yield the coming events up to a date, and one on that date that announces the end."""
        rules, single = weekly_rules(coming, self.outlook.calendar)
        for rule in rules:
            uid = f"{rule.reminder}.{rule.clock:%H%M%S}"
            yield from self._reminder(rule.reminder, uid, self._times(rule), self._instant(rule))
        for one in single:
            uid = f"{one.key.reminder}.{one.key.care_day.isoformat()}.{one.key.slot}"
            local = self.outlook.calendar.local(one.due)
            # Only UTC can express the second of two equal times.
            times = [f"DTSTART:{_utc(one.due)}" if local.fold else self._local("DTSTART", local)]
            yield from self._reminder(one.key.reminder, uid, times, one.due)
        text = self.context.translator.text
        noon = self._local("DTSTART", datetime.combine(last, time(12)))
        yield from self._event("renew", [noon], text("ics_renew"), text("ics_renew_how"))

    def _instant(self, rule: WeeklyRule) -> datetime:
        return self.outlook.calendar.instant(datetime.combine(rule.first, rule.clock))

    def _times(self, rule: WeeklyRule) -> Iterator[str]:
        days = ",".join(_WEEKDAYS[day] for day in rule.weekdays)
        until = self.outlook.calendar.instant(datetime.combine(rule.last, rule.clock))
        yield self._local("DTSTART", datetime.combine(rule.first, rule.clock))
        yield f"RRULE:FREQ=WEEKLY;UNTIL={_utc(until)};BYDAY={days}"
        for day in rule.left_out:
            yield self._local("EXDATE", datetime.combine(day, rule.clock))

    def _local(self, name: str, wall: datetime) -> str:
        return f"{name};TZID={self.zone.name}:{_wall(wall)}"

    def _reminder(
        self, name: str, uid: str, times: Iterable[str], first: datetime
    ) -> Iterator[str]:
        """Yield the event of a reminder: its UID, its times, and its first instant (UTC)."""
        reminder = self.outlook.schedule.named(name)
        advice = self._advice(reminder, first)
        title, body = title_and_body(reminder, self.context.translator, advice)
        yield from self._event(uid, times, title, body)

    def _advice(self, reminder: Reminder, instant: datetime) -> str:
        """Return the tips that suit a reminder at its time of day, one a line."""
        moment = part_of_day(instant, self.outlook.calendar.at(instant))
        tips = suited_tips(self.context.translator.guidance.tips, reminder.topic, moment)
        return "\n".join(one.text for one in tips)

    def _event(self, uid: str, times: Iterable[str], title: str, body: str) -> Iterator[str]:
        yield "BEGIN:VEVENT"
        yield f"UID:{_text(uid)}@nightcare"
        yield f"DTSTAMP:{_utc(self.outlook.now)}"
        yield from times
        yield f"DURATION:PT{int(_LENGTH.total_seconds()) // 60}M"
        yield f"SUMMARY:{_text(title)}"
        if body:
            yield f"DESCRIPTION:{_text(body)}"
        yield "CLASS:PRIVATE"
        yield "TRANSP:TRANSPARENT"
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_text(title)}"
        yield "TRIGGER:PT0S"
        yield "END:VALARM"
        yield "END:VEVENT"


def _wall(local: datetime) -> str:
    return f"{local:%Y%m%dT%H%M%S}"


def _utc(instant: datetime) -> str:
    return f"{_wall(instant.astimezone(UTC))}Z"


def _offset(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    minutes, seconds = divmod(int(abs(offset).total_seconds()), 60)
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + (f"{seconds:02}" if seconds else "")


def _text(text: str) -> str:
    """Return a text as a value, by RFC 5545, section 3.3.11."""
    safe = "".join(one for one in text if one == "\n" or not is_unsafe(one))
    for sign in ("\\", ";", ","):
        safe = safe.replace(sign, f"\\{sign}")
    return safe.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return a line, broken where it is too long, between characters."""
    parts, size = [""], 0
    for sign in line:
        width = len(sign.encode())
        if size + width > _LONGEST_LINE:
            parts.append("")
            size = 1
        parts[-1] += sign
        size += width
    return "\r\n ".join(parts)
