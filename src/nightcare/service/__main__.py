"""The program of the user service: `python -m nightcare.service [--config FILE]`."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from nightcare.errors import NightcareError, StateError
from nightcare.program_damage import is_damage, print_damage
from nightcare.streams import open_missing_streams

_USAGE_ERROR = 2
_INTERRUPTED = 130


def run_program(
    run: Callable[[Path | None, Mapping[str, str]], None], module: str, arguments: list[str]
) -> int:
    """Run a program that a unit starts, and return its exit code.

    Args:
        run: Runs it, by the config file that is named, if any, and the environment.
        module: The name of its module.
        arguments: The words after that name.
    """
    match arguments:
        case []:
            named = None
        case ["--config", file]:
            named = Path(file)
        case _:
            sys.stderr.write(f"Usage: python -m {module} [--config FILE]\n")
            return _USAGE_ERROR
    open_missing_streams()
    try:
        try:
            run(named, os.environ)
        except OSError as error:
            if is_damage(error):
                raise
            raise StateError("system_refused", reason=error) from error
    except NightcareError as error:
        from nightcare.i18n.error_text import error_lines  # noqa: PLC0415 - only after an error
        from nightcare.i18n.translator import words_for  # noqa: PLC0415 - likewise

        with contextlib.suppress(OSError):
            for line in error_lines(error, words_for(None, os.environ)):
                sys.stderr.write(line + "\n")
        return error.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:
        if not is_damage(error):
            raise
        return print_damage(error)
    return 0


def main(arguments: list[str]) -> int:
    """Run the service and return its exit code."""
    # Looking for garbage while the code is loaded takes 10 ms. `ServiceApp.run` enables it again.
    gc.disable()
    return run_program(_run_service, "nightcare.service", arguments)


def _run_service(named: Path | None, variables: Mapping[str, str]) -> None:
    from nightcare.service.startup import run_service  # noqa: PLC0415 - its files may be damaged

    run_service(named, variables)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
