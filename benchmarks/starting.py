"""Time from exec to READY, and of each command, beside an interpreter that does nothing."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence

from benchmarks.desk import EXAMPLE, Desk, installed, service
from benchmarks.measuring import Figure, Timed, commands_timed
from nightcare.config.cache import FILE_NAME
from parts.home import private_home
from parts.program import Nightcare

FLOOR = "python -c pass"

_COMMANDS: Sequence[tuple[str, ...]] = (
    ("--version",), ("--help",), ("status",), ("next",), ("snooze", "10m"), ("pause", "2h"),
    ("resume",), ("done",), ("cramp", "add"),
)  # fmt: skip


def starts(desk: Desk, runs: int) -> dict[str, Figure]:
    """Measure exec to READY with a config that was validated before, and with one that was not.

    The floor is measured in turn with them, so that a busy moment affects all of them.
    """
    floor, known, anew = [], [], []
    with private_home() as home:
        person = desk.person(home)
        _configure(person)
        nothing = [sys.executable, "-c", "pass"]
        environment = person.home.environment(**person.session)
        for _ in range(runs):
            floor.append(commands_timed({FLOOR: nothing}, environment, 1)[FLOOR].wall.median)
            (person.state / FILE_NAME).unlink(missing_ok=True)
            with service(person) as started:
                anew.append(started.milliseconds)
            with service(person) as started:
                known.append(started.milliseconds)
    return {
        FLOOR: Figure.of(floor),
        "a config that is known": Figure.of(known),
        "a config that is new": Figure.of(anew),
    }


def _configure(person: Nightcare) -> None:
    """Write the example with another interval, because the unchanged one needs no validation."""
    person.config.parent.mkdir(parents=True)
    text = EXAMPLE.read_text(encoding="utf-8").replace('"2h"', '"110m"')
    person.config.write_text(text, encoding="utf-8")


def commands(desk: Desk, runs: int) -> dict[str, Timed]:
    """Measure each command while the service runs."""
    with contextlib.ExitStack() as stack:
        person: Nightcare = desk.person(stack.enter_context(private_home()))
        _configure(person)
        stack.enter_context(service(person))
        wanted = {FLOOR: [sys.executable, "-c", "pass"]}
        wanted |= {" ".join(words): [*installed(), *words] for words in _COMMANDS}
        environment = person.home.environment(**person.session)
        # One run of each, so that Python has compiled the code.
        commands_timed(wanted, environment, 1)
        return commands_timed(wanted, environment, runs)
