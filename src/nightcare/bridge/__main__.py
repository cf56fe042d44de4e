"""The program of the user unit: `python -m nightcare.bridge [--config FILE]`."""

from __future__ import annotations

import sys

from nightcare.bridge.bridge_startup import run_bridge
from nightcare.service.__main__ import run_program

if __name__ == "__main__":
    sys.exit(run_program(run_bridge, "nightcare.bridge", sys.argv[1:]))
