"""The program of the user unit: `python -m nightcare.bridge [--config FILE]`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from nightcare.service.__main__ import run_program


def _run_bridge(named: Path | None, variables: Mapping[str, str]) -> None:
    from nightcare.bridge.bridge_startup import run_bridge  # noqa: PLC0415 - may be damaged

    run_bridge(named, variables)


if __name__ == "__main__":
    sys.exit(run_program(_run_bridge, "nightcare.bridge", sys.argv[1:]))
