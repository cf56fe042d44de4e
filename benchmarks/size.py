"""Installed size of nightcare and of its direct and indirect dependencies."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

_MIB = 1024 * 1024


def installed_sizes() -> dict[str, float]:
    """Return the size on disk of each default dependency in MiB, nightcare first."""
    sizes: dict[str, float] = {}
    waiting = ["nightcare"]
    while waiting:
        name = waiting.pop(0)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            # A dependency on another platform.
            continue
        if name in sizes:
            continue
        sizes[name] = _size(found)
        waiting += [
            re.split(r"[^A-Za-z0-9._-]", one)[0].lower().replace("_", "-")
            for one in found.requires or ()
            if "extra ==" not in one
        ]
    return sizes


def _size(found: Distribution) -> float:
    if found.name == "nightcare":
        # It may be an editable installation.
        package = Path(__file__).parents[1] / "src" / "nightcare"
        return sum(one.stat().st_size for one in package.rglob("*") if one.is_file()) / _MIB
    files = (Path(str(one.locate())) for one in found.files or ())
    return sum(one.stat().st_size for one in files if one.is_file()) / _MIB
