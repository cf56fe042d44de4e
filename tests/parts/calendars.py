"""Calendar programs that read a calendar file, and the plan that they have to show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from parts.home import Home
from parts.processes import HANG_SECONDS, eventually, find_program, run_tool, running
from parts.program import Nightcare
from parts.wall_clock import WallClock

ZONE = ZoneInfo("Europe/Copenhagen")
MORNING = datetime(2026, 11, 28, 8, 45)  # noqa: DTZ001 - a wall time, before the first reminder
DAYS = 366
"""The days of a calendar file, with both clock changes of 2027."""

CONFIG = """language = "da"
timezone = "auto"
[sleep]
wake = "07:00"
bedtime = "22:30"
[sleep.saturday]
wake = "08:30"
bedtime = "04:30"
[reminders.water]
topic = "hydration"
every = "2h"
from = "wake + 1h"
until = "bedtime - 1h"
[reminders.evening-stretch]
topic = "stretching"
at = "bedtime - 45m"
[reminders.skipped-hour]
topic = "pacing"
at = "02:30"
days = ["sat"]
[reminders.loose-blanket]
topic = "blanket"
at = "bedtime - 10m"
text = "Løsn dynen; eller lad den ligge, hvis den er god: så er der \\\\ ikke mere at gøre i aften"
[reminders.late]
topic = "pacing"
every = "50m"
from = "22:00"
until = "bedtime"
days = ["sat"]
[reminders.walk]
topic = "exercise"
cron = "0 17 * * sat#2"
"""
"""Rules, exceptions and single days; some in the hour that is skipped or occurs twice."""

KHAL = """[calendars]
[[nightcare]]
path = {folder}
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = {zone}
default_timezone = {zone}
[sqlite]
path = {folder}.db
"""

VDIRSYNCER = """[general]
status_path = "{aside}/vdirsyncer"
[pair up]
a = "file"
b = "server"
collections = null
[pair down]
a = "server"
b = "folder"
collections = null
[storage file]
type = "singlefile"
path = "{file}"
[storage server]
type = "caldav"
url = "{url}"
username = "anna"
password = "anna"
[storage folder]
type = "filesystem"
path = "{folder}"
fileext = ".ics"
"""

Times = Counter[tuple[str, str]]
"""Pairs of a local time and a reminder, each with how often it is there."""


@dataclass(frozen=True)
class Year:
    """A person's calendar file for a year from `MORNING`, and what `preview` shows of it."""

    file: Path
    planned: Times


def year_of(home: Home, *options: str, time_zone: str = str(ZONE)) -> Year:
    """Write a person's calendar file, with options of `export`, and read the same year's plan."""
    clock = WallClock(home.aside / "clock")
    clock.start_at(MORNING)
    anna = Nightcare(home, {**clock.variables(), "TZ": time_zone}, ZONE)
    anna.config.parent.mkdir(parents=True, exist_ok=True)
    anna.config.write_text(CONFIG, encoding="utf-8")
    anna.command("tonight", "23:30")
    file = home.path / "nightcare.ics"
    anna.command("export", "--ics", str(file), *options)
    due = [
        (datetime.fromisoformat(one["due"]), one["reminder"])
        for one in anna.json("preview", "--days", str(DAYS))
        if one["topic"] != "hydration" or "--hydration" in options
    ]
    return Year(file, Counter((f"{when:%Y-%m-%d %H:%M}", reminder) for when, reminder in due))


class Khal:
    """khal with an empty calendar.

    Args:
        home: Whose it is.
    """

    def __init__(self, home: Home) -> None:
        self.folder = home.path / "calendar"
        self.folder.mkdir()
        self._environment = home.environment()
        self._config = home.aside / "khal.conf"
        text = KHAL.format(folder=self.folder, zone=ZONE)
        self._config.write_text(text, encoding="utf-8")

    def read(self, file: Path) -> None:
        """Import a calendar file."""
        self._run("import", "--batch", "-a", "nightcare", str(file))

    def times(self) -> Times:
        """Return what it shows of the year, by the names of the events."""
        layout = "{start-date-long} {start-time}|{uid}"
        first = f"{MORNING:%Y-%m-%d}"
        shown = self._run("list", "--day-format", "", "--format", layout, first, f"{DAYS + 1}d")
        pairs = (line.split("|") for line in shown.splitlines() if "|" in line)
        # The file ends with an event that is no reminder.
        return Counter(
            (when, uid.partition(".")[0]) for when, uid in pairs if not uid.startswith("renew@")
        )

    def _run(self, *words: str) -> str:
        khal = find_program("khal", "khal")
        return run_tool([khal, "-c", str(self._config), *words], self._environment).decode()


@contextmanager
def caldav_server(home: Home) -> Iterator[str]:
    """Run Radicale on loopback with a calendar of its own; yields the calendar's address."""
    command = (
        find_program("radicale", "radicale"),
        *("--config", "", "--server-hosts", "127.0.0.1:0", "--auth-type", "none"),
        *("--storage-filesystem-folder", str(home.aside / "radicale"), "--logging-level", "info"),
    )
    with running(command, home.environment(), home.log("radicale")) as radicale:

        def port() -> str | None:
            listening = re.search(
                r"Listening on '\[127\.0\.0\.1\]:(\d+)'", radicale.log.read_text()
            )
            return None if listening is None else listening[1]

        found = eventually(port, HANG_SECONDS, "the port of Radicale", radicale)
        url = f"http://127.0.0.1:{found}/anna/nightcare/"
        # "anna:anna", as vdirsyncer signs in.
        signed = {"Authorization": "Basic YW5uYTphbm5h"}
        urlopen(Request(url, method="MKCALENDAR", headers=signed)).close()
        yield url


def synchronise(home: Home, file: Path, url: str, folder: Path) -> None:
    """Bring the events of a calendar file to a server, and from there to a folder."""
    config = home.aside / "vdirsyncer.conf"
    text = VDIRSYNCER.format(aside=home.aside, file=file, url=url, folder=folder)
    config.write_text(text, encoding="utf-8")
    environment = home.environment(VDIRSYNCER_CONFIG=str(config))
    vdirsyncer = find_program("vdirsyncer", "vdirsyncer")
    for words in (("discover", "up"), ("sync", "up"), ("discover", "down"), ("sync", "down")):
        run_tool([vdirsyncer, *words], environment)


def events(files: Sequence[Path]) -> set[str]:
    """Return the names of all events in calendar files."""
    text = "".join(one.read_text(encoding="utf-8") for one in files).replace("\n ", "")
    return set(re.findall(r"^UID:(.+)$", text, re.MULTILINE))
