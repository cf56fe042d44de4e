"""The packages, built once for all tests of them."""

from __future__ import annotations

import pytest

from parts.packages import Packages, build_packages


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """Build all packages."""
    return build_packages(tmp_path_factory.mktemp("packages"))
