"""Loading of the configuration in a subprocess.

Validation takes 25 MiB, which a long-running service would never return to the system.
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

from nightcare.config.config_source import (
    ConfigSource,
    LoadResult,
    error_from_json,
    error_to_json,
    result_from_json,
    result_to_json,
)
from nightcare.errors import ConfigError

_TIMEOUT = 20.0
"""Seconds; a machine that has just started is slow."""


def load_in_subprocess(
    source: ConfigSource, meanwhile: Callable[[], object] | None = None
) -> LoadResult:
    """Load the configuration in a subprocess, or in this process if that fails.

    Args:
        source: The source of the configuration.
        meanwhile: Called while the subprocess works.

    Raises:
        ConfigError: It is invalid; the error has every mistake, as if found here.
    """
    try:
        answer = _run(source, meanwhile)
        error = error_from_json(answer) if "problems" in answer else None
        if error is None:
            return result_from_json(answer)
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError, ConfigError):
        from nightcare.config.load import load_source  # noqa: PLC0415 - it would stay loaded

        return load_source(source)
    raise error


def _run(source: ConfigSource, meanwhile: Callable[[], object] | None) -> Any:
    """Return the answer of the subprocess, as `result_to_json` or `error_to_json` made it."""
    package = str(Path(__file__).parents[2])
    before = os.environ.get("PYTHONPATH")
    variables = {
        **os.environ,
        "PYTHONPATH": f"{package}:{before}" if before else package,
        # No plugins are used, and searching for them takes 12 ms.
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
    }
    with subprocess.Popen(  # noqa: S603 - ourselves
        # -P: import nothing from the current folder.
        [sys.executable, "-P", "-m", __name__],
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # If the program's files are replaced while it starts, it would print a traceback.
        stderr=subprocess.DEVNULL,
        # Ctrl-C in a terminal is for this process, which then ends the other.
        process_group=0,
    ) as process:
        try:
            assert process.stdin is not None
            # The subprocess reads all of its input before it does anything else.
            with process.stdin as stdin:
                stdin.write(json.dumps(source_to_json(source)).encode())
            process.stdin = None
            if meanwhile is not None:
                meanwhile()
            answer, _ = process.communicate(timeout=_TIMEOUT)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return json.loads(answer)


def source_to_json(source: ConfigSource) -> list[Any]:
    """Return a source as data for JSON."""
    return [None if source.path is None else str(source.path), source.text, source.variables]


def main() -> None:
    """Load the source on standard input, and print the result."""
    # The process ends right after its answer, so no garbage is collected.
    gc.disable()
    request = sys.stdin.read()
    if not request:
        # The parent was killed before it could write.
        os._exit(1)
    path, text, variables = json.loads(request)
    try:
        from nightcare.config.load import load_source  # noqa: PLC0415 - it takes 200 ms
    except (ImportError, OSError):
        # The program is being replaced; the service reports that.
        os._exit(1)
    try:
        source = ConfigSource(None if path is None else Path(path), text, variables)
        answer = result_to_json(load_source(source))
    except ConfigError as error:
        answer = error_to_json(error)
    # The parent may have been killed meanwhile.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(answer))
        sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
