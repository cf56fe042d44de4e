"""Every command and the service, as this Python has them, with a config of one's own.

`./scripts/test --pythons` runs this where the wheel is installed, on each Python in a Debian that
has nothing else.
"""

from __future__ import annotations

import subprocess

import pytest

from parts.home import Home
from parts.program import PROGRAM, Nightcare

CONFIG = """language = "en"
timezone = "{zone}"
[sleep]
wake = "07:00"
bedtime = "22:30"
[sleep.saturday]
wake = "08:30"
bedtime = "00:15"
[reminders.water]
topic = "hydration"
at = ["wake + 1h", "12:30", "17:00"]
days = "weekdays"
[reminders.tea]
topic = "hydration"
every = "90m"
from = "wake + 2h"
until = "bedtime - 3h"
[reminders.desk]
topic = "exercise"
cron = "15 10-16/2 * * mon-fri"
text = "Get up once"
[reminders.evening-stretch]
topic = "stretching"
at = "bedtime - 30m"
routine = "own"
snooze = ["5m", "20m"]
repeat = {{ every = "10m", times = 2 }}
[reminders.loose-blanket]
topic = "blanket"
at = "bedtime - 5m"
[routines.own]
name = "At the desk"
seconds = 20
[[routines.own.steps]]
text = "Draw both feet gently up towards you."
side = "each"
"""
COMMANDS = (
    "--version", "--help", "config check", "config show", "config path", "config schema", "next",
    "status", "today", "preview --days 3", "why", "pause 1h", "status", "resume", "tonight 23:45",
    "undo", "good-night", "undo", "cramp add --severity mild --note calf", "cramp list",
    "cramp export", "report", "report --days 400", "tips", "tips sleep", "relief", "causes",
    "export", "config set sleep.wake 07:15", "config unset reminders.desk.text", "next",
    "today --json",
)  # fmt: skip
STRICT = {"PYTHONDEVMODE": "1", "PYTHONWARNINGS": "error"}
"""Variables that make every warning an error, also one about an open file or connection."""


@pytest.fixture
def person(home: Home) -> Nightcare:
    """Return a person with a config of their own."""
    night = Nightcare(home, STRICT)
    night.config.parent.mkdir(parents=True)
    night.config.write_text(CONFIG.format(zone=night.zone), encoding="utf-8")
    return night


def test_every_command_works_and_warns_of_nothing(person: Nightcare) -> None:
    """Beside a running service, which reads the config again after each change of it."""
    with person.service() as service:
        for command in COMMANDS:
            assert person.command(*command.split()).err == "", command
        service.reload()
        assert person.json("status")["running"] is True
        service.end()
    assert "Traceback" not in service.log()
    assert "Warning" not in service.log()


def test_without_a_zone_of_its_own_nothing_is_warned_of(person: Nightcare) -> None:
    """Neither a warning nor a path of a library reaches a person, whatever /etc has."""
    text = person.config.read_text(encoding="utf-8")
    person.config.write_text(text.replace(str(person.zone), "auto"), encoding="utf-8")
    environment = person.home.environment(**STRICT)
    del environment["TZ"]
    for command in ("next", "today", "preview", "why", "config show"):
        done = subprocess.run(
            [*PROGRAM, *command.split()], env=environment, capture_output=True, check=True
        )
        assert done.stderr == b"", command
