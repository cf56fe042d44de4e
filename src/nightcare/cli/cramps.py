"""The cramp diary: add, none, list, change, remove, export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from nightcare.cli.command_context import CommandContext
from nightcare.cli.declaring import (
    Group,
    a_path,
    argument,
    as_json,
    command,
    number,
    one_of,
    option,
)
from nightcare.cli.output import echo, say_json
from nightcare.desktop.notify.message_text import one_line
from nightcare.domain.day_parser import checked_days
from nightcare.domain.diary import (
    Answer,
    Cramp,
    DiaryMoment,
    Leg,
    Morning,
    Severity,
    checked_minutes,
    night_named,
    parse_at,
)
from nightcare.engine.diary_actions import Details, DiaryActions, Noted
from nightcare.errors import ValueRefused

_COMMANDS = {
    "add": "cramps",
    "none": "cramps",
    "list": "cramps",
    "change": "cramps",
    "remove": "cramps",
    "export": "cramps",
}
_EXPORT = """Hand over the diary as CSV or JSON, to read elsewhere.

In CSV a text that a spreadsheet would take for a formula has an apostrophe before it. JSON is
exact.
"""
_LONGEST_NOTE = 1000
"""Characters; the page and the list cut notes far earlier."""

_A_THOUSAND_YEARS = 366_000
_UNSAID = "none"
_LEGS = [str(one) for one in Leg]
_SEVERITIES = [str(one) for one in Severity]


cramp_command = Group(
    "cramp",
    _COMMANDS,
    help="Your diary of cramps: add, none, list, change, remove, export.",
)
"""Your diary of cramps: add, none, list, change, remove, export."""


def _described(legs: list[str], severities: list[str]) -> Callable[..., Any]:
    """The options that say what a cramp was like."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for described in (
            option("--note", help="Your own words."),
            option("--minutes", type=number(), help="How many minutes it lasted."),
            option("--severity", type=one_of(severities), help="How bad it was."),
            option("--leg", type=one_of(legs), help="Where it was."),
            option("--at", help='When it was: 03:10, "yesterday 03:10", "21 Nov 03:10".'),
        ):
            function = described(function)
        return function

    return decorate


@command("add", help="Note a cramp: now, or --at 03:10.")
@_described(_LEGS, _SEVERITIES)
def add_command(
    person: CommandContext,
    *,
    at: str | None,
    leg: str | None,
    severity: str | None,
    minutes: int | None,
    note: str | None,
) -> None:
    """Note a cramp."""
    details = Details(
        leg=None if leg is None else Leg(leg),
        severity=None if severity is None else Severity(severity),
        minutes=None if minutes is None else checked_minutes(minutes),
        note=_typed(note or ""),
    )
    with _diary(person) as diary:
        now = person.now.replace(microsecond=0)
        moment = now if at is None else parse_at(at, diary.calendar, now, person.words.input)
        noted = diary.add(moment, details, now)
    _say("did_cramp_add", noted, person)
    echo(person.words.say("cramp_correct", number=noted.cramp.id))


@command("none", help="Note that a night was without cramps: the last, or --night 2026-11-21.")
@option("--night", help="The day of the evening before it: 2026-11-21, yesterday, friday.")
def none_command(person: CommandContext, *, night: str | None) -> None:
    """Note a night without cramps."""
    with _diary(person) as diary:
        now = person.now.replace(microsecond=0)
        meant = (
            diary.last_night(now)
            if night is None
            else night_named(night, now, diary.calendar, person.words.input)
        )
        try:
            diary.answer(meant, Answer.NONE, now)
        except ValueRefused as error:
            raise _of_night(error, person) from error
    said = _night_words(DiaryMoment(meant, by_night=True), person)
    echo(person.words.say("did_cramp_none", night=said, date=meant))


@command("list", help="Show the diary, of all time or of the last --days.")
@option("--days", type=number(), help="So many care days.")
@as_json
def list_command(person: CommandContext, *, days: int | None, for_program: bool) -> None:
    """The diary."""
    if days is not None:
        checked_days(days, _A_THOUSAND_YEARS)
    with _diary(person) as diary:
        today = diary.calendar.at(person.now).date
        since = _since(today, days)
        pages = diary.pages
        cramps, mornings = pages.cramps(since), pages.mornings(since)
    if for_program:
        from nightcare.cli.record_formats import diary_records  # noqa: PLC0415 - 2 ms, for this alone

        say_json(diary_records(cramps, mornings))
        return
    if not cramps and not mornings:
        echo(person.words.say("cramp_list_empty"))
    entries: list[tuple[DiaryMoment, Cramp | Morning]] = [(one.place, one) for one in cramps]
    entries += [(DiaryMoment(one.night, by_night=True), one) for one in mornings]
    entries.sort(key=lambda one: (one[0].care_day, one[0].by_night))
    for place, group in groupby(entries, key=lambda one: one[0]):
        heading = _night_words(place, person)
        echo(heading[:1].upper() + heading[1:])
        for _, one in group:
            echo(_entry_line(one, person))


@command("change", help="Correct a cramp by its number; say only what was otherwise.")
@argument("number", type=number(1), metavar="ID")
@_described([*_LEGS, _UNSAID], [*_SEVERITIES, _UNSAID])
def change_command(  # noqa: PLR0913 - as many as there is to say of a cramp
    person: CommandContext,
    *,
    number: int,
    at: str | None,
    leg: str | None,
    severity: str | None,
    minutes: int | None,
    note: str | None,
) -> None:
    """Correct a cramp."""
    if (at, leg, severity, minutes, note) == (None,) * 5:
        raise ValueRefused("cramp_change_what")
    changes: dict[str, Any] = {}
    if leg is not None:
        changes["leg"] = None if leg == _UNSAID else Leg(leg)
    if severity is not None:
        changes["severity"] = None if severity == _UNSAID else Severity(severity)
    if minutes is not None:
        changes["minutes"] = None if minutes == 0 else checked_minutes(minutes)
    if note is not None:
        changes["note"] = _typed(note)
    with _diary(person) as diary:
        now = person.now.replace(microsecond=0)
        moment = None if at is None else parse_at(at, diary.calendar, now, person.words.input)
        noted = diary.change(number, moment, lambda cramp: replace(cramp, **changes), now)
    _say("did_cramp_change", noted, person)


@command("remove", help="Take a cramp out of the diary, or what was said of a --night.")
@argument("number", type=number(1), metavar="[ID]", required=False)
@option("--night", help="The day of the evening before it: 2026-11-21, yesterday, friday.")
def remove_command(person: CommandContext, *, number: int | None, night: str | None) -> None:
    """Take something out of the diary."""
    if (number is None) == (night is None):
        raise ValueRefused("cramp_remove_what")
    with _diary(person) as diary:
        if number is not None:
            removed = diary.remove(number)
            said = person.words.say(
                "did_cramp_remove",
                number=number,
                what=_cramp_words(removed, person),
                night=_night_words(removed.place, person),
            )
        else:
            meant = night_named(str(night), person.now, diary.calendar, person.words.input)
            try:
                diary.take_back(meant)
            except ValueRefused as error:
                raise _of_night(error, person) from error
            place = DiaryMoment(meant, by_night=True)
            said = person.words.say("did_take_back", night=_night_words(place, person))
    echo(said)


@command("export", help=_EXPORT)
@option(
    "--format",
    "form",
    type=one_of(["csv", "json"]),
    default="csv",
    help="How: csv unless said.",
)
@option("--output", type=a_path, help="A file; else it is printed.")
def export_command(person: CommandContext, *, form: str, output: Path | None) -> None:
    """Hand over the diary."""
    from nightcare.cli import record_formats  # noqa: PLC0415 - as above

    with person.journal() as journal:
        pages = journal.diary
        cramps, mornings = pages.cramps(), pages.mornings()
    if form == "json":
        record_formats.hand_over(
            record_formats.json_text(record_formats.diary_records(cramps, mornings)), output
        )
    else:
        rows = record_formats.diary_rows(cramps, mornings)
        record_formats.hand_over(record_formats.csv_text(record_formats.COLUMNS, rows), output)
    if output is not None:
        echo(person.any_words.say("did_export", path=output))


@contextmanager
def _diary(person: CommandContext) -> Iterator[DiaryActions]:
    """The person's diary, open for the length of a command."""
    with person.journal() as journal:
        yield DiaryActions(journal.diary, person.calendar)


def _since(today: date, days: int | None) -> date:
    if days is None or days > today.toordinal():
        return date.min
    return today - timedelta(days=days - 1)


def _typed(note: str) -> str:
    """The person's own words, if they are text: not every argument of a program is.

    Raises:
        ValueRefused: They are not.
    """
    try:
        note.encode()
    except UnicodeEncodeError as error:
        raise ValueRefused("note_no_text") from error
    if len(note) > _LONGEST_NOTE:
        raise ValueRefused("note_too_long", found=len(note), most=_LONGEST_NOTE)
    return note


def _of_night(error: ValueRefused, person: CommandContext) -> ValueRefused:
    """The same, which names its night in words."""
    night = error.values["night"]
    assert isinstance(night, date)
    place = DiaryMoment(night, by_night=True)
    return ValueRefused(error.key, **{**error.values, "night": _night_words(place, person)})


def _say(key: str, noted: Noted, person: CommandContext) -> None:
    words, cramp = person.words, noted.cramp
    what, night = _cramp_words(cramp, person), _night_words(cramp.place, person)
    echo(words.say(key, number=cramp.id, what=what, night=night))
    if noted.instead:
        echo(words.say("cramp_instead"))


def _cramp_words(cramp: Cramp, person: CommandContext) -> str:
    when = person.words.when(cramp.local, person.now.astimezone(person.zone))
    return ", ".join([when, *_details(cramp, person)])


def _details(cramp: Cramp, person: CommandContext) -> Iterator[str]:
    words = person.words
    if cramp.leg is not None:
        yield words.say(f"leg_{cramp.leg}")
    if cramp.severity is not None:
        yield words.say(f"severity_{cramp.severity}")
    if cramp.minutes is not None:
        yield words.length(timedelta(minutes=cramp.minutes))
    if note := one_line(cramp.note):
        yield words.say("cramp_note", note=note)


def _entry_line(one: Cramp | Morning, person: CommandContext) -> str:
    if isinstance(one, Morning):
        return f"{'-':>5}  {person.words.say(f'answer_{one.answer}')}"
    rest = ", ".join(_details(one, person))
    return f"{one.id:>5}  {one.local:%H:%M}  {rest}".rstrip()


def _night_words(place: DiaryMoment, person: CommandContext) -> str:
    key = "night_after" if place.by_night else "by_day"
    return person.words.say(key, date=dated(place.care_day, person))


def dated(day: date, person: CommandContext) -> str:
    """A date in words, with its year where that is another."""
    said = person.words.date(day)
    return said if day.year == person.now.astimezone(person.zone).year else f"{said} {day.year}"
