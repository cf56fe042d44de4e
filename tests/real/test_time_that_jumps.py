"""The running program while the clock jumps and the system moves to another time zone.

What the clock shows is libfaketime's, taken from a file; that it jumped, the kernel tells: setting
the real clock to the time it shows is a step to every timerfd that wants to know of steps. So time
on the wall goes on while the monotonic clock stands, which is what a suspend is to a program.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from parts.home import Home
from parts.jumping_clock import Evening, evening_of, shown
from parts.mounts import with_mounts
from parts.processes import HANG_SECONDS, eventually
from parts.program import NOON, Nightcare, Service, now, zone_where_it_is

pytestmark = [pytest.mark.real, pytest.mark.privileged]

AT_ONCE = HANG_SECONDS
"""The next alarm that the program has set is hours away: what comes meanwhile comes of the jump."""

CONFIG = """language = "en"
timezone = "{zone}"
[sleep]
wake = "07:00"
bedtime = "22:30"
[reminders.water]
topic = "hydration"
every = "2h"
from = "14:00"
until = "20:00"
[reminders.loose-blanket]
topic = "blanket"
at = "bedtime - 5m"
[notify]
backend = "terminal"
"""


@pytest.fixture
def evening(home: Home) -> Evening:
    """Return their program, not running yet."""
    return evening_of(home, CONFIG)


def at_once(what: str, happened: Callable[[], object], service: Service) -> None:
    """Wait for something that must come at once."""
    eventually(happened, AT_ONCE, what, service.program)


def test_resumed_in_the_evening_one_reminder_is_shown(evening: Evening) -> None:
    """Suspended over three moments of water: the freshest comes at once, the others are missed.

    As it broke elsewhere: vorta#1214, APScheduler#794.
    """
    evening.wall.jump(evening.after(0))
    with evening.night.service() as service:
        evening.wall.jump(evening.after(6.25))
        at_once("the freshest", lambda: shown(service) == ["water"], service)
        assert evening.outcomes("water") == ["missed", "missed", "open"]
        service.end()


def test_resumed_in_the_morning_nothing_of_last_night_is_shown(evening: Evening) -> None:
    """The bedding is yesterday's affair at breakfast. As it broke elsewhere: entracte#61."""
    evening.wall.jump(evening.after(9))
    with evening.night.service() as service:
        evening.wall.jump(evening.after(19.5))
        at_once("the evening to be over", lambda: "loose-blanket" in service.log(), service)
        service.end()
    assert shown(service) == []


def test_a_pause_that_ended_while_suspended_has_ended(evening: Evening) -> None:
    """A reminder that fell due just before the resume is shown."""
    evening.wall.jump(evening.after(1))
    with evening.night.service() as service:
        evening.night.command("pause", "2h")
        evening.wall.jump(evening.after(4.1))
        at_once("the reminder", lambda: shown(service) == ["water"], service)
        assert "pause is over" in service.log()
        service.end()


def test_a_clock_set_back_shows_nothing_twice(evening: Evening) -> None:
    """Set an hour back after a reminder was done, its moment comes once more, and it does not."""
    evening.wall.jump(evening.after(1.9))
    with evening.night.service() as service:
        evening.wall.jump(evening.after(2.1))
        at_once("the reminder", lambda: shown(service) == ["water"], service)
        evening.night.command("done")
        for hours in (1.1, 2.2, 1.5, 2.3):
            before = evening.updated()
            evening.wall.jump(evening.after(hours))
            at_once("a reckoning", partial(evening.has_reckoned_since, before), service)
        assert evening.outcomes("water") == ["done"]
        assert shown(service) == ["water"]
        service.end()


def test_another_zone_of_the_system_is_taken_up_at_once(home: Home) -> None:
    """The link of /etc is replaced while the program runs, in a /etc that it alone sees.

    As it broke elsewhere: time.tzset().
    """
    etc = home.aside / "etc"
    subprocess.run(["/bin/cp", "-a", "/etc", str(etc)], check=True)
    link = etc / "localtime"
    point(link, "Etc/UTC")
    alone = with_mounts(f"mount --bind {etc} /etc", "exec env --unset=TZ")
    night = Nightcare(home, within=alone)
    night.configure()
    text = CONFIG.format(zone="auto")
    there = zone_where_it_is(NOON)
    # The service has to run, and to know the zone, by then.
    moment = now().astimezone(there) + night.unhurried(timedelta(seconds=3), times=16)
    text += f'[reminders.walk]\ntopic = "exercise"\nat = "{moment:%H:%M:%S}"\n'
    night.config.write_text(text, encoding="utf-8")
    with night.service() as service:
        point(link, there.key)
        at_once("the zone", lambda: f"{there.key} now" in service.log(), service)
        eventually(
            lambda: "walk" in shown(service), HANG_SECONDS, "the moment there", service.program
        )
        service.end()


def point(link: Path, zone: str) -> None:
    """Have a link say that the system is in a zone, as timedatectl(1) does: by renaming."""
    new = link.with_name("localtime.new")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    new.symlink_to(f"/usr/share/zoneinfo/{zone}")
    new.replace(link)
