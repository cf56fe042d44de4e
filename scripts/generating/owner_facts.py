"""The version and the facts of release.toml in files that cannot read them.

A line keeps its place and everything around the value, so that the rest of the file is edited by
hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from releasing.package_metadata import file_address, read_facts, read_version

_METAINFO = "share/metainfo"


def metainfo_file(project: Path) -> Path:
    """Return the metadata for software centres, whose name is `app_id`, or was before a change."""
    (found,) = (project / _METAINFO).glob("*.metainfo.xml")
    return found


def filled_files(project: Path) -> Iterator[tuple[str, str]]:
    """Yield the path in the project and the text of each file, with the current values."""
    metainfo = f"{_METAINFO}/{read_facts(project)['app_id']}.metainfo.xml"
    for name, values in _values(project, metainfo).items():
        source = metainfo_file(project) if name == metainfo else project / name
        text = source.read_text(encoding="utf-8")
        for pattern, value in values.items():
            text, count = re.subn(pattern, _replacement(value), text, flags=re.MULTILINE)
            assert count, f"{name} has nothing like {pattern}"
        yield name, text


def _values(project: Path, metainfo: str) -> dict[str, dict[str, str]]:
    """Return the value for each pattern in each file.

    A pattern has the text before the value as its first group, and a path in the project, which is
    appended to the value, as an optional second group.
    """
    facts, version = read_facts(project), read_version(project)
    address = f"{facts['maintainer']} <{facts['contact']}>"
    control = {
        r"(^Maintainer: ).*": address,
        r"(^Homepage: ).*": facts["homepage"],
        r"(^Vcs-Git: ).*": facts["repository"],
    }
    entry = {r"(^ -- ).*(?=  )": address}
    return {
        metainfo: {
            r"(<id>)[^<]*": facts["app_id"],
            r'(<developer id=")[^"]*': facts["app_id"].rpartition(".")[0],
            r'(<url type="homepage">)[^<]*': facts["homepage"],
            r'(<url type="bugtracker">)[^<]*': facts["issues"],
            r'(<url type="help">)[^<]*': file_address("page", "docs/guide.md", facts, version),
            r'(<url type="vcs-browser">)[^<]*': facts["browser"],
            r'(<developer id=.*\n +<name translate="no">)[^<]*': facts["maintainer"],
            r"(<image [^>]*>)[^<]*?(docs/screenshots/[^<]*)": file_address(
                "raw", "", facts, version
            ),
        },
        "debian/control": control,
        "debian/changelog": entry,
        "packaging/arch/PKGBUILD": {
            r"(^# Maintainer: ).*": address,
            r"(^pkgver=).*": version,
            r"(^url=).*": f"'{facts['homepage']}'",
        },
        "packaging/debian/control": control,
        "packaging/debian/changelog": {**entry, r"(\Anightcare \()[^-]*": version},
        "packaging/debian/copyright": {r"(^Source: ).*": facts["repository"]},
    }


def _replacement(value: str) -> Callable[[re.Match[str]], str]:
    def replaced(found: re.Match[str]) -> str:
        before, *path = found.groups()
        return f"{before}{value}{''.join(path)}"

    return replaced
