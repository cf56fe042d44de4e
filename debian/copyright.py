"""Print the copyright file of the package: nightcare's own licence, and those of what it carries.

What it carries is what is locked, so this is read from what is installed beside nightcare, by whose
interpreter it is run. Of what is compiled into a wheel that is what the wheel's own list says; the
texts of the licences that such lists only name are in the folder `licences` beside this file.

Sources: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/; PEP 770 for where the
lists are; CycloneDX 1.5 for what is in them (https://cyclonedx.org).
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
"""How the licences begin whose whole text Debian keeps in one place, and its name there."""

_TEXTS = Path(__file__).with_name("licences")
_LISTS = re.compile(r"\.dist-info/sboms/[^/]+\.json$")
_MYPYC = re.compile(r"__mypyc\.[^/]*$")


def paragraphs() -> Iterator[str]:
    """The paragraphs of the file; nightcare's own first."""
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
    """A licence as it stands; where to find it on Debian, if it is one of those kept there."""
    for beginning, name in _COMMON.items():
        if text.startswith(beginning):
            return [f"The whole text is in /usr/share/common-licenses/{name}.", ""]
    return [*text.splitlines(), ""]


def _indented(lines: Iterable[str]) -> Iterator[str]:
    """Lines as they continue a field."""
    return (f" {line}" if line.strip() else " ." for line in lines)


def _comment(lines: list[str]) -> list[str]:
    """A field of such lines; without any there is none."""
    return ["Comment:", *_indented(lines)] if lines else []


def _compiled_in(path: PackagePath) -> list[str]:
    """What a file says is compiled into its wheel, line by line, and under which licences."""
    if _MYPYC.search(f"{path}"):
        return [
            "This is compiled with mypyc, and parts of mypyc are compiled in. The wheel",
            "says nothing of that; the licence of mypyc is:",
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
        "What is compiled in is listed by the wheel itself, in",
        f"{_PLACE}/{path}.",
        "Some of it is only used while the rest is compiled, or on other systems. Of",
        "all of it the wheel brings neither notices of copyright nor texts of licences.",
        "",
        *(f" {_told(one)}" for one in parts),
        "",
        "Where a choice of licences is given, the first of them whose text follows has",
        "been chosen.",
        *(line for name in sorted(needed) for line in ("", f"{name}:", "", *_text(name))),
    ]


def _told(component: dict[str, Any]) -> str:
    """A part as one line."""
    said = [f"{component['name']} {component['version']}", _expression(component)]
    return ", ".join([*said, *([component["author"]] if "author" in component else [])])


def _expression(component: dict[str, Any]) -> str:
    """The licence of a part, as an SPDX expression."""
    return " AND ".join(
        one.get("expression") or one["license"].get("id") or one["license"]["name"]
        for one in component.get("licenses", [])
    )


def texts_for(expression: str) -> Iterator[str]:
    """The licences that are enough for an SPDX expression, of those whose text is at hand.

    Raises:
        LookupError: They are not enough.
    """
    at_hand = {path.name for path in _TEXTS.iterdir()}
    for needed in expression.split(" AND "):
        offered = needed.strip("() ").split(" OR ")
        name = next((one for one in offered if one in at_hand), None)
        if name is None:
            raise LookupError(f"debian/licences has none of what is enough for: {expression}")
        yield name


def _text(name: str) -> list[str]:
    return _TEXTS.joinpath(name).read_text(encoding="utf-8").strip().splitlines()


def _short_name(one: Distribution) -> str:
    """The name of the licence; with the package's, because each has a text of its own."""
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
