"""Generated files in the repository: documents, manual pages, which render, and completions."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import click
import pytest

from config.written import mistakes
from generating.files import PROJECT, files
from generating.manual import EXAMPLE
from generating.owner_facts import metainfo_file
from nightcare import __released__, __version__
from nightcare.cli.command_group import app
from nightcare.config.json_schema import config_schema
from nightcare.i18n.reference_texts import config_texts, read_help
from parts.processes import SEARCH_PATH, find_program, run_tool

SHARE = PROJECT / "share"
PAGES = [
    SHARE / folder / page
    for folder in ("man", "man/da")
    for page in ("man1/nightcare.1", "man5/nightcare.toml.5")
]


def rendered(page: Path) -> str:
    """Return a page as it is read, in one line; man(1) must not warn."""
    shown = subprocess.run(
        [find_program("man", "man-db"), "--warnings=w", "-l", page],
        env={"LANG": "C.UTF-8", "MANWIDTH": "1000", "MAN_KEEP_STDERR": "1", "PATH": SEARCH_PATH},
        capture_output=True,
        check=True,
    )
    assert shown.stderr == b""
    return " ".join(shown.stdout.decode().split())


def commands(group: click.Group, above: click.Context) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its command path."""
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None
        with click.Context(command, info_name=name, parent=above) as context:
            if isinstance(command, click.Group):
                yield from commands(command, context)
            else:
                yield context.command_path, command


def test_what_is_committed_is_what_the_code_makes() -> None:
    """After a failure, `./scripts/generate` writes them again."""
    for name, text in files():
        assert (PROJECT / name).read_text(encoding="utf-8") == text


@pytest.mark.real
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_nothing_is_wrong_with_a_page(page: Path) -> None:
    """The checker of mandoc finds nothing either."""
    assert len(rendered(page)) > 1000
    tool = find_program("mandoc", "mandoc")
    # mandoc counts each letter beyond ASCII as eight bytes of a line.
    level = "warning" if "da" in page.parts else "style"
    checked = [tool, "-T", "lint", "-W", level, str(page)]
    assert run_tool(checked, {"PATH": SEARCH_PATH}) == b""


@pytest.mark.real
@pytest.mark.parametrize(("number", "language"), [(0, "en"), (2, "da")])
def test_the_page_of_the_program_has_every_command_with_its_options(
    number: int, language: str
) -> None:
    """It describes each of them."""
    page, texts = rendered(PAGES[number]), read_help(language)
    found = dict(commands(app, click.Context(app, info_name="nightcare")))
    assert len(found) > 30
    for typed, command in found.items():
        about = texts.about[typed.removeprefix("nightcare ")]
        start = re.search(rf"{typed}(?: .{{0,60}}?)? {re.escape(about)}", page)
        assert start is not None, typed
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert page.find(option.opts[0], start.end()) > 0, (typed, option.opts)


def keys(schema: Any) -> Iterator[tuple[str, str]]:
    """Yield every key with its description, except those that hold tables."""
    for table in [schema, *schema["$defs"].values()]:
        for key, field in table.get("properties", {}).items():
            if "description" in field and "#/$defs/" not in str(_inner(field)):
                yield key, field["description"]


def _inner(field: Any) -> Any:
    """Return the schema of the items of a field."""
    return field.get("items") or field.get("additionalProperties")


@pytest.mark.real
@pytest.mark.parametrize(("number", "language"), [(1, "en"), (3, "da")])
def test_the_page_of_the_config_has_every_key(number: int, language: str) -> None:
    """With its meaning, and what is allowed."""
    page, known = rendered(PAGES[number]), config_texts(language).keys
    found = list(keys(config_schema()))
    assert len(found) > 30
    for key, meaning in found:
        text = known[meaning] if language != "en" else meaning
        assert re.search(rf"\b{key} {re.escape(text)} (Allowed|Tilladt): \S", page), key


def test_the_example_of_the_page_is_right() -> None:
    """It may be copied."""
    assert mistakes(EXAMPLE) == ()


METAINFO = metainfo_file(PROJECT)
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.mark.real
def test_the_metadata_for_software_centres_is_valid() -> None:
    """freedesktop.org's own program finds nothing to remark."""
    tool = find_program("appstreamcli", "appstream")
    # The tag "developer" is of AppStream 1.0, which Debian 12 does not have yet.
    checks = ["--strict", "--no-net", "--override=unknown-tag=pedantic"]
    run_tool([tool, "validate", *checks, str(METAINFO)], {"PATH": SEARCH_PATH, "HOME": "/nowhere"})


def metainfo() -> ET.Element:
    """Return the root of the metadata."""
    return ET.parse(METAINFO).getroot()  # noqa: S314 - a file of our own


def test_the_metadata_has_the_releases_of_the_changelog() -> None:
    """The newest one is this version."""
    listed = [(one.get("version"), one.get("date")) for one in metainfo().iter("release")]
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert listed == re.findall(r"^## (\S+) - (\S+)$", changelog, re.MULTILINE)
    assert listed[0] == (__version__, __released__)


def test_every_text_of_the_metadata_is_translated() -> None:
    """A text without a language is followed by its Danish one."""
    for parent in metainfo().iter():
        texts = [one for one in parent if one.tag in {"summary", "p", "li", "caption", "keyword"}]
        languages = [(one.tag, one.get(LANGUAGE)) for one in texts]
        for english, danish in zip(languages[::2], languages[1::2], strict=True):
            assert (english[1], danish) == (None, (english[0], "da")), [one.text for one in texts]


def test_every_picture_of_the_metadata_is_in_the_project() -> None:
    """It has the size that the metadata states, which the header of a PNG file has too."""
    for image in metainfo().iter("image"):
        _, _, path = str(image.text).partition("/docs/")
        header = (PROJECT / "docs" / path).read_bytes()[16:24]
        size = (int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big"))
        assert size == (int(image.attrib["width"]), int(image.attrib["height"]))
