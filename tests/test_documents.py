"""What documents and settings of the project name is there, and what is there is named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
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


def test_the_map_is_complete() -> None:
    """The map in docs/architecture.md names every module, and none that is not there."""
    there = {path.relative_to(SOURCE) for path in SOURCE.rglob("*.py") if path.name not in PRIVATE}
    assert set(mapped(there)) == there


def mapped(there: set[Path]) -> Iterator[Path]:
    """Every module that the map names, in its folder; a `*` stands for those that it fits."""
    text = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    lines = text.split("src/nightcare/\n", 1)[1].split("\nsystemd/", 1)[0].splitlines()
    folder = Path()
    for line in lines:
        indent = len(line) - len(line.lstrip())
        opened = re.match(r"  (\w+)/(?:\s|$)", line)
        folder = Path(opened[1]) if opened else folder if indent > 2 else Path()
        for name in re.findall(r"(?<![\w./])([\w*]+\.py)\b", line):
            fitting = {path for path in there if path.parent == folder and path.match(name)}
            yield from fitting if "*" in name else {folder / name}


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
