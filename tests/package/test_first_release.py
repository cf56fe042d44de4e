"""Upgrades from 0.1.0 and to the next release, and refused downgrades, by real installers.

`./scripts/upgrades` builds the packages of these versions and runs these tests in a root of Debian,
where the Debian package may be installed. Without the packages of the first release they are left
out.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nightcare import __version__
from nightcare.desktop.instance_lock import service_runs
from nightcare.desktop.systemd.unit_file import BRIDGE, NAME
from nightcare.journal.store import SERVICE_NOTE, Journal
from parts.broker import phone, private_broker
from parts.home import Home
from parts.processes import HANG_SECONDS, eventually, run_tool, running
from parts.program import CONFIG, LATER, NOON, now, zone_where_it_is
from parts.user_manager import UserManager, count_starts, starts, user_manager

pytestmark = pytest.mark.real

PYTHON = "/usr/bin/python3"
NEXT = "99.0"
INSTALL_SECONDS = 300
CLONE = "nightcare"
"""The folder of a clone in the home folder."""


@dataclass(frozen=True)
class Packages:
    """The packages of one version in a folder, and the wheels of its dependencies in `wheels`."""

    folder: Path

    @property
    def wheel(self) -> Path:
        """The wheel."""
        (found,) = self.folder.glob("*.whl")
        return found

    @property
    def history(self) -> str:
        """The commits up to the version, in a file that git clones and pulls from."""
        return str(self.folder / "history")

    @property
    def debs(self) -> list[str]:
        """The Debian packages, with that of the bridge if the version has one."""
        return [str(one) for one in self.folder.glob("nightcare*.deb")]

    @property
    def find_links(self) -> list[str]:
        """Options of pip and uv that find the dependencies and nothing else."""
        return ["--no-index", "--find-links", str(self.folder / "wheels")]


def beside_python(name: str) -> str:
    """Return a program of the environment that the tests run in."""
    return str(Path(sys.executable).with_name(name))


def with_pipx(home: Home, packages: Packages) -> None:
    """Install as `pipx install --force` does."""
    options = ["--force", "--python", PYTHON, f"--pip-args={' '.join(packages.find_links)}"]
    run_tool(
        [beside_python("pipx"), "install", *options, f"{packages.wheel}[mqtt,report]"],
        home.environment(),
        INSTALL_SECONDS,
    )


def with_uv(home: Home, packages: Packages) -> None:
    """Install as `uv tool install --reinstall` does."""
    options = ["--reinstall", "--python", PYTHON, *packages.find_links]
    run_tool(
        [beside_python("uv"), "tool", "install", *options, f"{packages.wheel}[mqtt,report]"],
        home.environment(),
        INSTALL_SECONDS,
    )


def with_pip(home: Home, packages: Packages) -> None:
    """Install as `pip install --upgrade` does in a virtual environment."""
    folder = home.path / "venv"
    if not folder.exists():
        run_tool([PYTHON, "-m", "venv", str(folder)], home.environment(), INSTALL_SECONDS)
    options = ["--upgrade", *packages.find_links]
    run_tool(
        [str(folder / "bin" / "pip"), "install", *options, f"{packages.wheel}[mqtt,report]"],
        home.environment(),
        INSTALL_SECONDS,
    )


def with_dpkg(home: Home, packages: Packages) -> None:
    """Install the Debian packages, also in place of newer ones."""
    dpkg = ["dpkg", "--force-downgrade", "--install", *packages.debs]
    run_tool(dpkg, {**home.environment(), "DEBIAN_FRONTEND": "noninteractive"}, INSTALL_SECONDS)


def with_git(home: Home, packages: Packages) -> None:
    """Clone or pull, and run the program as `./scripts/run` does."""
    clone = home.path / CLONE
    if not clone.exists():
        run_tool(
            ["git", "clone", "--branch", "main", packages.history, str(clone)], home.environment()
        )
    git = ["git", "-C", str(clone)]
    run_tool([*git, "pull", "--ff-only", packages.history, "main"], home.environment())
    # For an earlier version.
    run_tool([*git, "reset", "--hard", "FETCH_HEAD"], home.environment())
    wheels = str(packages.folder / "wheels")
    environment = home.environment(PIP_NO_INDEX="1", PIP_FIND_LINKS=wheels)
    state = home.state / "nightcare"
    already = service_runs(state)
    log = home.log("run")
    with running([str(clone / "scripts" / "run")], environment, log) as program:
        eventually(
            lambda: not program.is_running() or (not already and service_runs(state)),
            INSTALL_SECONDS,
            "nightcare in the clone",
        )
        if already:
            assert program.process.returncode == 1, program.describe()
            assert "nightcare status" in log.read_text(encoding="utf-8").splitlines()[-1]


Installer = Callable[[Home, Packages], None]


@dataclass(frozen=True)
class Person:
    """A person with an installed nightcare and a session of their own."""

    home: Home
    manager: UserManager

    @property
    def program(self) -> str:
        """The command that this person types."""
        own = [
            self.home.path / folder / "bin" / "nightcare"
            for folder in (".local", "venv", f"{CLONE}/.venv")
        ]
        return str(next((one for one in own if one.exists()), "/usr/bin/nightcare"))

    def command(self, *words: str, code: int = 0) -> str:
        """Run a command and return what it prints, on both streams."""
        done = subprocess.run(
            [self.program, *words],
            env={**self.manager.environment},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=HANG_SECONDS,
            check=False,
            text=True,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def json(self, *words: str) -> Any:
        """Return the JSON output of a command."""
        return json.loads(self.command(*words, "--json"))

    def entry(self, reminder: str) -> dict[str, Any]:
        """Return the occurrence of a reminder today, or nothing."""
        found = [one for one in self.json("today") if one["reminder"] == reminder]
        return dict(found[0]) if found else {}

    def wait_until(self, reminder: str, state: str) -> dict[str, Any]:
        """Wait until the occurrence of a reminder is in a state, and return it."""
        return eventually(
            lambda: one if (one := self.entry(reminder)).get("state") == state else {},
            HANG_SECONDS,
            f"{reminder} to be {state}",
        )

    def configure(self, *reminders: tuple[str, datetime], more: str = "") -> None:
        """Write a config with these reminders, and more tables."""
        zone = zone_where_it_is(NOON)
        tables = [
            f'[reminders.{name}]\ntopic = "hydration"\nat = "{due.astimezone(zone):%H:%M:%S}"\n'
            for name, due in reminders
        ]
        text = CONFIG.format(zone=zone, reminders="\n".join([*tables, LATER]))
        path = self.home.config / "nightcare" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'{text}{more}[notify]\nbackend = "terminal"\n', encoding="utf-8")


@pytest.fixture(scope="session")
def first(request: pytest.FixtureRequest) -> Packages:
    """Return the packages of the first release."""
    return _packages(request, "--first-release")


@pytest.fixture(scope="session")
def this(request: pytest.FixtureRequest) -> Packages:
    """Return the packages of this version."""
    return _packages(request, "--this-release")


def _packages(request: pytest.FixtureRequest, option: str) -> Packages:
    return Packages(Path(request.config.getoption(option)).absolute())


@pytest.fixture(scope="session")
def following(request: pytest.FixtureRequest) -> Packages:
    """Return the packages of the next version."""
    return _packages(request, "--next-release")


@pytest.fixture(params=[with_pipx, with_uv, with_pip, with_dpkg, with_git])
def install(request: pytest.FixtureRequest) -> Iterator[Installer]:
    """Return a way to install a version in place of another."""
    yield request.param
    if request.param is with_dpkg:
        purge = ["dpkg", "--purge", "nightcare-bridge", "nightcare"]
        run_tool(purge, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})


@contextmanager
def session(home: Home) -> Iterator[Person]:
    """Run a session of a person, which counts the starts of the service and the bridge."""
    for unit in (NAME, BRIDGE):
        count_starts(home, unit)
    with user_manager(home) as manager:
        yield Person(home, manager)


@pytest.fixture
def person(home: Home, first: Packages, install: Installer) -> Iterator[Person]:
    """Install the first release for a person, start its service, and record an evening.

    One reminder is snoozed, one is open, and the diary has a cramp.
    """
    install(home, first)
    with session(home) as one:
        assert one.command("--version").split()[-1] == "0.1.0"
        one.configure()
        one.command("install")
        one.configure(("walk", now() + timedelta(seconds=6)))
        one.wait_until("walk", "open")
        one.command("snooze", "3h")
        one.configure(
            ("walk", now() - timedelta(seconds=30)), ("rest", now() + timedelta(seconds=6))
        )
        one.wait_until("rest", "open")
        one.command("cramp", "add", "--leg", "left", "--severity", "severe", "--note", "kept")
        yield one


def kept(person: Person) -> tuple[object, ...]:
    """Return what an upgrade must carry over."""
    walk, rest = person.entry("walk"), person.entry("rest")
    (cramp,) = person.json("cramp", "list")["cramps"]
    config = (person.home.config / "nightcare" / "config.toml").read_bytes()
    return walk["state"], walk["until"], rest["due"], cramp["note"], cramp["severity"], config


def test_an_upgrade_keeps_everything_and_restarts_once(
    person: Person, this: Packages, install: Installer
) -> None:
    """`nightcare install` of the new version restarts the service of the old one."""
    before, started = kept(person), starts(person.home, NAME)
    pid = person.manager.show(NAME, "MainPID")
    install(person.home, this)
    assert person.command("--version").split()[-1] == __version__
    person.command("install")
    eventually(lambda: person.json("status")["running"], HANG_SECONDS, "the service to run")
    assert person.manager.show(NAME, "ActiveState") == "active"
    assert person.manager.show(NAME, "MainPID") != pid
    assert starts(person.home, NAME) == started + 1
    assert kept(person) == before
    person.command("done", "rest")
    assert person.json("status")["upgrade"] is None


def test_the_files_of_the_desktop_are_those_of_the_new_version(
    person: Person, this: Packages, install: Installer
) -> None:
    """The unit and the entries start what is installed, and the completions are there."""
    install(person.home, this)
    person.command("install")
    unit = (person.home.config / "systemd" / "user" / NAME).read_text(encoding="utf-8")
    started = re.search(r"^ExecStart=(\S+)", unit, re.MULTILINE)
    assert started is not None
    assert Path(started[1]).exists()
    for name in ("nightcare.desktop", "nightcare-page.desktop"):
        assert (person.home.data / "applications" / name).is_file()
    assert "done" in subprocess.check_output(
        [person.program],
        env={
            **person.manager.environment,
            "_NIGHTCARE_COMPLETE": "bash_complete",
            "COMP_WORDS": "nightcare do",
            "COMP_CWORD": "1",
        },
        text=True,
    )


def test_a_downgrade_is_refused_with_a_sentence(
    person: Person, this: Packages, first: Packages, install: Installer
) -> None:
    """The old version leaves the journal of the new one alone."""
    install(person.home, this)
    person.command("install")
    person.manager.systemctl("stop", NAME)
    journal = person.home.state / "nightcare" / "journal.db"
    with closing(sqlite3.connect(journal)) as opened:
        (version,) = opened.execute("PRAGMA user_version").fetchone()
    install(person.home, first)
    told = person.command("today", code=1)
    assert "was written by a later nightcare" in told
    assert "Traceback" not in told
    with closing(sqlite3.connect(journal)) as opened:
        assert opened.execute("PRAGMA user_version").fetchone() == (version,)
    install(person.home, this)
    assert person.entry("walk")["state"] == "snoozed"


def test_an_upgrade_restarts_the_bridge_once(
    home: Home, this: Packages, following: Packages, install: Installer
) -> None:
    """It runs the next version then, and so does the service, which is restarted once too."""
    install(home, this)
    with session(home) as one, private_broker(home) as broker, phone(broker) as watching:
        one.configure(more=broker.config())
        one.command("install")
        watching.wait_for("alive", be="online")
        eventually(lambda: __version__ in watching.versions(), HANG_SECONDS, "everything")
        one.configure(("rest", now() + timedelta(seconds=6)), more=broker.config())
        one.wait_until("rest", "open")
        started = starts(home, NAME), starts(home, BRIDGE)
        install(home, following)
        assert one.command("--version").split()[-1] == NEXT
        one.command("install")
        eventually(lambda: watching.versions() == {NEXT}, HANG_SECONDS, "the next version")
        watching.wait_for("alive", be="online")
        assert (starts(home, NAME), starts(home, BRIDGE)) == (started[0] + 1, started[1] + 1)
        assert [one.manager.show(unit, "NRestarts") for unit in (NAME, BRIDGE)] == ["0", "0"]
        assert one.entry("rest")["state"] == "open"
        eventually(lambda: one.json("status")["mqtt"]["running"], HANG_SECONDS, "the bridge")
        assert one.json("status")["upgrade"] is None


@pytest.mark.parametrize("install", [with_git], indirect=True)
def test_a_pull_restarts_the_service_of_a_clone(
    home: Home, this: Packages, following: Packages, install: Installer
) -> None:
    """The service restarts itself with the next version; nothing has to be installed again."""
    install(home, this)
    with session(home) as one:
        one.configure()
        one.command("install")
        one.command("pause", "3h")
        started, pid = starts(home, NAME), one.manager.show(NAME, "MainPID")
        install(home, following)
        eventually(lambda: version(home) == NEXT, HANG_SECONDS, "the next version")
        assert starts(home, NAME) == started
        assert one.manager.show(NAME, "MainPID") == pid
        status = one.json("status")
        assert (status["running"], status["upgrade"]) == (True, None)
        assert status["paused_until"] is not None


@pytest.mark.parametrize("install", [with_git], indirect=True)
def test_new_libraries_in_a_clone_make_its_service_look_again(
    home: Home, first: Packages, this: Packages, install: Installer
) -> None:
    """After `./scripts/run` has installed them, the file that the service follows is newer."""
    install(home, first)
    install(home, this)
    clone = home.path / CLONE
    followed = clone / "src" / "nightcare" / "__init__.py"
    listed = clone / ".venv" / "requirements.run"
    assert followed.stat().st_mtime_ns > listed.stat().st_mtime_ns


def version(home: Home) -> object:
    """Return the version that the running service has noted."""
    with closing(Journal.open(home.state / "nightcare")) as journal:
        return journal.read_note(SERVICE_NOTE).get("version")
