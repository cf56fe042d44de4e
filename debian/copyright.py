"""Print the copyright file of the package: nightcare's own licence, and those of what it carries.

What it carries is what is locked, so this is read from what is installed beside nightcare, by whose
interpreter it is run.

Source: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions

_HEAD = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: nightcare
"""
_OWN = "nightcare"
_PLACE = "usr/lib/nightcare/lib/*/site-packages"
_LICENCE_FILE = re.compile(r"/(LICEN[CS]E|COPYING|COPYRIGHT)[^/]*$", re.IGNORECASE)
_CLASSIFIER = "License :: OSI Approved :: "
_HOLDER = re.compile(
    r"^\W*Copyright (?!notice|[Ll]icense|[Hh]older)(?:\(c\) |© )?(.+)$", re.MULTILINE
)
_COMMON = {"Apache License": "Apache-2.0", "Mozilla Public License Version 2.0": "MPL-2.0"}
"""How the licences begin whose whole text Debian keeps in one place, and its name there."""


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
            *(f" {line}" if line.strip() else " ." for text in texts for line in _lines(text)),
            "",
        ]
    )


def _lines(text: str) -> list[str]:
    """A licence as it stands; where to find it on Debian, if it is one of those kept there."""
    for beginning, name in _COMMON.items():
        if text.startswith(beginning):
            return [f"The whole text is in /usr/share/common-licenses/{name}.", ""]
    return [*text.splitlines(), ""]


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
