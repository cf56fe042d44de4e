"""The named time zones of the system: `zoneinfo`, loaded without the build settings of Python."""

from __future__ import annotations

from pathlib import Path

from nightcare.import_stubs import import_with_stubs

ZONES = "/usr/share/zoneinfo"
"""The directory of named zones, unless the variable TZDIR names another."""

if Path(ZONES).is_dir():
    # The settings take 0.3 MiB, and zoneinfo needs them only to find this directory.
    import_with_stubs("zoneinfo", stubs={"sysconfig": {"get_config_var": lambda _: ZONES}})
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: E402

__all__ = ["ZONES", "ZoneInfo", "ZoneInfoNotFoundError"]
