"""What the config and the journal mean for reminders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nightcare.doctor.finding import Check, Finding, Said, bad, good, warning
from nightcare.errors import ConfigError, Diagnostic
from nightcare.journal.inspection import Content, Inspection

_MOST_MISTAKES = 5

_FULL = 2**20
"""Bytes; with less the journal cannot be written for long."""

_LOW = 50 * 2**20
"""Bytes; with less it is time to make room."""

_MEBIBYTE, _GIBIBYTE = 2**20, 2**30

_GROUP_AND_OTHERS = 0o077


def judge_config(
    path: Path | None, warnings: Iterable[Diagnostic], reminders: int, variables: Iterable[str]
) -> list[Finding]:
    """A config that is right.

    Args:
        path: The file; None for the built-in defaults.
        warnings: What may be a slip in it.
        reminders: How many it has switched on.
        variables: The variables that are laid over it.
    """
    named = path or Said("built_in")
    if reminders:
        findings = [good(Check.CONFIG, "doctor_config_good", path=named, count=reminders)]
    else:
        findings = [
            warning(Check.CONFIG, "doctor_config_empty", "doctor_config_empty_mend", path=named)
        ]
    findings += [
        warning(Check.CONFIG, "doctor_config_problem", "doctor_config_warning_mend", problem=one)
        for one in warnings
    ]
    return findings + _judge_variables(variables)


def judge_mistakes(error: ConfigError, variables: Iterable[str]) -> list[Finding]:
    """A config that is wrong."""
    findings = [
        bad(Check.CONFIG, "doctor_config_problem", "doctor_config_wrong_mend", problem=one)
        for one in error.problems[:_MOST_MISTAKES]
    ]
    more = len(error.problems) - _MOST_MISTAKES
    if more > 0:
        findings.append(
            bad(Check.CONFIG, "doctor_config_more", "doctor_config_wrong_mend", count=more)
        )
    return findings + _judge_variables(variables)


def _judge_variables(variables: Iterable[str]) -> list[Finding]:
    names = tuple(sorted(variables))
    return [good(Check.CONFIG, "doctor_config_variables", names=names)] if names else []


def judge_journal(seen: Inspection, known: int, *, modes: bool) -> list[Finding]:
    """The journal and its folder.

    Args:
        seen: How they are.
        known: The version of the tables that this nightcare knows.
        modes: Whether permissions mean anything on this platform.
    """
    findings = [*_judge_access(seen, modes=modes), *_judge_content(seen, known)]
    if seen.free is not None and seen.free < _LOW:
        grave, key = (
            (bad, "doctor_disk_full") if seen.free < _FULL else (warning, "doctor_disk_low")
        )
        findings.append(
            grave(Check.JOURNAL, key, "doctor_disk_mend", free=_size(seen.free), folder=seen.folder)
        )
    if findings:
        return findings
    free = "?" if seen.free is None else _size(seen.free)
    if not isinstance(seen.content, Content):
        return [good(Check.JOURNAL, "doctor_journal_not_yet", folder=seen.folder, free=free)]
    return [
        good(
            Check.JOURNAL,
            "doctor_journal_good",
            path=seen.path,
            version=seen.content.version,
            free=free,
        )
    ]


def _judge_access(seen: Inspection, *, modes: bool) -> Iterable[Finding]:
    if seen.foreign is not None:
        yield warning(
            Check.JOURNAL,
            "doctor_journal_foreign",
            "doctor_journal_foreign_mend",
            path=seen.foreign,
            folder=seen.folder,
        )
    if seen.in_the_way or (isinstance(seen.content, Content) and seen.content.foreign):
        key = "doctor_journal_in_the_way" if seen.in_the_way else "doctor_journal_of_another"
        yield bad(Check.JOURNAL, key, "doctor_journal_in_the_way_mend", path=seen.path)
        return
    if not seen.writable:
        yield bad(
            Check.JOURNAL,
            "doctor_journal_not_writable",
            "doctor_journal_not_writable_mend",
            folder=seen.folder,
        )
    for path, mode, right in (
        (seen.folder, seen.folder_mode, "0700"),
        (seen.path, seen.file_mode, "0600"),
    ):
        if modes and mode is not None and mode & _GROUP_AND_OTHERS:
            yield warning(
                Check.JOURNAL,
                "doctor_journal_open",
                "doctor_journal_open_mend",
                path=path,
                mode=f"{mode:04o}",
                right=right,
            )


def _judge_content(seen: Inspection, known: int) -> Iterable[Finding]:
    match seen.content:
        case str(reason):
            yield bad(
                Check.JOURNAL,
                "doctor_journal_unreadable",
                "doctor_journal_damaged_mend",
                path=seen.path,
                reason=reason,
            )
        case Content(foreign=True):
            # `_judge_access` says so.
            return
        case Content(unreadable=count) if count:
            yield warning(
                Check.JOURNAL,
                "doctor_journal_entries",
                "doctor_journal_entries_mend",
                path=seen.path,
                count=count,
            )
        case Content(sound=False):
            yield bad(
                Check.JOURNAL,
                "doctor_journal_damaged",
                "doctor_journal_damaged_mend",
                path=seen.path,
            )
        case Content(version=version) if version > known:
            yield bad(
                Check.JOURNAL,
                "doctor_journal_newer",
                "doctor_journal_newer_mend",
                path=seen.path,
                version=version,
                known=known,
            )
        case _:
            pass


def _size(free: int) -> str:
    if free >= _GIBIBYTE:
        return f"{free / _GIBIBYTE:.1f} GiB"
    return f"{free // _MEBIBYTE} MiB"
