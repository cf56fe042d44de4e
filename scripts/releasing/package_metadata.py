"""The metadata of the wheel and the sdist that pyproject.toml does not state.

Hatchling calls the hook when it builds. The version comes from the package, the addresses from
release.toml, and the long description from README.md, with absolute links, because a package index
shows it far from the files beside it.

Source: https://hatch.pypa.io/latest/plugins/metadata-hook/custom/.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_TARGET = r"(?!\w+:|#)([^)\s]+)(?=\))"
_PICTURE = re.compile(r"(!\[[^\]]*\]\()" + _TARGET)
_LINK = re.compile(r"(\]\()" + _TARGET)
"""A Markdown picture or link whose target is a file of the project."""


class PackageMetadata(MetadataHookInterface):
    """The hook."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the dynamic fields."""
        root = Path(self.root)
        facts = read_facts(root)
        version = read_version(root)
        text = (root / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": with_absolute_links(text, facts, version),
        }
        metadata["authors"] = [{"name": facts["maintainer"], "email": facts["contact"]}]
        metadata["urls"] = {
            "Homepage": facts["homepage"],
            "Documentation": file_address("page", "docs/guide.md", facts, version),
            "Changelog": file_address("page", "CHANGELOG.md", facts, version),
            "Source": facts["browser"],
            "Issues": facts["issues"],
        }


def read_facts(root: Path) -> dict[str, str]:
    """Return the facts of the owner from release.toml."""
    return tomllib.loads((root / "release.toml").read_text(encoding="utf-8"))


def read_version(root: Path) -> str:
    """Return the version from the package, without an import of it."""
    text = (root / "src" / "nightcare" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    assert found is not None
    return found[1]


def with_absolute_links(text: str, facts: Mapping[str, str], version: str) -> str:
    """Return a Markdown text whose links and pictures lead to the repository.

    A link leads to the page of the file, and a picture to its plain content.
    """

    def picture(found: re.Match[str]) -> str:
        return found[1] + file_address("raw", found[2], facts, version)

    def link(found: re.Match[str]) -> str:
        return found[1] + file_address("page", found[2], facts, version)

    return _LINK.sub(link, _PICTURE.sub(picture, text))


def file_address(kind: str, path: str, facts: Mapping[str, str], version: str) -> str:
    """Return the address of a file of the project: its "page", or its "raw" content."""
    return facts[kind].format(version=version, path=path)
