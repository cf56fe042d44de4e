"""The schedule, the time zone and the language in force, their note, and the process context."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TextIO

from nightcare.config.config_source import LoadResult, result_from_json
from nightcare.config.values import Table
from nightcare.desktop.clock import now
from nightcare.desktop.time_zone import TimeZone, ZoneSource, chosen, recorded
from nightcare.domain.schedule import Schedule
from nightcare.errors import ConfigError
from nightcare.i18n.event_log import event_log
from nightcare.i18n.translator import read_words, words_for
from nightcare.languages import chosen_language


@dataclass(frozen=True)
class ServiceContext:
    """The surroundings of a service.

    Attributes:
        config: The config file that `--config` names, if any.
        state: The folder of the journal, which may be missing.
        variables: The environment at the start.
        out: The stream for the log.
        err: The stream for errors.
    """

    config: Path | None
    state: Path
    variables: Mapping[str, str]
    out: TextIO
    err: TextIO


class ActiveSettings:
    """The one place that holds the config, the time zone and the language in force.

    Attributes:
        loaded: The last valid config.
        zone: The time zone.
        zone_lost: Whether the system names no zone any more, so that the last one is kept.
        translator: The translator of the user's language.
    """

    def __init__(self, context: ServiceContext, loaded: LoadResult) -> None:
        self._out = context.out
        self.loaded = loaded
        self.zone = chosen(loaded.schedule.zone)
        self.zone_lost = False
        self.translator = words_for(loaded.schedule.language, context.variables)

    @property
    def schedule(self) -> Schedule:
        """The schedule in force."""
        return self.loaded.schedule

    def update_language(self, variables: Mapping[str, str]) -> bool:
        """Choose the language by the config and the environment; return whether it is another."""
        language = chosen_language(self.schedule.language, variables)
        if language == self.translator.language:
            # The texts take 0.2 MiB, and a reload would hold them twice.
            return False
        self.translator = read_words(language)
        return True

    def update_zone(self) -> bool:
        """Choose the zone by the config and the system; return whether it is another."""
        here = chosen(self.schedule.zone)
        lost = here.source is ZoneSource.DEFAULT and self.zone.source in {
            ZoneSource.LINK,
            ZoneSource.COPY,
        }
        if lost and not self.zone_lost:
            self.log("log_zone_lost", zone=self.zone.name)
        self.zone_lost = lost
        if lost or here == self.zone:
            return False
        self.zone = here
        return True

    def log(self, key: str, /, **values: object) -> None:
        """Print a line of the log, with the local time."""
        log = event_log(self.schedule, self.translator, self.zone.zone, self._out)
        log(key, now(), **values)


PLAN_NOTE = "plan"
"""The name of the note in the journal."""


def plan_note(values: Table, zone: TimeZone) -> dict[str, object]:
    """Return the note of a schedule, as the config values that it is built from, and a zone."""
    return {
        "values": values,
        "zone": {
            "name": zone.name,
            "source": zone.source,
            "rules": b2a_base64(zone.rules, newline=False).decode(),
        },
    }


def read_plan_note(note: Mapping[str, object]) -> tuple[Schedule, tzinfo] | None:
    """Return the plan in a note; None without one, or if this version cannot read it."""
    match note:
        case {
            "values": dict() as values,
            "zone": {"name": name, "source": source, "rules": rules},
        }:
            try:
                schedule = result_from_json({"path": None, "values": values}).schedule
                here = recorded(str(name), ZoneSource(str(source)), a2b_base64(str(rules)))
            except (ConfigError, ValueError, TypeError, LookupError, OSError):
                return None
            return schedule, here
        case _:
            return None
