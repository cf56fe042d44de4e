"""The running program while the disk is full or read-only, and while many write at once."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from nightcare.journal.journal_files import FILE_NAME
from nightcare.journal.store import Journal
from parts.home import Home
from parts.mounts import with_mounts
from parts.processes import HANG_SECONDS, eventually
from parts.program import COMMAND_SECONDS, LATER, PROGRAM, Nightcare, Service, now, soon

pytestmark = [pytest.mark.real, pytest.mark.privileged]

SIZE = 512 * 1024
"""Bytes of the disk; a new journal takes less than half of it."""

AT_ONCE = 12


@pytest.fixture
def night(home: Home) -> Nightcare:
    """Return the program, with its state on a small private disk."""
    night = Nightcare(home)
    night.state.mkdir(mode=0o700, parents=True)
    options = f"size={SIZE},mode=0700"
    small = with_mounts(f"mount -t tmpfs -o {options} small {night.state}")
    night.configure(LATER)
    return Nightcare(home, zone=night.zone, within=small)


def disk(night: Nightcare, service: Service) -> Path:
    """Return the folder of the journal as the service sees it."""
    return Path(f"/proc/{service.program.pid}/root{night.state}")


def remind(night: Nightcare, service: Service, *names: str) -> None:
    """Have these reminders come, one after the other, and wait for the last."""
    due = soon()
    night.configure(
        *(
            night.reminder(name, due + timedelta(seconds=number), f'text = "{name}"')
            for number, name in enumerate(names)
        ),
        LATER,
    )
    service.reload()
    for name in names:
        said(service, f"{name}: shown")


def said(service: Service, what: str) -> None:
    """Wait until the service has said this."""
    eventually(lambda: what in service.log(), HANG_SECONDS, what, service.program)


def test_on_a_full_disk_the_reminders_go_on(night: Nightcare) -> None:
    """The service says that it cannot write, reminds all the same, and writes it down later."""
    began = now()
    with night.service() as service:
        remind(night, service, "before")
        ballast = disk(night, service) / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        remind(night, service, *(f"full-{number}" for number in range(4)))
        assert "nothing is saved" in service.log()
        ballast.unlink()
        remind(night, service, "after")
        said(service, "can be written again")
        # SQLite would follow the path to the disk that this process sees.
        shutil.copytree(disk(night, service), night.home.aside / "copy")
        with contextlib.closing(Journal.open(night.home.aside / "copy")) as journal:
            known = {delivery.key.reminder for delivery in journal.since(began)}
        assert known == {"before", "full-0", "full-1", "full-2", "full-3", "after"}
        service.end()
    assert "Traceback" not in service.log()


def test_a_read_only_disk_stops_no_reminder(night: Nightcare) -> None:
    """The service says so and goes on."""
    read_only = Nightcare(
        night.home,
        zone=night.zone,
        within=tuple(word.replace("mode=0700", "mode=0700,ro") for word in night.within),
    )
    with read_only.service() as service:
        remind(read_only, service, "walk")
        assert "nothing is saved" in service.log()
        service.end()
        assert service.program.process.returncode == 0
    assert "Traceback" not in service.log()


def test_a_folder_that_can_never_be_written_stops_no_reminder(home: Home) -> None:
    """A file stands where the folder should be; commands say so, and the service reminds."""
    night = Nightcare(home)
    night.configure(LATER)
    night.state.parent.mkdir(parents=True)
    night.state.write_text("in the way", encoding="utf-8")
    assert str(night.state) in night.command("pause", "1h", code=1).err
    with night.service() as service:
        remind(night, service, "walk")
        service.end()
    assert night.state.read_text(encoding="utf-8") == "in the way"


def test_a_journal_that_is_destroyed_stops_no_reminder(home: Home) -> None:
    """Overwritten while the service runs; who finds it so keeps it, and begins a new one."""
    night = Nightcare(home)
    night.configure(LATER)
    with night.service() as service:
        remind(night, service, "before")
        for file in (night.state / FILE_NAME, night.state / f"{FILE_NAME}-wal"):
            with file.open("r+b") as opened:
                opened.write(b"\xff" * file.stat().st_size)
        remind(night, service, "after")
        service.end()
        assert service.program.process.returncode == 0
    with night.service() as service:
        said(service, "is kept as")
        remind(night, service, "new")
        assert night.today("new")["state"] == "open"
        service.end()
    assert len(list(night.state.glob("journal-corrupt-*.sqlite"))) == 1
    assert "Traceback" not in service.log()


def test_purge_leaves_all_to_a_service_that_runs_in_a_terminal(home: Home) -> None:
    """It would write the diary anew; when it has ended, everything goes and stays away."""
    night = Nightcare(home)
    night.configure(LATER)
    with night.service() as service:
        night.command("cramp", "add")
        assert "Ctrl-C" in night.command("uninstall", "--purge", "--yes", code=1).err
        assert len(night.json("cramp", "list")["cramps"]) == 1
        assert night.config.exists()
        service.end()
    night.command("uninstall", "--purge", "--yes")
    assert not night.state.exists()
    assert not night.config.exists()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_second_service_is_refused_whatever_becomes_of_the_state_folder(
    home: Home, *, replaced: bool
) -> None:
    """Two of them would show each reminder twice."""
    night = Nightcare(home)
    night.configure(LATER)
    with night.service() as service:
        night.state.rename(home.aside / "moved")
        if replaced:
            night.state.mkdir(mode=0o700)
        assert night.command("run", code=1).err
        remind(night, service, "walk")
        service.end()
        assert night.today("walk")["state"] == "open"


def test_many_commands_at_once_with_the_service_lose_nothing(home: Home) -> None:
    """Each that says it was done is in the journal, and each takes its turn."""
    night = Nightcare(home)
    night.configure(LATER)
    with night.service() as service:
        remind(night, service, "walk")

        def tell(number: int) -> int:
            words = (
                ("snooze", "walk", "10m") if number % 2 else ("pause", f"{number + 1}h", "--yes")
            )
            return subprocess.run(
                [*PROGRAM, *words],
                env=home.environment(),
                cwd="/",
                capture_output=True,
                timeout=COMMAND_SECONDS,
                check=False,
            ).returncode

        with ThreadPoolExecutor(AT_ONCE) as hands:
            codes = list(hands.map(tell, range(AT_ONCE)))
        snoozed = codes[1::2].count(0)
        assert codes[::2] == [0] * (AT_ONCE // 2)
        # As often as one may.
        assert snoozed == 3
        with (
            contextlib.closing(Journal.open(night.state)) as journal,
            contextlib.closing(journal.copy_to_memory()) as copy,
        ):
            (walk,) = journal.unsettled()
            acts: Counter[str] = Counter()
            while (act := copy.last_action()) is not None:
                acts[act.what] += 1
                copy.forget_action(act)
        assert acts == {"snooze": snoozed, "pause": AT_ONCE // 2}
        assert walk.snoozes == snoozed
        service.end()
    assert (night.state / FILE_NAME).exists()
