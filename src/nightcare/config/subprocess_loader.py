"""Loading the configuration in a process of its own, which ends with it.

What validates takes 25 MiB, which a service that runs all day would keep for ever.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nightcare.config.load_result import ConfigSource, LoadResult
from nightcare.config.serialize import plain, unplain
from nightcare.errors import ConfigError

_SECONDS = 20.0
"""A machine that has just been started is slow."""


def load_in_subprocess(
    source: ConfigSource, meanwhile: Callable[[], object] | None = None
) -> LoadResult:
    """Load the configuration in a process of its own; here, where none can be had.

    Args:
        source: What it is loaded from.
        meanwhile: Called while the other process is at work.

    Raises:
        ConfigError: Something about it is wrong; it holds every mistake, as if found here.
    """
    try:
        found = _asked(source, meanwhile)
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError):
        from nightcare.config.load import load_source  # noqa: PLC0415 - it would stay loaded

        return load_source(source)
    if isinstance(found, LoadResult):
        return found
    problems, warnings, key = found
    raise ConfigError(problems, warnings, key)


def _asked(source: ConfigSource, meanwhile: Callable[[], object] | None) -> Any:
    """What the other process says: a Loaded, or what a ConfigError is made of."""
    package = str(Path(__file__).parents[2])
    before = os.environ.get("PYTHONPATH")
    variables = {
        **os.environ,
        "PYTHONPATH": f"{package}:{before}" if before else package,
        # We have none, and to look for them takes 12 ms.
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
    }
    with subprocess.Popen(  # noqa: S603 - ourselves
        # -P: nothing is taken from the folder that we happen to be in.
        [sys.executable, "-P", "-m", __name__],
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Its files may go while it starts, and then it could only print a traceback.
        stderr=subprocess.DEVNULL,
        # Ctrl-C in a terminal is for us, and we end it; it would have a traceback to show.
        process_group=0,
    ) as other:
        try:
            assert other.stdin is not None
            # It reads all of it before it does anything else.
            with other.stdin as whole:
                whole.write(json.dumps(plain(source)).encode())
            other.stdin = None
            if meanwhile is not None:
                meanwhile()
            said, _ = other.communicate(timeout=_SECONDS)
        except BaseException:
            other.kill()
            raise
    if other.returncode:
        raise subprocess.CalledProcessError(other.returncode, other.args)
    return unplain(json.loads(said))


def main() -> None:
    """Load what standard input says, and print what comes of it."""
    # Nothing of this process stays: no cycles are looked for, and it ends when it has spoken.
    gc.disable()
    asked = sys.stdin.read()
    if not asked:
        # Who wanted to ask is gone, killed before it could.
        os._exit(1)
    source: ConfigSource = unplain(json.loads(asked))
    try:
        from nightcare.config.load import load_source  # noqa: PLC0415 - it takes 200 ms
    except (ImportError, OSError):
        # The program is being replaced; the service says so.
        os._exit(1)
    said: LoadResult | tuple[object, ...]
    try:
        said = load_source(source)
    except ConfigError as error:
        said = (error.problems, error.warnings, error.key)
    # Where who asked is gone, there is nobody to tell.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(plain(said)))
        sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
