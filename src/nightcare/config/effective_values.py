"""What is in force, value by value, with where each comes from; also what nobody wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nightcare.config.load_result import LoadResult
from nightcare.config.locations import Path
from nightcare.config.origins import FromDefaults, Origin, Origins
from nightcare.domain.moments import length_text
from nightcare.domain.reminders import Condition, Every, Reminder, Topic


@dataclass(frozen=True)
class EffectiveValue:
    """One value that is in force.

    Attributes:
        where: The path of its key.
        value: As it was written, or as it would be.
        origin: Where it comes from.
    """

    where: Path
    value: Any
    origin: Origin


def entries(loaded: LoadResult, origins: Origins) -> Iterator[EffectiveValue]:
    """Every value that is in force, in the order of the config.

    What a reminder does not say itself but has from `[snooze]`, `[quiet]` or `[stretch]` comes from
    where those say it. Texts, sounds and repeats that are not there have no entry.
    """
    reminders = {one.name: one for one in loaded.schedule.reminders}
    for key, value in loaded.values.items():
        if key != "reminders":
            yield from _written((key,), value, origins)
            continue
        for name, table in value.items():
            where = (key, name)
            written = list(_written(where, table, origins))
            yield from written
            said = {one.where[2:] for one in written}
            for rest, default, general in _unsaid(reminders[name]):
                if rest not in said:
                    origin = origins.of(general) if general else FromDefaults()
                    yield EffectiveValue((*where, *rest), default, origin)


def _written(where: Path, value: Any, origins: Origins) -> Iterator[EffectiveValue]:
    """What the layers say at a path; what is no table comes before the tables, as in TOML."""
    if isinstance(value, dict):
        for key, one in sorted(value.items(), key=lambda pair: isinstance(pair[1], dict)):
            yield from _written((*where, key), one, origins)
    elif value is not None:
        yield EffectiveValue(where, value, origins.of(where))


def _unsaid(reminder: Reminder) -> Iterator[tuple[Path, Any, Path]]:
    """What a reminder does where it says nothing: the key, the value, and whose value it is."""
    if isinstance(reminder.timing, Every):
        yield ("from",), str(reminder.timing.first), ()
        yield ("until",), str(reminder.timing.until), ()
    yield ("days",), "daily", ()
    yield ("enabled",), True, ()
    yield ("snooze",), [length_text(one) for one in reminder.snooze], ("snooze", "lengths")
    yield ("fresh",), length_text(reminder.fresh), ()
    yield ("stays",), length_text(reminder.stays), ()
    yield ("urgency",), str(reminder.urgency), ()
    if reminder.topic is Topic.STRETCHING:
        yield ("routine",), reminder.routine or False, ("stretch", "routine")
    for condition in Condition:
        # Evening reminders are shown whatever [quiet] says of do not disturb.
        own = condition is Condition.DO_NOT_DISTURB and reminder.evening
        key = ("quiet", str(condition))
        yield key, str(reminder.quiet[condition]), () if own else key
