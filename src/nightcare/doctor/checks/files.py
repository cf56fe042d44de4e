"""Check the config and the journal."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nightcare.config.config_source import PREFIX, LoadResult
from nightcare.config.load import load
from nightcare.doctor.check import (
    Check,
    CheckContext,
    Failure,
    Finding,
    TextKey,
    bad,
    failed,
    good,
    warning,
)
from nightcare.errors import ConfigError
from nightcare.journal.inspection import Content, Inspection, inspect
from nightcare.journal.migrations import VERSION
from nightcare.paths import chosen_config, with_those_of_service

_MOST_PROBLEMS = 5

_MEBIBYTE, _GIBIBYTE = 2**20, 2**30

_FULL = _MEBIBYTE
"""Bytes; with less free space the journal cannot be written for long."""

_LOW = 50 * _MEBIBYTE
"""Bytes; with less free space the person should free some."""

_GROUP_AND_OTHERS = 0o077


@dataclass(frozen=True)
class ConfigFacts:
    """The config: its file, None for the built-in defaults, and the result of loading it."""

    path: Path | None
    result: LoadResult | ConfigError


# Probes


def probe_config(context: CheckContext) -> ConfigFacts:
    """Load the config as a command does."""
    variables, service = context.variables, context.service
    path = chosen_config(context.named, variables, service)
    try:
        return ConfigFacts(path, load(path, with_those_of_service(variables, service)))
    except ConfigError as error:
        return ConfigFacts(path, error)


def probe_journal(context: CheckContext) -> Inspection | None:
    """Inspect the journal; return None if there is no folder for it."""
    return None if context.state is None else inspect(context.state)


# Judgement


def judge_config(
    config: ConfigFacts | Failure, context: CheckContext, *, service_runs: bool
) -> list[Finding]:
    """Judge the config.

    Args:
        config: The config.
        context: The context.
        service_runs: Whether a service runs whose own variables are known: then those that differ
            are reported with it.
    """
    if isinstance(config, Failure):
        if config.reason:
            fix = "doctor_config_unreadable_mend"
            return [bad(Check.CONFIG, "doctor_failed", fix, reason=config.reason)]
        return [failed(Check.CONFIG, config)]
    findings = list(judge_load_result(config))
    variables = context.variables
    names = tuple(sorted(one for one in variables if one.startswith(PREFIX) and variables[one]))
    if names and not service_runs:
        findings.append(good(Check.CONFIG, "doctor_config_variables", names=names))
    return findings


def judge_load_result(config: ConfigFacts) -> Iterable[Finding]:
    """Judge a config that was read."""
    result = config.result
    if isinstance(result, ConfigError):
        fix = "doctor_config_wrong_mend"
        for problem in result.problems[:_MOST_PROBLEMS]:
            yield bad(Check.CONFIG, "doctor_config_problem", fix, problem=problem)
        more = len(result.problems) - _MOST_PROBLEMS
        if more > 0:
            yield bad(Check.CONFIG, "doctor_config_more", fix, count=more)
        return
    named = config.path or TextKey("built_in")
    count = len(result.schedule.enabled)
    if count:
        yield good(Check.CONFIG, "doctor_config_good", path=named, count=count)
    else:
        yield warning(Check.CONFIG, "doctor_config_empty", path=named)
    for problem in result.warnings:
        fix = "doctor_config_warning_mend"
        yield warning(Check.CONFIG, "doctor_config_problem", fix, problem=problem)


def judge_journal(journal: Inspection | Failure | None, folder: Path | None) -> list[Finding]:
    """Judge the journal and its folder."""
    if journal is None:
        return [bad(Check.JOURNAL, "doctor_journal_nowhere")]
    if isinstance(journal, Failure):
        if journal.reason:
            fix, values = "doctor_journal_not_writable_mend", {"path": folder}
            key = "doctor_journal_unreadable"
            return [bad(Check.JOURNAL, key, fix, reason=journal.reason, **values)]
        return [failed(Check.JOURNAL, journal)]
    findings = [*_judge_access(journal), *_judge_content(journal), *_judge_disk(journal)]
    if findings:
        return findings
    free = "?" if journal.free is None else _size(journal.free)
    if not isinstance(journal.content, Content):
        return [good(Check.JOURNAL, "doctor_journal_not_yet", folder=journal.folder, free=free)]
    version = journal.content.version
    return [
        good(Check.JOURNAL, "doctor_journal_good", path=journal.path, version=version, free=free)
    ]


def _judge_access(journal: Inspection) -> Iterable[Finding]:
    if journal.foreign is not None:
        paths = {"path": journal.foreign, "folder": journal.folder}
        yield warning(Check.JOURNAL, "doctor_journal_foreign", **paths)
    if journal.in_the_way:
        yield bad(Check.JOURNAL, "doctor_journal_in_the_way", path=journal.path)
        return
    if isinstance(journal.content, Content) and journal.content.foreign:
        fix = "doctor_journal_in_the_way_mend"
        yield bad(Check.JOURNAL, "doctor_journal_of_another", fix, path=journal.path)
        return
    if not journal.writable:
        yield bad(Check.JOURNAL, "doctor_journal_not_writable", folder=journal.folder)
    for path, mode, right in (
        (journal.folder, journal.folder_mode, "0700"),
        (journal.path, journal.file_mode, "0600"),
    ):
        # Permissions mean nothing on Windows.
        if sys.platform != "win32" and mode is not None and mode & _GROUP_AND_OTHERS:
            modes = {"mode": f"{mode:04o}", "right": right}
            yield warning(Check.JOURNAL, "doctor_journal_open", path=path, **modes)


def _judge_content(journal: Inspection) -> Iterable[Finding]:
    path, damaged = journal.path, "doctor_journal_damaged_mend"
    if journal.free is not None and journal.free < _FULL:
        # SQLite cannot create the companion files that it needs to read a sound journal.
        damaged = "doctor_disk_mend"
    match journal.content:
        case str(reason):
            yield bad(Check.JOURNAL, "doctor_journal_unreadable", damaged, path=path, reason=reason)
        case Content(foreign=True):
            # `_judge_access` reports it.
            return
        case Content(unreadable=count) if count:
            yield warning(Check.JOURNAL, "doctor_journal_entries", path=path, count=count)
        case Content(sound=False):
            yield bad(Check.JOURNAL, "doctor_journal_damaged", path=path)
        case Content(version=version) if version > VERSION:
            versions = {"version": version, "known": VERSION}
            yield bad(Check.JOURNAL, "doctor_journal_newer", path=path, **versions)
        case _:
            pass


def _judge_disk(journal: Inspection) -> Iterable[Finding]:
    free, fix = journal.free, "doctor_disk_mend"
    if free is None or free >= _LOW:
        return
    values = {"free": _size(free), "folder": journal.folder}
    if free < _FULL:
        yield bad(Check.JOURNAL, "doctor_disk_full", fix, **values)
    else:
        yield warning(Check.JOURNAL, "doctor_disk_low", fix, **values)


def _size(free: int) -> str:
    if free >= _GIBIBYTE:
        return f"{free // _GIBIBYTE} GiB"
    return f"{free // _MEBIBYTE} MiB"
