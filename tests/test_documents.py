"""What documents and settings of the project name is there, and what is there is named."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from nightcare import __released__, __version__

PROJECT = Path(__file__).parents[1]
SOURCE = PROJECT / "src" / "nightcare"
PRIVATE = {"__init__.py", "__main__.py"}
"""What every package has."""


def test_security_names_tests_that_are_there() -> None:
    """Each defence is shown by one."""
    text = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if "`tests/" in line]
    assert rows
    file = ""
    for row in rows:
        for named, test in re.findall(r"`(tests/[\w/]+\.py)?::(\w+)`", row):
            file = named or file
            assert test in named_tests(PROJECT / file), f"{file}::{test}"


def named_tests(file: Path) -> set[str]:
    """The names of the tests in a file."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_promises_name_files_that_are_there() -> None:
    """So do the other documents, of the tests and the scripts."""
    for document in [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")]:
        text = document.read_text(encoding="utf-8")
        for named in re.findall(r"`(?:\./)?((?:tests|scripts|docs|systemd)/[\w./-]*\w)", text):
            assert (PROJECT / named).exists(), f"{document.name}: {named}"


def test_the_changelog_begins_with_this_version() -> None:
    """Its newest section has the version and the date that the program has."""
    text = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    (newest, *_) = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert newest == f"{__version__} - {__released__}"


def test_what_is_checked_before_a_commit_is_what_the_tests_check() -> None:
    """All that needs no test run, in the same words and the same order."""
    script = (PROJECT / "scripts" / "test").read_text(encoding="utf-8")
    checks = re.findall(r"^(\.venv/bin/(?!coverage).*)$", script, re.MULTILINE)
    hooks = (PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"^ +entry: (.*)$", hooks, re.MULTILINE) == checks
    assert checks
