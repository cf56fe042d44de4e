"""Running a command: what is called plainly at once, anything else by way of click."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from nightcare.cli.commands import ALL


def run(arguments: Sequence[str]) -> int:
    """Run a command; returns its exit code."""
    try:
        result = _called(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go_of_the_output()
        return 0
    except OSError as error:
        _let_go_of_the_output()
        return _complain(error)
    return result if isinstance(result, int) else 0


def _called(arguments: Sequence[str]) -> Any:
    call = ALL.plainly(arguments)
    if call is None:
        from nightcare.cli.click_app import parsed  # noqa: PLC0415 - click; see declaring.py

        return parsed(arguments)
    return call()


def _let_go_of_the_output() -> None:
    from nightcare.cli.output import let_go_of_the_output  # noqa: PLC0415 - `--help` needs none

    let_go_of_the_output()


def _complain(error: OSError) -> int:
    from nightcare.cli.output import complain  # noqa: PLC0415 - likewise
    from nightcare.errors import StateError  # noqa: PLC0415 - likewise
    from nightcare.i18n.translator import words_for  # noqa: PLC0415 - likewise

    complain(StateError("system_refused", reason=error), words_for(None, os.environ))
    return StateError.exit_code
