"""The packages of the project, as ./scripts/package makes them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from parts.processes import run_tool

PROJECT = Path(__file__).parents[2]
BUILD_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Packages:
    """The built packages.

    Attributes:
        wheels: A folder with the wheels of all that nightcare needs, for Debian's own Python.
    """

    sdist: Path
    wheel: Path
    debian: Path
    debian_bridge: Path
    wheels: Path


def build_packages(folder: Path) -> Packages:
    """Build all of them into a folder.

    Raises:
        ToolFailedError: They cannot be built.
    """
    run_tool([str(PROJECT / "scripts" / "package"), str(folder)], os.environ, BUILD_SECONDS)
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    (debian,) = folder.glob("nightcare_*.deb")
    (debian_bridge,) = folder.glob("nightcare-bridge_*.deb")
    return Packages(sdist, wheel, debian, debian_bridge, PROJECT / "build" / "wheels")
