"""The cramp diary: cramp add, none, list, change, remove, export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from nightcare.cli.command_context import PATH, CommandContext, json_option, pass_context
from nightcare.cli.command_group import LazyGroup
from nightcare.cli.output import echo_text, json_text, print_json
from nightcare.domain.diary import (
    Answer,
    Cramp,
    DiaryMoment,
    Leg,
    Morning,
    Severity,
    checked_minutes,
)
from nightcare.domain.safe_text import one_line
from nightcare.engine.diary_actions import Details, DiaryActions, Noted
from nightcare.errors import ValueRefused

_MAX_NOTE = 1000
"""Characters."""

_A_THOUSAND_YEARS = 366_000
_UNKNOWN = "none"
"""The word that removes a detail from a cramp."""

_night_option = click.option("--night")


@click.group("cramp", cls=LazyGroup, lazy_subcommands={})
def cramp_group() -> None:
    """Keep your cramp diary: add, none, list, change, remove, export."""


def _detail_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that describe a cramp."""
    for name in ("--note", "--minutes", "--severity", "--leg", "--at"):
        function = click.option(name, type=int if name == "--minutes" else str)(function)
    return function


@cramp_group.command("add")
@_detail_options
@pass_context
def add_command(
    context: CommandContext,
    *,
    at: str | None,
    leg: str | None,
    severity: str | None,
    minutes: int | None,
    note: str | None,
) -> None:
    """Record a cramp: now, or --at 03:10."""
    details = Details(
        leg=None if leg is None else Leg(_word(leg, "leg", Leg, context)),
        severity=None
        if severity is None
        else Severity(_word(severity, "severity", Severity, context)),
        minutes=None if minutes is None else checked_minutes(minutes),
        note=_checked_note(note or ""),
    )
    now = _now(context)
    with _diary(context) as diary:
        moment = now if at is None else _typed_time(at, diary, context)
        noted = diary.add(moment, details, now)
    _print_recorded("did_cramp_add", noted, context)
    context.print("cramp_correct", number=noted.cramp.id)


@cramp_group.command("none")
@_night_option
@pass_context
def none_command(context: CommandContext, *, night: str | None) -> None:
    """Record a night without cramps: the last, or --night 2026-11-21."""
    now = _now(context)
    with _diary(context) as diary:
        day = diary.last_night(now) if night is None else _typed_night(night, diary, context)
        diary.answer(day, Answer.NONE, now)
    text = _place_text(DiaryMoment(day, by_night=True), context)
    context.print("did_cramp_none", night=text, date=day)


@cramp_group.command("list")
@click.option("--days", type=int)
@json_option
@pass_context
def list_command(context: CommandContext, *, days: int | None, as_json: bool) -> None:
    """Show the diary, of all time or of the last --days."""
    if days is not None:
        from nightcare.domain.day_parser import checked_days  # noqa: PLC0415 - not `cramp add`

        checked_days(days, _A_THOUSAND_YEARS)
    with _diary(context) as diary:
        since, today = date.min, diary.calendar.at(context.now).date
        if days is not None and days <= today.toordinal():
            since = today - timedelta(days=days - 1)
        cramps, mornings = diary.pages.cramps(since), diary.pages.mornings(since)
    if as_json:
        from nightcare.cli.record_formats import diary_records  # noqa: PLC0415 - 2 ms for this alone

        print_json(diary_records(cramps, mornings))
        return
    if not cramps and not mornings:
        context.print("cramp_list_empty")
    entries: list[tuple[DiaryMoment, Cramp | Morning]] = [(one.place, one) for one in cramps]
    entries += [(DiaryMoment(one.night, by_night=True), one) for one in mornings]
    entries.sort(key=lambda one: (one[0].care_day, one[0].by_night))
    for place, group in groupby(entries, key=lambda one: one[0]):
        heading = _place_text(place, context)
        echo_text(heading[:1].upper() + heading[1:])
        for _, one in group:
            echo_text(_entry_line(one, context))


@cramp_group.command("change")
@click.argument("number", type=click.IntRange(1))
@_detail_options
@pass_context
def change_command(  # noqa: PLR0913 - one for each detail of a cramp
    context: CommandContext,
    *,
    number: int,
    at: str | None,
    leg: str | None,
    severity: str | None,
    minutes: int | None,
    note: str | None,
) -> None:
    """Correct a cramp by its number; give only what changes."""
    if (at, leg, severity, minutes, note) == (None,) * 5:
        raise ValueRefused("cramp_change_what")
    changes: dict[str, Any] = {}
    if leg is not None:
        word = _word(leg, "leg", (*Leg, _UNKNOWN), context)
        changes["leg"] = None if word == _UNKNOWN else Leg(word)
    if severity is not None:
        word = _word(severity, "severity", (*Severity, _UNKNOWN), context)
        changes["severity"] = None if word == _UNKNOWN else Severity(word)
    if minutes is not None:
        changes["minutes"] = None if minutes == 0 else checked_minutes(minutes)
    if note is not None:
        changes["note"] = _checked_note(note)
    now = _now(context)
    with _diary(context) as diary:
        moment = None if at is None else _typed_time(at, diary, context)
        noted = diary.change(number, moment, lambda cramp: replace(cramp, **changes), now)
    _print_recorded("did_cramp_change", noted, context)


@cramp_group.command("remove")
@click.argument("number", type=click.IntRange(1), required=False)
@_night_option
@pass_context
def remove_command(context: CommandContext, *, number: int | None, night: str | None) -> None:
    """Remove a cramp from the diary, or the answer for a --night."""
    if (number is None) == (night is None):
        raise ValueRefused("cramp_remove_what")
    with _diary(context) as diary:
        if number is not None:
            removed = diary.remove(number)
            what, text = _cramp_text(removed, context), _place_text(removed.place, context)
            context.print("did_cramp_remove", number=number, what=what, night=text)
        else:
            day = _typed_night(str(night), diary, context)
            diary.remove_answer(day)
            text = _place_text(DiaryMoment(day, by_night=True), context)
            context.print("did_take_back", night=text)


@cramp_group.command("export")
@click.option(
    "--format", "form", type=click.Choice(["csv", "json"], case_sensitive=False), default="csv"
)
@click.option("--output", type=PATH)
@click.option("--yes", is_flag=True)
@pass_context
def export_command(context: CommandContext, *, form: str, output: Path | None, yes: bool) -> int:
    """Export the diary as CSV or JSON.

    In CSV a text that a spreadsheet would read as a formula gets a leading apostrophe. JSON is
    exact.
    """
    from nightcare.cli import record_formats  # noqa: PLC0415 - as above
    from nightcare.cli.questions import may_overwrite  # noqa: PLC0415 - as above

    if output is not None and not (yes or may_overwrite(context.lenient().translator, output)):
        return 1
    with context.journal() as journal:
        cramps, mornings = journal.diary.cramps(), journal.diary.mornings()
    if form == "json":
        text = json_text(record_formats.diary_records(cramps, mornings))
    else:
        rows = record_formats.diary_rows(cramps, mornings)
        text = record_formats.csv_text(record_formats.COLUMNS, rows)
    with record_formats.output_errors(output):
        record_formats.write_record(text, output)
    if output is not None:
        context.lenient().print("did_export", path=output)
    return 0


@contextmanager
def _diary(context: CommandContext) -> Iterator[DiaryActions]:
    """Open the diary, and write the night of an error as text.

    Raises:
        StateError: The journal cannot be used.
    """
    with context.journal() as journal:
        try:
            yield DiaryActions(journal.diary, context.calendar)
        except ValueRefused as error:
            night = error.values.get("night")
            if not isinstance(night, date):
                raise
            text = _place_text(DiaryMoment(night, by_night=True), context)
            raise ValueRefused(error.key, **{**error.values, "night": text}) from error


def _word(typed: str, name: str, known: Iterable[str], context: CommandContext) -> str:
    """Return the English word that a person typed in English or in their own language.

    Args:
        typed: What they typed.
        name: The option: "leg" or "severity".
        known: The English words.
        context: The context of the command.

    Raises:
        ValueRefused: The text is none of these words.
    """
    spoken = {context.translator.text(f"word_{name}_{one}"): str(one) for one in known}
    words = {**{one: one for one in spoken.values()}, **spoken}
    if typed.casefold() not in words:
        help_line = f"{click.get_current_context().command_path} --help"
        choices = ", ".join(spoken)
        raise ValueRefused("usage_choice", name=f"--{name}", known=choices, help=help_line)
    return words[typed.casefold()]


def _typed_time(at: str, diary: DiaryActions, context: CommandContext) -> datetime:
    """Return the time (UTC) that a person typed.

    Raises:
        ValueRefused: It is none, or is still to come.
    """
    from nightcare.domain.diary_parser import parse_at  # noqa: PLC0415 - most cramps are of now

    return parse_at(at, diary.calendar, _now(context), context.translator.input)


def _typed_night(night: str, diary: DiaryActions, context: CommandContext) -> date:
    """Return the night that a person typed.

    Raises:
        ValueRefused: It is none, or is still to come.
    """
    from nightcare.domain.diary_parser import night_named  # noqa: PLC0415 - rarely typed

    return night_named(night, _now(context), diary.calendar, context.translator.input)


def _now(context: CommandContext) -> datetime:
    """Return the time of the command in whole seconds (UTC), as the diary stores it."""
    return context.now.replace(microsecond=0)


def _checked_note(note: str) -> str:
    """Return a valid note; an argument of a program may be invalid text.

    Raises:
        ValueRefused: It is not text, or too long.
    """
    try:
        note.encode()
    except UnicodeEncodeError as error:
        raise ValueRefused("note_no_text") from error
    if len(note) > _MAX_NOTE:
        raise ValueRefused("note_too_long", found=len(note), most=_MAX_NOTE)
    return note


def _print_recorded(key: str, noted: Noted, context: CommandContext) -> None:
    what, night = _cramp_text(noted.cramp, context), _place_text(noted.cramp.place, context)
    context.print(key, number=noted.cramp.id, what=what, night=night)
    if noted.instead:
        context.print("cramp_instead")


def _cramp_text(cramp: Cramp, context: CommandContext) -> str:
    when = context.translator.when(cramp.local, context.now.astimezone(context.zone))
    return ", ".join([when, *_details(cramp, context)])


def _details(cramp: Cramp, context: CommandContext) -> Iterator[str]:
    translator = context.translator
    if cramp.leg is not None:
        yield translator.text(f"leg_{cramp.leg}")
    if cramp.severity is not None:
        yield translator.text(f"severity_{cramp.severity}")
    if cramp.minutes is not None:
        yield translator.length(timedelta(minutes=cramp.minutes))
    if note := one_line(cramp.note):
        yield translator.text("cramp_note", note=note)


def _entry_line(one: Cramp | Morning, context: CommandContext) -> str:
    if isinstance(one, Morning):
        return f"{'-':>5}  {context.translator.text(f'answer_{one.answer}')}"
    details = ", ".join(_details(one, context))
    return f"{one.id:>5}  {one.local:%H:%M}  {details}".rstrip()


def _place_text(place: DiaryMoment, context: CommandContext) -> str:
    """Return the night or day that a cramp belongs to as text."""
    key = "night_after" if place.by_night else "by_day"
    return context.translator.text(key, date=date_text(place.care_day, context))


def date_text(day: date, context: CommandContext) -> str:
    """Return a date as text, with its year if that is not this year."""
    text = context.translator.date(day)
    return text if day.year == context.now.astimezone(context.zone).year else f"{text} {day.year}"
