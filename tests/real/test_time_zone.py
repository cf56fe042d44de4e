"""The whole program in an /etc and a /usr/share/zoneinfo of its own, and with any value of TZ."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from parts.home import Home
from parts.mounts import with_mounts
from parts.processes import HANG_SECONDS, eventually
from parts.program import PROGRAM, Nightcare

pytestmark = [pytest.mark.real, pytest.mark.privileged]

CONFIG = """language = "en"
[sleep]
wake = "07:00"
bedtime = "22:30"
[reminders.water]
topic = "hydration"
at = "12:00"
"""
ZONES = Path("/usr/share/zoneinfo")
AFTERWARDS = 10.0


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine with its own time zone settings.

    Attributes:
        home: Of the person.
        etc: Its /etc.
        zones: Its /usr/share/zoneinfo.
    """

    home: Home
    etc: Path
    zones: Path

    @property
    def local_time(self) -> Path:
        """Its /etc/localtime."""
        return self.etc / "localtime"

    @property
    def inside(self) -> tuple[str, ...]:
        """The command that runs a program there, without TZ."""
        mounts = f"mount --bind {self.etc} /etc && mount --bind {self.zones} {ZONES}"
        return with_mounts(mounts, "exec env --unset=TZ --unset=TZDIR")

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program there to its end."""
        given = [f"{name}={value}" for name, value in variables.items()]
        return subprocess.run(
            [*self.inside, "env", *given, *command],
            env=self.home.environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
            check=False,
        )

    def json(self, *words: str, **variables: str) -> Any:
        """Return what a command prints for programs; it prints nothing else."""
        done = self.run(*PROGRAM, *words, "--json", **variables)
        assert done.stderr == ""
        return json.loads(done.stdout)

    def zone_findings(self, **variables: str) -> list[tuple[str, str]]:
        """Return what `doctor` finds about the time zone: each state and sentence."""
        return [
            (one["state"], one["message"].removeprefix("Clock: "))
            for one in self.json("doctor", **variables)
            if "zone" in one["message"] or "TZ" in one["message"]
        ]

    def offset(self, **variables: str) -> str:
        """Return the offset that `next` uses, which must be that of the C library at that time."""
        due = datetime.fromisoformat(self.json("next", **variables)["due"])
        assert (due.hour, due.minute) == (12, 0)
        date = self.run("date", "-d", f"@{due.timestamp():.0f}", "+%z", **variables).stdout.strip()
        assert f"{due:%z}" == date
        return date


@pytest.fixture
def machine(home: Home) -> Machine:
    """Return a machine without TZ, /etc/localtime and /etc/timezone, but with named zones."""
    etc = home.aside / "etc"
    subprocess.run(["/bin/cp", "-a", "/etc", str(etc)], check=True)
    for name in ("localtime", "timezone"):
        (etc / name).unlink(missing_ok=True)
    here = Machine(home, etc, ZONES)
    config = home.config / "nightcare" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIG, encoding="utf-8")
    return here


@pytest.fixture
def bare(machine: Machine) -> Machine:
    """Return the same machine without named zones, like a Debian root without tzdata."""
    zones = machine.home.aside / "zoneinfo"
    zones.mkdir()
    return replace(machine, zones=zones)


@pytest.mark.parametrize(
    ("variable", "offset"),
    [
        ("JST-9", "+0900"), ("EST5", "-0500"), ("UTC0", "+0000"), ("UTC+2", "-0200"),
        ("<+0330>-3:30", "+0330"), ("", "+0000"), (":Asia/Tokyo", "+0900"),
        ("/usr/share/zoneinfo/Asia/Kolkata", "+0530"), ("Nowhere/Else", "+0000"),
    ],
)  # fmt: skip
def test_tz_means_what_date_makes_of_it(machine: Machine, variable: str, offset: str) -> None:
    """Before /etc/localtime."""
    machine.local_time.symlink_to(ZONES / "Europe/Copenhagen")
    assert machine.offset(TZ=variable) == offset


def test_a_rule_with_summer_time_means_what_date_makes_of_it(machine: Machine) -> None:
    """The season makes no difference."""
    assert machine.offset(TZ="CET-1CEST,M3.5.0,M10.5.0/3") in {"+0100", "+0200"}
    ((state, message),) = machine.zone_findings(TZ="JST-9")
    assert state == "good"
    assert message == "the time zone is JST-9 (UTC+09:00 now), as the variable TZ says (TZ=JST-9)."


def test_a_copy_wins_over_a_stale_timezone(machine: Machine) -> None:
    """As it broke elsewhere: regebro/tzlocal#35, #67."""
    shutil.copy(ZONES / "Asia/Tokyo", machine.local_time)
    (machine.etc / "timezone").write_text("Europe/Copenhagen\n", encoding="utf-8")
    assert machine.offset() == "+0900"
    ((state, message),) = machine.zone_findings()
    assert state == "good"
    assert "the file /etc/localtime (UTC+09:00 now), a copy" in message


def test_a_link_is_named(machine: Machine) -> None:
    """By the zone that it leads to."""
    machine.local_time.symlink_to("../usr/share/zoneinfo/Asia/Tokyo")
    assert machine.offset() == "+0900"
    ((state, message),) = machine.zone_findings()
    assert state == "good"
    assert message.startswith("the time zone is Asia/Tokyo (UTC+09:00 now), as the link")


def test_without_a_zone_it_is_utc_and_the_doctor_says_so(bare: Machine) -> None:
    """This holds if only the files of that zone are missing; no library prints anything."""
    for _ in range(2):
        assert bare.offset() == "+0000"
        ((state, message),) = bare.zone_findings()
        assert state == "warning"
        assert "reminders use UTC" in message
        (bare.etc / "timezone").write_text("Asia/Tokyo\n", encoding="utf-8")
        bare.local_time.unlink(missing_ok=True)
        bare.local_time.symlink_to(ZONES / "Asia/Tokyo")
    # Every other command is as quiet.
    for words in (["status"], ["today"], ["preview"], ["why", "water"], ["config", "show"]):
        assert "tz" not in bare.run(*PROGRAM, *words).stderr.lower()


def test_a_name_without_zone_files_is_utc_as_for_date(bare: Machine) -> None:
    """A name in the config works, because nightcare has its own files."""
    assert bare.offset(TZ="Asia/Tokyo") == "+0000"
    ((state, message),) = bare.zone_findings(TZ="Asia/Tokyo")
    assert state == "warning"
    assert "(TZ=Asia/Tokyo), so reminders use UTC" in message
    due = bare.json("next", NIGHTCARE_TIMEZONE="Asia/Tokyo")["due"]
    assert due.endswith("12:00:00+09:00")


def test_a_zone_that_goes_missing_is_kept_by_the_service(machine: Machine) -> None:
    """Commands use it too, until there is one again."""
    machine.local_time.symlink_to(ZONES / "Asia/Tokyo")
    night = Nightcare(machine.home, within=machine.inside)
    with night.service() as service:
        machine.local_time.unlink()
        kept = "This computer has lost its time zone; reminders still use Asia/Tokyo"
        eventually(lambda: kept in service.log(), AFTERWARDS, "the loss", service.program)
        status = machine.json("status")
        assert status["zone"] == {
            "name": "Asia/Tokyo", "source": "link", "known": True, "lost": True,
        }  # fmt: skip
        assert status["next"]["due"].endswith("12:00:00+09:00")
        assert "reminders still use Asia/Tokyo" in machine.run(*PROGRAM, "status").stdout
        machine.local_time.symlink_to(ZONES / "Asia/Tokyo")
        eventually(
            lambda: machine.json("status")["zone"]["lost"] is False,
            AFTERWARDS,
            "the zone to be there again",
            service.program,
        )
        assert "time zone is Asia/Tokyo now" not in service.log()
        service.end()


def test_the_terminal_and_the_service_in_two_zones_are_told(machine: Machine) -> None:
    """As where TZ is set in a shell only."""
    machine.local_time.symlink_to(ZONES / "Asia/Tokyo")
    night = Nightcare(machine.home, within=machine.inside)
    with night.service() as service:
        assert [state for state, _ in machine.zone_findings()] == ["good"]
        (_, (state, message)) = machine.zone_findings(TZ="EST5")
        assert state == "warning"
        assert message == (
            "the running service uses the time zone Asia/Tokyo, but this terminal uses EST5."
        )
        service.end()
