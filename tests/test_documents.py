"""References in documents and settings to files, tests and symbols of the project."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from nightcare import __released__, __version__

PROJECT = Path(__file__).parents[1]
SOURCE = PROJECT / "src" / "nightcare"


def test_each_defence_names_its_tests() -> None:
    """SECURITY.md has a row of tests for each threat, in the same order."""
    text = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    threats, tests = (
        re.findall(r"^\| (\d+) \| (.*) \|$", table, re.MULTILINE)
        for table in re.findall(r"^\| no\. [^\n]*\n(.+?)\n\n", text, re.MULTILINE | re.DOTALL)
    )
    assert [number for number, _ in threats] == [number for number, _ in tests]
    assert threats
    assert all("`tests/" in row for _, row in tests)


def test_promises_name_files_that_are_there() -> None:
    """The same holds for all documents that name tests and scripts."""
    for document in [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")]:
        text = document.read_text(encoding="utf-8")
        for named in re.findall(r"`(?:\./)?((?:tests|scripts|docs|systemd)/[\w./-]*\w)", text):
            assert (PROJECT / named).exists(), f"{document.name}: {named}"


def test_documents_name_modules_that_exist() -> None:
    """A path below src/nightcare, such as `domain/policy.py`, leads to a file."""
    packages = "|".join(path.parent.name for path in SOURCE.glob("*/__init__.py"))
    named = re.compile(rf"`((?:{packages})/[\w./]*\w\.\w+|\w+\.py)`")
    documents = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in documents}
    found = {(name, path) for name, text in texts.items() for path in named.findall(text)}
    assert found
    assert {one for one in found if not (SOURCE / one[1]).exists()} == set()


WHERE = re.findall(
    r"^\| ([^|`]*(?:`[^`]*`[^|`]*)*) \| `([\w./]+)` \| `([^`]+)` \|$",
    (PROJECT / "docs" / "architecture.md")
    .read_text(encoding="utf-8")
    .partition("Where is what")[2],
    re.MULTILINE,
)
"""The questions of docs/architecture.md, each with the file and the symbol that answer it."""


def test_every_question_is_read() -> None:
    """Each row of the table is read."""
    assert len(WHERE) == 38


@pytest.mark.parametrize(("file", "symbol"), [(file, symbol) for _, file, symbol in WHERE])
def test_the_file_has_the_symbol(file: str, symbol: str) -> None:
    """A module defines it at its top level; a TOML file has it as a key or a table."""
    path = SOURCE / file
    text = (path if path.exists() else PROJECT / file).read_text(encoding="utf-8")
    if path.suffix == ".py":
        assert symbol in defined(ast.parse(text))
    else:
        assert re.search(rf"^{re.escape(symbol)}( *=|$)", text, re.MULTILINE)


def defined(module: ast.Module) -> set[str]:
    """Return the names that a module defines at its top level."""
    return {
        name
        for node in module.body
        for name in (
            [node.name]
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            else [ast.unparse(target) for target in node.targets]
            if isinstance(node, ast.Assign)
            else [ast.unparse(node.target)]
            if isinstance(node, ast.AnnAssign)
            else []
        )
    }


def test_the_guide_quotes_the_status() -> None:
    """Each part of a quotation with dots in it is in the catalogue."""
    guide = " ".join((PROJECT / "docs" / "guide.md").read_text(encoding="utf-8").split())
    catalogue = (SOURCE / "i18n" / "en.toml").read_text(encoding="utf-8")
    quotations = re.findall(r'"([A-Z][^"]* \.\.\. [^"]*)"', guide)
    assert quotations
    for part in (part for one in quotations for part in one.split(" ... ")):
        assert part in catalogue


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
