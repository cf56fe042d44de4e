"""The program's files removed and replaced under a running service, by real installers."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from nightcare import __version__
from nightcare.journal.store import SERVICE_NOTE, Journal
from parts.broker import phone, private_broker
from parts.home import Home
from parts.packages import Packages
from parts.processes import Program, eventually, run_tool, running
from parts.program import LATER, Nightcare, now

pytestmark = pytest.mark.real

PYTHON = "/usr/bin/python3"
"""Debian's own, for which the wheels in `Packages.wheels` are."""

SECONDS = 90
INSTALL_SECONDS = 300
NEWER = "0.2.99"


def beside_python(name: str) -> str:
    """Return a program of the environment that the tests run in."""
    return str(Path(sys.executable).with_name(name))


@pytest.fixture(scope="module")
def newer(packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a wheel of a later version of the same code."""
    later = tmp_path_factory.mktemp("newer") / packages.wheel.name.replace(__version__, NEWER)
    record: list[str] = []
    with zipfile.ZipFile(packages.wheel) as old, zipfile.ZipFile(later, "w") as new:
        for name in old.namelist():
            renamed = name.replace(__version__, NEWER)
            if name.endswith("/RECORD"):
                new.writestr(renamed, "".join([*record, f"{renamed},,\n"]))
                continue
            raw = old.read(name)
            if name.endswith(("/METADATA", "nightcare/__init__.py")):
                raw = raw.replace(__version__.encode(), NEWER.encode())
            digest = base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).rstrip(b"=").decode()
            record.append(f"{renamed},sha256={digest},{len(raw)}\n")
            new.writestr(renamed, raw)
    return later


@dataclass(frozen=True)
class Installed:
    """A program that was installed as people do it.

    Attributes:
        home: Whose it is.
        wheels: Where its libraries are.
        kind: The installer, "pipx" or "uv".
    """

    home: Home
    wheels: Path
    kind: str

    @property
    def program(self) -> Path:
        """The path of the command."""
        return self.home.path / ".local" / "bin" / "nightcare"

    @property
    def environment(self) -> Path:
        """The virtual environment that it lies in."""
        return self.program.resolve().parents[1]

    def put(self, wheel: Path, extra: str = "") -> None:
        """Install a wheel, with an extra such as `[mqtt]`, in the place of what is there."""
        places = ["--no-index", "--find-links", str(self.wheels)]
        if self.kind == "pipx":
            words = ["install", "--force", "--python", PYTHON, f"--pip-args={' '.join(places)}"]
        else:
            words = ["tool", "install", "--reinstall", "--python", PYTHON, *places]
        run_tool(
            [beside_python(self.kind), *words, f"{wheel}{extra}"],
            self.home.environment(),
            INSTALL_SECONDS,
        )

    def printed(self) -> str:
        """Return all that the service has printed."""
        return self.home.log("nightcare").read_text(encoding="utf-8")

    def wait(self, what: str, program: Program) -> None:
        """Wait until the service has printed this."""
        eventually(lambda: what in self.printed(), SECONDS, what, program)

    @contextmanager
    def service(self, person: Nightcare) -> Iterator[Program]:
        """Run it as a service, until it is ended."""
        log = self.home.log("nightcare")
        with running([str(self.program), "run"], self.home.environment(), log) as program:
            self.wait("Reminders are shown", program)
            eventually(lambda: person.json("status")["pid"], SECONDS, "a start", program)
            yield program


@pytest.fixture(params=["pipx", "uv"])
def installed(request: pytest.FixtureRequest, packages: Packages, home: Home) -> Installed:
    """Install the program by a real installer."""
    one = Installed(home, packages.wheels, request.param)
    one.put(packages.wheel)
    return one


@pytest.fixture
def person(home: Home) -> Nightcare:
    """Return a person with another copy of the program."""
    one = Nightcare(home)
    one.configure(LATER)
    return one


def soon(person: Nightcare, name: str) -> None:
    """Save a config with a reminder that comes in a moment."""
    due = now() + timedelta(seconds=3)
    person.configure(person.reminder(name, due, f'text = "{name}"'), LATER)


def test_a_config_saved_while_the_program_is_away_is_read_when_it_is_back(
    installed: Installed, person: Nightcare
) -> None:
    """The active schedule stays, and status says why."""
    with installed.service(person) as program:
        away = installed.environment.with_name("away")
        there = installed.environment
        there.rename(away)
        soon(person, "walk")
        installed.wait("own files are missing", program)
        eventually(lambda: person.json("status")["mistakes"], SECONDS, "a mistake", program)
        status = person.json("status")
        assert (status["running"], status["upgrade"]) == (True, "missing")
        assert "own files are missing" in person.command("status").out
        away.rename(there)
        installed.wait("own files are back", program)
        eventually(
            lambda: not person.json("status")["mistakes"], SECONDS, "the new schedule", program
        )
        assert "Traceback" not in installed.printed()


def test_an_upgrade_restarts_an_idle_service(
    installed: Installed, person: Nightcare, newer: Path
) -> None:
    """The same process goes on as the new version; a snooze survives."""
    with installed.service(person) as program:
        pid = person.json("status")["pid"]
        person.command("pause", "3h")
        installed.put(newer)
        eventually(lambda: version(person) == NEWER, SECONDS, "a restart", program)
        status = person.json("status")
        assert (status["running"], status["pid"], status["upgrade"]) == (True, pid, None)
        assert status["paused_until"] is not None
        assert "Traceback" not in installed.printed()


def test_what_is_open_is_answered_before_a_restart(
    installed: Installed, person: Nightcare, newer: Path
) -> None:
    """Status says why it waits; the answer lets it go on."""
    with installed.service(person) as program:
        soon(person, "walk")
        person.wait_until("walk", state="open")
        installed.put(newer)
        eventually(
            lambda: person.json("status")["upgrade"] == "waiting", SECONDS, "it to wait", program
        )
        assert "restarts with them when no reminder is open" in person.command("status").out
        person.command("done")
        eventually(lambda: version(person) == NEWER, SECONDS, "a restart", program)
        assert person.today("walk")["outcome"] == "done"


def test_new_files_that_refuse_the_config_are_not_started(
    installed: Installed, person: Nightcare, newer: Path
) -> None:
    """A restart would end the service; it goes on and says so."""
    with installed.service(person) as program:
        person.config.write_text("language = 1\n", encoding="utf-8")
        installed.put(newer)
        eventually(
            lambda: person.json("status")["upgrade"] == "unusable", SECONDS, "a check", program
        )
        assert program.process.poll() is None
        assert "`nightcare doctor` say more" in person.command("status").out


def version(person: Nightcare) -> object:
    """Return the version that the running service has noted."""
    with closing(Journal.open(person.state)) as journal:
        return journal.read_note(SERVICE_NOTE).get("version")


def test_no_descriptor_is_left_behind(installed: Installed, person: Nightcare, newer: Path) -> None:
    """The new start has as many open files as the old one."""
    with installed.service(person) as program:
        before = len(os.listdir(f"/proc/{program.pid}/fd"))  # noqa: PTH208 - a count
        installed.put(newer)
        eventually(lambda: version(person) == NEWER, SECONDS, "a restart", program)
        assert len(os.listdir(f"/proc/{program.pid}/fd")) <= before + 1  # noqa: PTH208 - likewise


@pytest.mark.parametrize("installed", ["pipx"], indirect=True)
def test_an_upgrade_restarts_the_bridge_beside_the_service_once(
    installed: Installed, person: Nightcare, newer: Path, packages: Packages
) -> None:
    """Both go on as the new version, and the broker never hears that nightcare is offline."""
    log = installed.home.log("bridge")

    def connections() -> int:
        return log.read_text(encoding="utf-8").count("Connected to the MQTT broker")

    installed.put(packages.wheel, "[mqtt]")
    with private_broker(installed.home) as broker, phone(broker) as one:
        person.configure(LATER, broker.config())
        with (
            installed.service(person) as service,
            running(
                [str(installed.program), "bridge"], installed.home.environment(), log
            ) as bridge,
        ):
            one.wait_for("alive", be="online")
            eventually(lambda: one.versions() == {__version__}, SECONDS, "everything", bridge)
            one.written.clear()
            installed.put(newer, "[mqtt]")
            eventually(lambda: version(person) == NEWER, SECONDS, "a restart", service)
            eventually(lambda: one.versions() == {NEWER}, SECONDS, "the new version", bridge)
            eventually(lambda: connections() == 2, SECONDS, "another connection", bridge)
            one.wait_for("alive", be="online")
            alive = [payload for topic, payload in one.written if topic.endswith("/alive")]
            assert b"offline" not in alive, f"{alive}\n{log.read_text(encoding='utf-8')}"
            assert service.process.poll() is None
            assert bridge.process.poll() is None
        assert connections() == 2
        assert "Traceback" not in log.read_text(encoding="utf-8") + installed.printed()
