"""Commands and configs in README.md and the guide: all of them work.

Commands are those in `sh` blocks, and every piece of code in a sentence or a table that begins with
`nightcare`. Those that need more than a home have a test elsewhere, which is named here.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.terminal import Result, Terminal
from parts.processes import HANG_SECONDS
from parts.scripts import shell_program

PROJECT = Path(__file__).parents[2]
DOCUMENTS = [PROJECT / "README.md", *sorted(PROJECT.glob("docs/guide*.md"))]

ELSEWHERE = {
    # They start a service, or need one.
    "./scripts/run": "cli/test_document_examples.py::test_the_first_command_runs_what_is_installed",
    "nightcare install": "real/test_user_service.py::"
    "test_install_starts_the_service_now_and_with_every_login",
    "nightcare uninstall": "real/test_user_service.py::"
    "test_uninstall_leaves_only_what_is_the_persons_own",
    "nightcare uninstall --purge": "real/test_user_service.py::"
    "test_uninstall_leaves_only_what_is_the_persons_own",
    "systemctl --user stop nightcare": "real/test_doctor.py::"
    "test_a_unit_that_is_installed_runs_and_is_stopped",
    "systemctl --user restart nightcare": "real/test_user_service.py::"
    "test_wrong_config_is_no_reason_to_try_again",
    "nightcare status": "real/test_notifications.py::test_server_that_comes_later_is_used",
    "nightcare try water": "real/test_notifications.py::"
    "test_trial_shows_a_reminder_and_leaves_no_trace",
    "nightcare try evening-stretch": "real/test_notifications.py::"
    "test_trial_shows_a_reminder_and_leaves_no_trace",
    # They take minutes, a click, a terminal, an editor or a browser.
    ".venv/bin/nightcare rehearse": "real/test_terminal.py::"
    "test_rehearsal_shows_every_reminder_of_the_day",
    "nightcare rehearse": "real/test_terminal.py::test_rehearsal_shows_every_reminder_of_the_day",
    "nightcare stretch": "cli/test_stretch.py::test_stretch_without_a_config_or_a_service",
    "nightcare doctor": "real/test_doctor.py::test_a_desktop_with_dunst",
    "nightcare doctor --notify": "real/test_doctor.py::test_a_desktop_with_dunst",
    "nightcare setup": "cli/test_setup.py::test_enter_everywhere_gives_the_built_in_config",
    "nightcare config edit": "cli/test_config_edit.py::test_what_is_right_is_taken",
    "nightcare erase": "cli/test_export.py::test_erasing_asks_first",
    "nightcare page": "cli/test_page.py::test_it_is_opened_in_the_browser_from_a_private_file",
    "nightcare page --relief": "cli/test_page.py::test_help_with_a_cramp_is_a_page_of_its_own",
    "nightcare report --open": "cli/test_report_page.py::test_open_shows_it_from_a_private_place",
    "nightcare report --days 90 --open": "cli/test_report_page.py::"
    "test_open_shows_it_from_a_private_place",
    # They make the packages, and put one into the system.
    "./scripts/package": "package/test_debian_package.py::test_lintian_finds_no_mistake",
    "sudo apt install ./dist/nightcare_*.deb": "package/test_debian_package.py::"
    "test_it_comes_works_and_goes_without_a_trace",
    # They would fetch what it needs from a registry.
    "pipx install --force '.[report]'": "package/test_upgrade.py::"
    "test_an_upgrade_restarts_an_idle_service",
    "pipx install '.[report]'": "cli/test_document_examples.py::test_what_pipx_asks_for_is_there",
}
"""Commands that are not run here, and the tests that run them."""

DONE_OTHERWISE = {"nightcare config init"}
"""Refused where there is a config, and so run without one."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Something to type or to write.

    Attributes:
        document: Where it stands.
        text: Without what is explained behind it.
    """

    document: Path
    text: str

    def __str__(self) -> str:
        """Return the name of a test."""
        return f"{self.document.stem}: {self.text}"


def blocks(document: Path, language: str) -> list[str]:
    """Return the blocks of one language."""
    text = document.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def typed(document: Path) -> list[Snippet]:
    """Return each line of the `sh` blocks."""
    lines = "".join(blocks(document, "sh")).splitlines()
    return [Snippet(document, re.sub(r"\s+# .*", "", line)) for line in lines]


def mentioned(document: Path) -> list[Snippet]:
    """Return each command in a sentence or a table, once."""
    prose = re.sub(
        r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    found = re.findall(r"`(nightcare\s[^`]+)`", prose)
    return [Snippet(document, one) for one in dict.fromkeys(" ".join(two.split()) for two in found)]


def written(document: Path) -> list[Snippet]:
    """Return each `toml` block."""
    return [Snippet(document, one) for one in blocks(document, "toml")]


TYPED = [one for document in DOCUMENTS for one in typed(document)]
MENTIONED = [one for document in DOCUMENTS for one in mentioned(document)]
WRITTEN = [one for document in DOCUMENTS for one in written(document)]


@pytest.fixture
def person(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Return a person with an open reminder, a cramp in the diary, and a pause."""
    for name, place in (("CONFIG", ".config"), ("STATE", ".local/state")):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(terminal.home / place))
    monkeypatch.chdir(terminal.home)
    for words in ("config init", "cramp add --at 'yesterday 03:10'", "pause 1h"):
        assert terminal(*shlex.split(words)).code == 0
    # As the journal's folder is where a person has it, not where the fixture would.
    (terminal.home / "state").symlink_to(terminal.home / ".local" / "state")
    terminal.have_open()
    return terminal


def run(person: Terminal, command: str) -> Result:
    """Run one of nightcare's commands, with names of ours for what is to be filled in."""
    _, *words = shlex.split(command)
    return person(*(word.replace("FILE", "here.html") for word in words))


@pytest.mark.parametrize(
    "snippet", [one for one in MENTIONED if one.text not in ELSEWHERE], ids=str
)
def test_a_command_that_is_mentioned_works(person: Terminal, snippet: Snippet) -> None:
    """It is known, and does what it should, with nothing to complain of."""
    if snippet.text in DONE_OTHERWISE:
        (person.home / ".config" / "nightcare" / "config.toml").unlink()
    result = run(person, snippet.text)
    assert (result.code, result.err) == (0, "")
    assert result.out


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.stem)
def test_what_is_to_be_typed_works(
    person: Terminal, environment: dict[str, str], document: Path
) -> None:
    """One line after the other, in one home."""
    for snippet in typed(document):
        if snippet.text in ELSEWHERE:
            continue
        if snippet.text.startswith("nightcare "):
            result = run(person, snippet.text)
            assert (result.code, result.err) == (0, ""), snippet.text
        else:
            in_a_shell(snippet.text, environment)


def in_a_shell(command: str, environment: dict[str, str]) -> None:
    """Run something that is no command of ours, here."""
    subprocess.run(["sh", "-euc", command], env=environment, check=True, timeout=HANG_SECONDS)


@pytest.mark.parametrize("snippet", WRITTEN, ids=lambda one: one.text.splitlines()[0])
def test_a_config_that_is_shown_is_right(person: Terminal, snippet: Snippet) -> None:
    """As a whole file it has neither a mistake nor what may be one."""
    file = person.write(snippet.text, person.home / "shown.toml")
    result = person("config", "check", file)
    assert (result.code, result.err) == (0, "")


def test_what_is_not_run_here_is_run_elsewhere() -> None:
    """Each such command still stands in the documents, and the test that is named is there."""
    assert set(ELSEWHERE) <= {one.text for one in TYPED + MENTIONED}
    for place in set(ELSEWHERE.values()):
        file, name = place.split("::")
        tree = ast.parse((PROJECT / "tests" / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, place


def test_there_is_something_to_try() -> None:
    """Commands and configs are found in each of the documents."""
    for document in DOCUMENTS:
        assert typed(document), document
        assert mentioned(document), document
        assert written(document), document


def test_the_guide_moves_everything(person: Terminal, environment: dict[str, str]) -> None:
    """The schedule and the diary are the same after they are unpacked elsewhere."""
    (guide,) = (one for one in DOCUMENTS if one.stem == "guide")
    pack, unpack = (one.text for one in typed(guide) if one.text.startswith("tar "))
    person("config", "set", "sleep.wake", "06:15")
    diary = person("cramp", "list").out
    shown = person("config", "show").out
    in_a_shell(pack, environment)
    for name in (".config", ".local"):
        (person.home / name).rename(person.home / f"old{name}")
    assert person("cramp", "list").out != diary
    in_a_shell(unpack, environment)
    assert person("cramp", "list").out == diary
    assert person("config", "show").out == shown
    assert "06:15" in shown


def test_the_first_command_runs_what_is_installed(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """With a complete .venv, `./scripts/run` installs nothing and starts the program."""
    for name in ("scripts", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).symlink_to(PROJECT / name)
    shell_program(tmp_path / ".venv" / "bin" / "nightcare", 'echo "started with: $*"')
    stamp = 'echo "run $(cat requirements.lock pyproject.toml | cksum)" >.venv/installed'
    subprocess.run(
        ["sh", "-euc", stamp], cwd=tmp_path, env=environment, check=True, timeout=HANG_SECONDS
    )
    done = subprocess.run(
        [tmp_path / "scripts" / "run", "--config", "own.toml"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=True,
        timeout=HANG_SECONDS,
    )
    assert done.stdout.decode() == "started with: run --config own.toml\n"


def test_who_may_not_install_packages_is_told_which(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """As on most machines, where sudo asks for a password: nothing ends without a word."""
    for name, does in {"id": "echo 1000", "sudo": "exit 1", "dpkg-query": "exit 1"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "apt-get").symlink_to("/bin/false")
    done = subprocess.run(
        ["sh", "-euc", ". scripts/setup.sh; debian_packages python3-venv git"],
        cwd=PROJECT,
        env={**environment, "PATH": f"{tmp_path}:{environment['PATH']}"},
        capture_output=True,
        check=False,
        timeout=HANG_SECONDS,
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().splitlines() == [
        "nightcare: some system packages are missing. Install them, then try again:",
        "nightcare:     sudo apt-get install python3-venv git",
    ]


@pytest.mark.parametrize(
    ("words", "measured"),
    [
        ("", True),
        ("--desktops all", True),
        ("tests/domain", False),
        ("tests/domain/test_until.py::test_x --maxfail 1", False),
        ("-k snooze", False),
    ],
)
def test_only_all_of_the_tests_have_to_cover_everything(
    tmp_path: Path, environment: dict[str, str], words: str, *, measured: bool
) -> None:
    """A run of selected tests, as in CONTRIBUTING.md, does not measure coverage."""
    (tmp_path / "scripts").mkdir()
    for name in ("scripts/test", "scripts/setup.sh", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).symlink_to(PROJECT / name)
    # It would make a whole Debian.
    (tmp_path / "scripts" / "pythons").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "scripts" / "pythons").chmod(0o755)
    (tmp_path / "tests" / "domain").mkdir(parents=True)
    for name in ("debian-packages.txt", "debian-packages-gnome.txt", "domain/test_until.py"):
        (tmp_path / "tests" / name).touch()
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in re.findall(r"\.venv/bin/(\S+)", (PROJECT / "scripts/test").read_text("utf-8")):
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@" >>said\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    stamp = 'echo "all $(cat requirements.lock pyproject.toml | cksum)" >.venv/installed'
    for command in (["sh", "-euc", stamp], [str(tmp_path / "scripts" / "test"), *words.split()]):
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=HANG_SECONDS)
    said = (tmp_path / "said").read_text(encoding="utf-8").splitlines()
    assert "lint-imports" in said
    assert ("coverage report" in said) is measured
    assert (said[-1] == f"python -m pytest {words}") is not measured


def test_what_pipx_asks_for_is_there() -> None:
    """The extra and the command that the README promises are declared."""
    declared = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r"^report = \[", declared, re.MULTILINE)
    assert re.search(r'^nightcare = "nightcare\.cli\.main:main"$', declared, re.MULTILINE)


@pytest.mark.parametrize(
    "document",
    [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")],
    ids=lambda one: os.fspath(one.relative_to(PROJECT)),
)
def test_links_between_the_documents_lead_somewhere(document: Path) -> None:
    """Each link that names no address is a file of the project."""
    text = document.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (document.parent / link).exists(), link
