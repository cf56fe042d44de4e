"""The metadata that a package index shows."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from readme_renderer import markdown

from nightcare import __version__
from parts.packages import PROJECT
from parts.processes import run_tool
from releasing.package_metadata import read_facts, with_absolute_links

FACTS = {"page": "https://example.org/{version}/{path}", "raw": "https://example.org/{path}"}


@pytest.fixture(scope="module")
def metadata() -> dict[str, Any]:
    """Return the metadata as the build backend makes it."""
    hatchling = str(Path(sys.executable).with_name("hatchling"))
    told = run_tool(["env", f"--chdir={PROJECT}", hatchling, "metadata", "--compact"], os.environ)
    made: dict[str, Any] = json.loads(told)
    return made


@pytest.mark.parametrize(
    ("text", "absolute"),
    [
        ("[a](docs/a.md)", "[a](https://example.org/9/docs/a.md)"),
        ("[a](a.md#part)", "[a](https://example.org/9/a.md#part)"),
        ("![a](docs/a.png)", "![a](https://example.org/docs/a.png)"),
        ("[![a](a.png)](b.md)", "[![a](https://example.org/a.png)](https://example.org/9/b.md)"),
        ("[a](#part) [b](https://b.invalid/c)", "[a](#part) [b](https://b.invalid/c)"),
        ("[a](mailto:a@a.invalid)", "[a](mailto:a@a.invalid)"),
    ],
)
def test_links_become_absolute(text: str, absolute: str) -> None:
    """A link leads to a page, a picture to its content, and an address stays."""
    assert with_absolute_links(text, FACTS, "9") == absolute


def test_the_version_is_that_of_the_program(metadata: dict[str, Any]) -> None:
    """It is written in one place, the package."""
    assert metadata["version"] == __version__
    declared = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"{__version__}"' not in declared


def test_the_addresses_are_those_of_the_owner(metadata: dict[str, Any]) -> None:
    """Every project URL comes from the file with the facts of the owner."""
    facts = read_facts(PROJECT)
    assert set(metadata["urls"]) == {"Homepage", "Documentation", "Changelog", "Source", "Issues"}
    assert metadata["urls"]["Homepage"] == facts["homepage"]
    assert metadata["authors"] == [{"name": facts["maintainer"], "email": facts["contact"]}]


def test_the_long_description_is_shown(metadata: dict[str, Any]) -> None:
    """An index renders it, and every link and picture in it leads somewhere."""
    assert metadata["readme"]["content-type"] == "text/markdown"
    shown = markdown.render(metadata["readme"]["text"])
    assert shown is not None
    targets = re.findall(r'(?:href|src)="([^"]*)"', shown)
    assert len(targets) > 10
    assert [one for one in targets if not one.startswith(("https://", "#"))] == []
    version_path = f"v{__version__}/"
    files = [one.partition(version_path)[2] for one in targets if version_path in one]
    assert len(files) > 10
    assert [one for one in files if not (PROJECT / one).exists()] == []


def test_each_python_that_is_tested_is_a_classifier(metadata: dict[str, Any]) -> None:
    """From the oldest that is required, without a gap."""
    named = [
        one.rpartition(".")[2]
        for one in metadata["classifiers"]
        if one.startswith("Programming Language :: Python :: 3.")
    ]
    oldest = metadata["requires-python"].removeprefix(">=3.")
    assert [int(one) for one in named] == list(range(int(oldest), int(oldest) + len(named)))
    assert str(sys.version_info.minor) in named
