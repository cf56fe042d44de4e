"""Errors that come from missing or damaged program files, such as during an upgrade."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, TracebackType

_PACKAGE = Path(__file__).parent
_LOADER = "<frozen importlib._bootstrap"
_MODULE = "<module>"
"""The name of a module's own code. Python removes the frames of the loader around it."""
_EXIT_CODE = 1
_ENGLISH = (
    "A file of nightcare or of its libraries is missing or damaged: {reason}. If an upgrade is "
    "running, try again when it is done; otherwise install nightcare again, for example with "
    "`pipx reinstall nightcare`."
)
"""The sentence for a catalogue that is damaged itself."""


def is_damage(error: BaseException) -> bool:
    """Return whether an error was raised by loading a module or by reading a packaged file."""
    if isinstance(error, (ImportError, SyntaxError)):
        return True
    if isinstance(error, OSError) and isinstance(error.filename, str):
        return Path(error.filename).is_relative_to(_PACKAGE)
    return any(
        code.co_name == _MODULE or code.co_filename.startswith(_LOADER)
        for code in _codes(error.__traceback__)
    )


def print_damage(error: BaseException) -> int:
    """Print what is damaged, in the language of the desktop, and return the exit code."""
    reason = " ".join(str(error).split()) or type(error).__name__
    try:
        from nightcare.i18n.translator import words_for  # noqa: PLC0415 - may be damaged

        text = words_for(None, os.environ).text("error_program_damaged", reason=reason)
    except Exception:  # noqa: BLE001 - the catalogue or its code may be what is damaged
        text = _ENGLISH.format(reason=reason)
    try:  # noqa: SIM105 - contextlib may be what cannot be loaded
        sys.stderr.write(text + "\n")
    except (OSError, ValueError):
        # The stream has no reader; the exit code still reports the error.
        pass
    return _EXIT_CODE


def _codes(traceback: TracebackType | None) -> Iterator[CodeType]:
    while traceback is not None:
        yield traceback.tb_frame.f_code
        traceback = traceback.tb_next
