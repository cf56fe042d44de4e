"""The notes of a release, from the changelog."""

from __future__ import annotations

import re


def release_notes(changelog: str, version: str) -> str:
    """Return the section of a version, without its heading.

    Raises:
        LookupError: The changelog has no such section, or it is empty.
    """
    sections = re.split(r"^## (?=\S)", changelog, flags=re.MULTILINE)[1:]
    for section in sections:
        heading, _, body = section.partition("\n")
        if heading.split()[0] == version and body.strip():
            return body.strip() + "\n"
    raise LookupError(f"CHANGELOG.md has no section for {version}")
