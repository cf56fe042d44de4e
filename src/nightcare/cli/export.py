"""Everything that is recorded: export, erase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import click

from nightcare import __version__
from nightcare.cli.command_context import CommandContext, pass_context
from nightcare.cli.output import echo
from nightcare.cli.prompts import confirm_erasure
from nightcare.cli.record_formats import (
    COLUMNS,
    Record,
    csv_text,
    diary_records,
    diary_rows,
    hand_over,
    hand_over_all,
    json_text,
)
from nightcare.desktop.time_zone import zone
from nightcare.domain.delivery import STATE_NAMES, Active, Closed, Delivery, Held, Snoozed
from nightcare.domain.history import UserAction
from nightcare.errors import ConfigError, StateError, ValueRefused
from nightcare.i18n.translator import Translator
from nightcare.journal.diary_store import DiaryContent
from nightcare.journal.journal_file import FILE_NAME, journal_files, set_aside_files
from nightcare.journal.store import Journal
from nightcare.paths import own_page
from nightcare.toml_writer import path_text, value_text

_REMINDERS = ("reminder", "topic", "care_day", "due", "state", "at", "outcome", "reason", "snoozes")
_ACTS = ("at", "what", "reminders")
_SETTINGS = ("key", "value")
_FOR_YOU_ALONE = 0o700
_EVER = datetime.min.replace(tzinfo=UTC)


@click.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "csv"], case_sensitive=False),
    default="json",
    help="The format; json by default.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write, or for csv the folder; standard output by default.",
)
@pass_context
def export_command(context: CommandContext, *, form: str, output: Path | None) -> None:
    """Export everything that is recorded: diary, reminders, actions, settings.

    In CSV a text that a spreadsheet would take for a formula has an apostrophe before it. JSON is
    exact.
    """
    if form == "csv" and output is None:
        raise ValueRefused("export_wants_folder")
    with context.journal() as journal:
        diary = journal.diary.content()
        courses = sorted(journal.since(_EVER), key=lambda one: one.occurrence.due)
        acts = journal.actions()
    here, settings = _zone(context), _settings(context)
    reminders = [_reminder_record(one, here) for one in courses]
    done = [_act_record(one, here) for one in acts]
    if form == "json" or output is None:
        everything = {
            "nightcare": __version__,
            "exported": context.now.astimezone(here).isoformat(timespec="seconds"),
            "diary": diary_records(diary.cramps, diary.mornings),
            "reminders": reminders,
            "acts": done,
            "settings": settings,
        }
        hand_over(json_text(everything), output)
    else:
        _write_tables(output, diary, reminders, done, settings)
    if output is not None:
        echo(context.lenient().words.say("did_export", path=output))


@click.command("erase")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def erase_command(context: CommandContext, *, yes: bool) -> int:
    """Erase everything that is recorded; keep your config."""
    words = context.lenient().words
    if not yes and not confirm_erasure(
        words,
        _losses(context, words),
        words.say("erase_sure"),
        words.say("erase_nothing"),
        ValueRefused("erase_wants_yes"),
    ):
        return 1
    page = own_page(context.state)
    if page.exists():
        page.unlink()
        echo(words.say("did_erase_page", path=page))
    for path in set_aside_files(context.state):
        path.unlink(missing_ok=True)
        echo(words.say("did_erase_file", path=path))
    if (context.state / FILE_NAME).exists():
        try:
            _erase(context, words)
        except StateError as error:
            if error.key != "journal_corrupt" or context.service_runs():
                raise
            # It cannot be written any more, and the next one begins anew.
            for path in journal_files(context.state):
                path.unlink(missing_ok=True)
            echo(words.say("did_erase_file", path=context.state / FILE_NAME))
    else:
        echo(words.say("erase_none"))
    echo(words.say("erase_kept"))
    return 0


def _losses(context: CommandContext, words: Translator) -> Iterator[str]:
    """Yield what is erased."""
    yield words.say("erase_what", state=context.state)
    yield from recorded_counts(context, words)


def recorded_counts(context: CommandContext, words: Translator) -> Iterator[str]:
    """Yield a line that counts what the journal holds; none where it cannot be read."""
    if not (context.state / FILE_NAME).exists():
        return
    try:
        with context.journal() as journal:
            yield words.say("erase_counts", **_counts(journal))
    except StateError:
        return


def _counts(journal: Journal) -> dict[str, int]:
    diary = journal.diary.content()
    return {
        "cramps": len(diary.cramps),
        "mornings": len(diary.mornings),
        "reminders": len(journal.since(_EVER)),
    }


def _erase(context: CommandContext, words: Translator) -> None:
    with context.journal() as journal:
        counts = _counts(journal)
        journal.erase(context.now)
    echo(words.say("did_erase", **counts))


def _zone(context: CommandContext) -> tzinfo:
    """The person's time zone; the system's where the config is wrong: what is theirs is theirs."""
    try:
        return context.zone
    except ConfigError:
        return zone(None)


def _settings(context: CommandContext) -> Mapping[str, object] | None:
    """The settings in force; None where the config is wrong."""
    try:
        return context.active.values
    except ConfigError:
        return None


def _reminder_record(course: Delivery, here: tzinfo) -> Record:
    record: dict[str, object] = {
        "reminder": course.key.reminder,
        "topic": course.topic,
        "care_day": course.key.care_day.isoformat(),
        "due": _iso(course.occurrence.due, here),
        "state": STATE_NAMES[type(course.state)],
        "at": None,
        "outcome": None,
        "reason": None,
        "snoozes": course.snoozes,
    }
    match course.state:
        case Closed(outcome, at, reason):
            record |= {"at": _iso(at, here), "outcome": outcome, "reason": reason}
        case Snoozed(until):
            record |= {"at": _iso(until, here)}
        case Active(shown) if shown is not None:
            record |= {"at": _iso(shown, here)}
        case Held(cause):
            record |= {"reason": cause}
    return record


def _act_record(act: UserAction, here: tzinfo) -> Record:
    return {
        "at": _iso(act.at, here),
        "what": act.what,
        "reminders": " ".join(one.key.reminder for one in act.courses),
    }


def _write_tables(
    folder: Path,
    diary: DiaryContent,
    reminders: Sequence[Record],
    acts: Sequence[Record],
    settings: Mapping[str, object] | None,
) -> None:
    """Write each kind of record as a table of its own.

    Raises:
        OSError: One of them cannot be written; all are as they were.
    """
    folder.mkdir(mode=_FOR_YOU_ALONE, parents=True, exist_ok=True)
    tables: dict[str, tuple[Sequence[str], Sequence[Record]]] = {
        "diary": (COLUMNS, diary_rows(diary.cramps, diary.mornings)),
        "reminders": (_REMINDERS, reminders),
        "acts": (_ACTS, acts),
        "settings": (_SETTINGS, list(_flat(settings or {}))),
    }
    hand_over_all(
        {
            folder / f"{name}.csv": csv_text(columns, rows)
            for name, (columns, rows) in tables.items()
        }
    )


def _flat(table: Mapping[str, object], where: tuple[str, ...] = ()) -> Iterator[Record]:
    """Each value of a table under the path of its key, as TOML writes them."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, (*where, key))
        else:
            yield {"key": path_text((*where, key)), "value": value_text(value)}


def _iso(instant: datetime, here: tzinfo) -> str:
    return instant.astimezone(here).isoformat()
