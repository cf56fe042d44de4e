"""The check of the locked versions against the advisories in this repository."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

_FILE = Path(__file__).with_name("advisories.toml")


@dataclass(frozen=True)
class Advisory:
    """One range of affected versions.

    Attributes:
        package: The normalised name of the library.
    """

    id: str
    package: str
    affected: SpecifierSet


def read_advisories() -> list[Advisory]:
    """Return the advisories of the file."""
    listed = tomllib.loads(_FILE.read_text(encoding="utf-8"))["advisory"]
    return [
        Advisory(one["id"], canonicalize_name(one["package"]), SpecifierSet(one["affected"]))
        for one in listed
    ]


def locked_versions(text: str) -> dict[str, str]:
    """Return the version of each distribution in a lock file."""
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    }


def lowest_versions(requirements: list[str]) -> dict[str, str]:
    """Return the lowest version that each requirement allows, of those that state one."""
    return {
        canonicalize_name(requirement.name): one.version
        for requirement in map(Requirement, requirements)
        for one in requirement.specifier
        if one.operator == ">="
    }


def findings(versions: Mapping[str, str], advisories: list[Advisory]) -> Iterator[str]:
    """Yield a line for each advisory that affects one of these versions."""
    for one in advisories:
        version = versions.get(one.package)
        if version is not None and one.affected.contains(version, prereleases=True):
            yield f"{one.id}: {one.package} {version} is affected ({one.affected})"
