"""Print the copyright file of the package: the licences of nightcare and its libraries.

The package contains the locked libraries, so the licences are read from the distributions that
are installed beside nightcare. Run this with that interpreter. The licences of code compiled into a
wheel come from the list in the wheel. Such a list only names licences; their texts are in the
folder `licences` beside this file.

Sources: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/; PEP 770 for the place
of the lists; CycloneDX 1.5 for their content (https://cyclonedx.org).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackagePath, distributions
from pathlib import Path
from typing import Any

_HEAD = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: nightcare
"""
_OWN = "nightcare"
_PLACE = "usr/lib/nightcare/lib/*/site-packages"
_LICENCE_FILE = re.compile(r"/(LICEN[CS]E|COPYING|COPYRIGHT)[^/]*$", re.IGNORECASE)
_CLASSIFIER = "License :: OSI Approved :: "
_HOLDER = re.compile(
    r"^\W*Copyright (?!\[yyyy\]|notice|[Ll]icense|[Hh]older)(?:\(c\) |© )?(.+)$", re.MULTILINE
)
_COMMON = {"Apache License": "Apache-2.0", "Mozilla Public License Version 2.0": "MPL-2.0"}
"""First words of the licences that Debian keeps in common-licenses, and their names there."""

_TEXTS = Path(__file__).with_name("licences")
_LISTS = re.compile(r"\.dist-info/sboms/[^/]+\.json$")
_MYPYC = re.compile(r"__mypyc\.[^/]*$")


def paragraphs() -> Iterator[str]:
    """Yield the paragraphs of the file, nightcare's own first."""
    yield _HEAD
    found = sorted(distributions(), key=lambda one: (one.name != _OWN, one.name.lower()))
    for one in found:
        yield _paragraph(one)


def _paragraph(one: Distribution) -> str:
    files = one.files or []
    texts = [
        path.read_text(encoding="utf-8").strip()
        for path in files
        if _LICENCE_FILE.search(f"/{path}")
    ]
    assert texts, f"{one.name} brings no licence"
    holders = dict.fromkeys(holder for text in texts for holder in _HOLDER.findall(text))
    parts = {path.parts for path in files if path.parts[0] != ".."}
    places = {f"{_PLACE}/{part[0]}" + ("/*" if part[1:] else "") for part in parts}
    return "\n".join(
        [
            "Files: " + ("*" if one.name == _OWN else "\n ".join(sorted(places))),
            "Copyright: " + ("\n ".join(holders) or f"the authors of {one.name}"),
            f"License: {_short_name(one)}",
            *_indented(line for text in texts for line in _lines(text)),
            *_comment([line for path in files for line in _compiled_in(path)]),
            "",
        ]
    )


def _lines(text: str) -> list[str]:
    """Return the lines of a licence, or a reference if Debian keeps its text."""
    for beginning, name in _COMMON.items():
        if text.startswith(beginning):
            return [f"The whole text is in /usr/share/common-licenses/{name}.", ""]
    return [*text.splitlines(), ""]


def _indented(lines: Iterable[str]) -> Iterator[str]:
    """Indent lines that continue a field."""
    return (f" {line}" if line.strip() else " ." for line in lines)


def _comment(lines: list[str]) -> list[str]:
    """Return these lines as a comment field, or nothing without lines."""
    return ["Comment:", *_indented(lines)] if lines else []


def _compiled_in(path: PackagePath) -> list[str]:
    """Return lines about the code that a file lists as compiled into its wheel."""
    if _MYPYC.search(f"{path}"):
        return [
            "This is compiled with mypyc and contains parts of it. The wheel does not",
            "mention that; the licence of mypyc is:",
            "",
            *_text("mypyc"),
        ]
    if not _LISTS.search(f"{path}"):
        return []
    components = json.loads(path.read_text(encoding="utf-8")).get("components", [])
    parts = [one for one in components if one.get("scope") != "excluded"]
    if not parts:
        return []
    needed = {name for one in parts for name in texts_for(_expression(one))}
    return [
        "The wheel lists the code that is compiled into it, in",
        f"{_PLACE}/{path}.",
        "Some of it is used only during the build, or on other systems. The wheel",
        "contains neither copyright notices nor licence texts for it.",
        "",
        *(f" {_told(one)}" for one in parts),
        "",
        "Of alternative licences, the first one whose text follows is chosen.",
        *(line for name in sorted(needed) for line in ("", f"{name}:", "", *_text(name))),
    ]


def _told(component: dict[str, Any]) -> str:
    """Return a component as one line."""
    said = [f"{component['name']} {component['version']}", _expression(component)]
    return ", ".join([*said, *([component["author"]] if "author" in component else [])])


def _expression(component: dict[str, Any]) -> str:
    """Return the licence of a component as an SPDX expression."""
    return " AND ".join(
        one.get("expression") or one["license"].get("id") or one["license"]["name"]
        for one in component.get("licenses", [])
    )


def texts_for(expression: str) -> Iterator[str]:
    """Yield licences in the folder that satisfy an SPDX expression.

    Raises:
        LookupError: The folder lacks a licence.
    """
    at_hand = {path.name for path in _TEXTS.iterdir()}
    for needed in expression.split(" AND "):
        offered = needed.strip("() ").split(" OR ")
        name = next((one for one in offered if one in at_hand), None)
        if name is None:
            raise LookupError(f"debian/licences has no licence that satisfies: {expression}")
        yield name


def _text(name: str) -> list[str]:
    return _TEXTS.joinpath(name).read_text(encoding="utf-8").strip().splitlines()


def _short_name(one: Distribution) -> str:
    """Return the name of the licence with that of the package, because each has its own text."""
    found = one.metadata.json
    said = str(found.get("license_expression") or found.get("license") or "")
    classified = (
        value.removeprefix(_CLASSIFIER)
        for value in found.get("classifier", [])
        if value.startswith(_CLASSIFIER)
    )
    name = said if said and "\n" not in said else next(classified, "own")
    return re.sub(r"[^\w.+-]+", "-", f"{name}-of-{one.name}").strip("-")


if __name__ == "__main__":
    print("\n".join(paragraphs()), end="")  # noqa: T201 - this is what it is for
