"""Loading the configuration in a process of its own, which ends with it.

What validates takes 25 MiB, which a service that runs all day would keep for ever.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from nightcare.errors import ConfigError
from nightcare.settings.loaded import Loaded, Source
from nightcare.settings.plain import plain, unplain

_SECONDS = 20.0
"""A machine that has just been started is slow."""


def load_apart(source: Source) -> Loaded:
    """Load the configuration in a process of its own; here, where none can be had.

    Raises:
        ConfigError: Something about it is wrong; it holds every mistake, as if found here.
    """
    try:
        found = _asked(source)
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError):
        from nightcare.settings.load import load_source  # noqa: PLC0415 - it would stay loaded

        return load_source(source)
    if isinstance(found, Loaded):
        return found
    problems, warnings, key = found
    raise ConfigError(problems, warnings, key)


def _asked(source: Source) -> Any:
    """What the other process says: a Loaded, or what a ConfigError is made of."""
    package = str(Path(__file__).parents[2])
    before = os.environ.get("PYTHONPATH")
    done = subprocess.run(  # noqa: S603 - ourselves
        # -P: nothing is taken from the folder that we happen to be in.
        [sys.executable, "-P", "-m", __name__],
        env={**os.environ, "PYTHONPATH": f"{package}:{before}" if before else package},
        input=json.dumps(plain(source)).encode(),
        stdout=subprocess.PIPE,
        timeout=_SECONDS,
        check=True,
    )
    return unplain(json.loads(done.stdout))


def main() -> None:
    """Load what standard input says, and print what comes of it."""
    from nightcare.settings.load import load_source  # noqa: PLC0415 - for the other process

    source: Source = unplain(json.load(sys.stdin))
    said: Loaded | tuple[object, ...]
    try:
        said = load_source(source)
    except ConfigError as error:
        said = (error.problems, error.warnings, error.key)
    sys.stdout.write(json.dumps(plain(said)))


if __name__ == "__main__":
    main()
