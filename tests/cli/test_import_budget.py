"""The modules that commands may load, whose number no busy machine changes.

What each of these costs is in docs/performance.md.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli.terminal import Terminal
from nightcare.desktop.instance_lock import InstanceLock
from nightcare.journal.service_status import ServiceStatus, write_status

LONG = 60.0

HEAVY = (
    "apscheduler", "asyncinotify", "asyncio", "ctypes", "email", "hashlib", "heapq",
    "importlib.metadata", "importlib.resources", "jeepney", "logging", "multiprocessing",
    "platformdirs", "plyer", "pydantic", "pydantic_core", "pydantic_settings", "random", "rich",
    "shutil", "socket", "ssl", "subprocess", "tempfile", "tomli", "tomlkit", "tzlocal",
    "zipfile",
)  # fmt: skip

NOT_FOR_HELP = {*HEAVY} - {"heapq", "shutil"}
"""The help is as wide as the terminal, and click compares `-h` with its options by difflib."""

READS_AND_WRITES_THE_JOURNAL = [
    ("status",), ("status", "--json"), ("next",), ("next", "--json"), ("today",), ("why",),
    ("snooze",), ("snooze", "10m"), ("pause",), ("pause", "2h"), ("resume",), ("done",),
    ("undo",), ("good-night",), ("tonight", "23:00"), ("cramp", "add"), ("cramp", "list"),
]  # fmt: skip

NOT_FOR_PLAIN_COMMANDS = {
    "nightcare.desktop.notify.message_text", "nightcare.domain.day_parser",
    "nightcare.domain.diary_parser", "nightcare.domain.guidance", "nightcare.domain.morning_rule",
    "nightcare.domain.notification", "nightcare.domain.person_computers",
    "nightcare.domain.routine", "nightcare.domain.shared_acts", "nightcare.domain.shared_values",
    "nightcare.engine.undo", "nightcare.i18n.event_log", "nightcare.i18n.guidance_text",
    "nightcare.journal.service_status", "nightcare.journal.shared_rows",
    "nightcare.journal.shared_store",
}  # fmt: skip
"""Modules for rare words, routines, sharing and the service; each takes 1 to 4 ms."""

NOT_FOR_STATUS = {
    "nightcare.domain.guidance", "nightcare.domain.history", "nightcare.domain.notification",
    "nightcare.domain.plan_change", "nightcare.domain.routine", "nightcare.journal.bridge_status",
}  # fmt: skip
"""Modules for a routine under way, an undo, the bridge and the screen; each takes 1 to 5 ms."""

OF_OUTLOOK = {
    "nightcare.domain.outlook", "nightcare.domain.plan_change", "nightcare.domain.policy",
    "nightcare.domain.screen_forecast", "nightcare.domain.suppression",
}  # fmt: skip
"""Modules that find out what is to come."""

OF_HELP = ("command_context", "command_group", "command_help", "main", "output")

SCRIPT = """
import os, sys
from nightcare.cli.main import run_command
sys.argv[0] = "nightcare"
try:
    sys.exit(run_command(sys.argv[1:]))
finally:
    with os.fdopen(int(os.environ["LOADED"]), "w") as out:
        out.write(" ".join(sys.modules))
"""


def loaded(environment: dict[str, str], folder: Path, *words: str) -> set[str]:
    """Return the modules that a command in its own process has loaded when it ends."""
    said = folder / "loaded"
    with said.open("wb") as out:
        subprocess.run(
            [sys.executable, "-c", SCRIPT, *words],
            env={**environment, "LOADED": str(out.fileno())},
            pass_fds=[out.fileno()],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LONG,
            check=False,
        )
    return set(said.read_text(encoding="utf-8").split())


@pytest.fixture
def kept(environment: dict[str, str], terminal: Terminal) -> dict[str, str]:
    """Return the environment of a person with a config that was validated once."""
    configure(environment, 'language = "en"\n')
    terminal("status")
    return environment


def configure(environment: dict[str, str], text: str) -> None:
    """Write the config file."""
    config = Path(environment["XDG_CONFIG_HOME"], "nightcare", "config.toml")
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(text, encoding="utf-8")


def test_nobody_validates_the_built_in_schedule(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """The very first command of somebody new is as quick as all others."""
    assert sorted(loaded(environment, tmp_path, "next") & set(HEAVY)) == []


def test_the_first_command_with_a_config_validates(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """This shows that the budgets below measure something."""
    configure(environment, 'language = "en"\n')
    assert "pydantic" in loaded(environment, tmp_path, "next")


@pytest.mark.parametrize("words", READS_AND_WRITES_THE_JOURNAL, ids=" ".join)
def test_what_a_command_on_the_journal_may_load(
    kept: dict[str, str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    """No validation, no loop, no bus, no scheduler."""
    assert sorted(loaded(kept, tmp_path, *words) & set(HEAVY)) == []


@pytest.mark.parametrize("words", [("next",), ("done",), ("snooze", "10m")], ids=" ".join)
def test_what_a_command_that_looks_ahead_may_load(
    kept: dict[str, str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Nothing that only rare words, routines or several computers need."""
    assert sorted(loaded(kept, tmp_path, *words) & NOT_FOR_PLAIN_COMMANDS) == []


@pytest.mark.parametrize("words", [("status",), ("next",)], ids=" ".join)
def test_what_status_beside_a_running_service_may_load(
    kept: dict[str, str], terminal: Terminal, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Nothing for what is not there, also when its notifier takes answers without buttons."""
    with terminal.journal() as journal:
        published = ServiceStatus(pid=4711, notifier="dunst 1.9", capabilities=("body", "menu"))
        write_status(journal, published)
    lock = InstanceLock(terminal.state)
    assert lock.take()
    try:
        found = loaded(kept, tmp_path, *words)
    finally:
        lock.release()
    assert sorted(found & NOT_FOR_STATUS) == []
    assert "nightcare.i18n.plan_text" in found


@pytest.mark.parametrize("words", [("pause", "2h"), ("resume",), ("cramp", "add")], ids=" ".join)
def test_what_a_command_that_does_not_look_ahead_may_load(
    kept: dict[str, str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    """It does not find out what is to come either."""
    loaded(kept, tmp_path, "pause", "2h")
    found = loaded(kept, tmp_path, *words)
    assert sorted(found & (NOT_FOR_PLAIN_COMMANDS | OF_OUTLOOK)) == []


def test_a_config_that_was_changed_is_validated_once(kept: dict[str, str], tmp_path: Path) -> None:
    """The next command has what came of it."""
    configure(kept, 'language = "da"\n')
    assert "pydantic" in loaded(kept, tmp_path, "next")
    assert "pydantic" not in loaded(kept, tmp_path, "next")


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_what_help_may_load(environment: dict[str, str], tmp_path: Path, flag: str) -> None:
    """None of the commands that it lists."""
    found = loaded(environment, tmp_path, flag)
    assert sorted(found & NOT_FOR_HELP) == []
    ours = {one for one in found if one.startswith("nightcare.cli.")}
    assert ours == {f"nightcare.cli.{one}" for one in OF_HELP}


def test_what_the_version_may_load(environment: dict[str, str], tmp_path: Path) -> None:
    """The version needs no command."""
    found = loaded(environment, tmp_path, "--version")
    ours = {one for one in found if one.startswith("nightcare")}
    assert ours == {
        "nightcare", "nightcare.cli", "nightcare.cli.command_group", "nightcare.cli.command_help",
        "nightcare.cli.main",
        "nightcare.errors", "nightcare.streams",
    }  # fmt: skip


def test_what_tips_may_load(kept: dict[str, str], tmp_path: Path) -> None:
    """They come without a service, a bus or a scheduler."""
    assert sorted(loaded(kept, tmp_path, "tips") & (set(HEAVY) - {"shutil"})) == []
