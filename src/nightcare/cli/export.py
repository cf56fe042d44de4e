"""Export and erasure of all records: export, erase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import click

from nightcare import __version__
from nightcare.cli.command_context import PATH, CommandContext, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.output import json_text
from nightcare.cli.questions import confirm_erasure, may_overwrite
from nightcare.cli.record_formats import (
    COLUMNS,
    Record,
    csv_text,
    diary_records,
    diary_rows,
    output_errors,
    write_record,
    write_records,
)
from nightcare.domain.delivery import STATE_NAMES, Active, Closed, Delivery, Held, Snoozed
from nightcare.domain.history import UserAction
from nightcare.errors import StateError, ValueRefused
from nightcare.journal.journal_files import FILE_NAME, journal_files
from nightcare.journal.salvage import set_aside_files
from nightcare.journal.store import Journal
from nightcare.paths import PAGES, own_page
from nightcare.toml_writer import path_text, value_text

_REMINDERS = (
    "reminder", "topic", "care_day", "due", "state", "at", "outcome", "reason", "snoozes",
    "computer",
)  # fmt: skip
_ACTIONS = ("at", "what", "reminders")
_SETTINGS = ("key", "value")
_CSV_FILES = ("diary.csv", "reminders.csv", "acts.csv", "settings.csv")
_PRIVATE = 0o700
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@click.command("export", cls=LocalisedCommand)
@click.option(
    "--format", "form", type=click.Choice(["json", "csv"], case_sensitive=False), default="json"
)
@click.option("--output", type=PATH)
@click.option("--ics", type=PATH)
@click.option("--hydration", is_flag=True)
@click.option("--yes", is_flag=True)
@pass_context
def export_command(
    context: CommandContext,
    *,
    form: str,
    output: Path | None,
    ics: Path | None,
    hydration: bool,
    yes: bool,
) -> int:
    """Export everything that is recorded: diary, reminders, actions, settings.

    In CSV a text that a spreadsheet would read as a formula gets a leading apostrophe. JSON is
    exact. With `--ics` the coming reminders are written instead, as a calendar file.
    """
    if ics is not None:
        from nightcare.cli.calendar_file import export_calendar  # noqa: PLC0415 - only with --ics

        if form == "csv" or output is not None:
            raise ValueRefused("export_ics_alone")
        return 0 if export_calendar(context, ics, hydration=hydration, overwrite=yes) else 1
    if hydration:
        raise ValueRefused("export_hydration_wants_ics")
    if form == "csv" and output is None:
        raise ValueRefused("export_wants_folder")
    if output is not None and not yes:
        paths = [output / name for name in _CSV_FILES] if form == "csv" else [output]
        if not may_overwrite(context.lenient().translator, *paths):
            return 1
    zone = context.lenient().zone
    settings = context.active.values if context.config_is_valid else None
    with context.journal() as journal:
        diary = journal.diary.content()
        deliveries = sorted(journal.since(_BEGINNING), key=lambda one: one.occurrence.due)
        reminders = [_reminder_record(one, zone) for one in deliveries]
        actions = [_action_record(one, zone) for one in journal.actions()]
    if form == "json" or output is None:
        everything = {
            "nightcare": __version__,
            "exported": context.now.astimezone(zone).isoformat(timespec="seconds"),
            "diary": diary_records(diary.cramps, diary.mornings),
            "reminders": reminders,
            "acts": actions,
            "settings": settings,
        }
        with output_errors(output):
            write_record(json_text(everything), output)
    else:
        tables = (
            csv_text(COLUMNS, diary_rows(diary.cramps, diary.mornings)),
            csv_text(_REMINDERS, reminders),
            csv_text(_ACTIONS, actions),
            csv_text(_SETTINGS, _settings_rows(settings or {})),
        )
        with output_errors(output):
            output.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            write_records(dict(zip((output / one for one in _CSV_FILES), tables, strict=True)))
    if output is not None:
        context.lenient().print("did_export", path=output)
    return 0


def _reminder_record(delivery: Delivery, zone: tzinfo) -> Record:
    record: dict[str, object] = {
        "reminder": delivery.key.reminder,
        "topic": delivery.topic,
        "care_day": delivery.key.care_day.isoformat(),
        "due": _local(delivery.occurrence.due, zone),
        "state": STATE_NAMES[type(delivery.state)],
        "at": None,
        "outcome": None,
        "reason": None,
        "snoozes": delivery.snoozes,
        "computer": None,
    }
    match delivery.state:
        case Closed(outcome, at, reason, computer):
            record |= {"at": _local(at, zone), "outcome": outcome, "reason": reason}
            record["computer"] = computer
        case Snoozed(until, computer):
            record |= {"at": _local(until, zone), "computer": computer}
        case Active(shown) if shown is not None:
            record["at"] = _local(shown, zone)
        case Held(cause):
            record["reason"] = cause
    return record


def _action_record(action: UserAction, zone: tzinfo) -> Record:
    reminders = " ".join(one.key.reminder for one in action.deliveries)
    return {"at": _local(action.at, zone), "what": action.what, "reminders": reminders}


def _settings_rows(table: Mapping[str, object], where: tuple[str, ...] = ()) -> Iterator[Record]:
    """Yield each value of a table with the path of its key, as TOML writes them."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _settings_rows(value, (*where, key))
        else:
            yield {"key": path_text((*where, key)), "value": value_text(value)}


def _local(instant: datetime, zone: tzinfo) -> str:
    return instant.astimezone(zone).isoformat()


@click.command("erase", cls=LocalisedCommand)
@click.option("--yes", is_flag=True)
@pass_context
def erase_command(context: CommandContext, *, yes: bool) -> int:
    """Erase everything that is recorded; keep your config."""
    context = context.lenient()
    if not yes and not confirm_erasure(
        context.translator,
        _losses(context),
        context.translator.text("erase_sure"),
        context.translator.text("erase_nothing"),
        ValueRefused("erase_wants_yes"),
    ):
        return 1
    for page in (own_page(context.state, name) for name in PAGES):
        if page.exists():
            page.unlink()
            context.print("did_erase_page", path=page)
    for path in set_aside_files(context.state):
        path.unlink(missing_ok=True)
        context.print("did_erase_file", path=path)
    if (context.state / FILE_NAME).exists():
        _erase_journal(context)
    else:
        context.print("erase_none")
        _mark_erased(context)
    context.print("erase_kept")
    return 0


def _erase_journal(context: CommandContext) -> None:
    try:
        with context.journal() as journal:
            counts = _counts(journal)
            own = _shared_id(context)
            journal.erase(context.now, own)
            elsewhere = [one.name for one in journal.shared.computers() if one.id != own]
    except StateError as error:
        if error.key != "journal_corrupt" or context.service_runs():
            raise
        # The journal cannot be written any more, and a new one replaces it.
        for path in journal_files(context.state):
            path.unlink(missing_ok=True)
        context.print("did_erase_file", path=context.state / FILE_NAME)
        _mark_erased(context)
    else:
        context.print("did_erase", **counts)
        if own is not None and elsewhere:
            context.print("erase_elsewhere", computers=", ".join(elsewhere))


def _mark_erased(context: CommandContext) -> None:
    """Start a journal that reports the erasure to others and ignores old records at the broker."""
    own = _shared_id(context)
    if own is not None:
        with context.journal() as journal:
            journal.erase(context.now, own)


def _shared_id(context: CommandContext) -> str | None:
    """Return the id of this computer for the person's others; None if it does not share."""
    mqtt = context.active.values.get("mqtt") or {}
    if not mqtt.get("share"):
        return None
    from nightcare.bridge.settings import computer_id  # noqa: PLC0415 - only to share

    return computer_id()


def _losses(context: CommandContext) -> Iterator[str]:
    """Yield lines about the records to erase."""
    yield context.translator.text("erase_what", state=context.state)
    if _shared_id(context) is not None:
        yield context.translator.text("erase_what_elsewhere")
    yield from recorded_counts(context)


def recorded_counts(context: CommandContext) -> Iterator[str]:
    """Yield a line with the number of records in the journal; none if it cannot be read."""
    if not (context.state / FILE_NAME).exists():
        return
    try:
        with context.journal() as journal:
            yield context.translator.text("erase_counts", **_counts(journal))
    except StateError:
        return


def _counts(journal: Journal) -> dict[str, Any]:
    diary = journal.diary.content()
    return {
        "cramps": len(diary.cramps),
        "mornings": len(diary.mornings),
        "reminders": len(journal.since(_BEGINNING)),
    }
