"""The user's browser."""

from __future__ import annotations

import subprocess
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

_OPENERS = (("xdg-open",), ("gio", "open"))
"""Commands that open the user's browser; a failure is in the exit status.

Source: xdg-open(1) and gio(1). Python's webbrowser starts the first of these too, but does not
wait to hear whether it worked, and without a screen it takes the terminal for a text browser.
"""
_LIMIT = 2.0


def show(page: Path, variables: Mapping[str, str], limit: float = _LIMIT) -> bool:
    """Show a file in the person's browser.

    Args:
        page: The file.
        variables: The environment, which names the screen.
        limit: Seconds to wait for a failure; what runs longer is the browser itself.

    Returns:
        Whether a browser took it; without a screen none does.
    """
    address = page.absolute().as_uri()
    if sys.platform != "linux":
        return webbrowser.open(address)
    if not (variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY")):
        return False
    return any(_opens([*words, address], variables, limit) for words in _OPENERS)


def _opens(command: list[str], variables: Mapping[str, str], limit: float) -> bool:
    try:
        program = subprocess.Popen(  # noqa: S603 - fixed words
            command,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return program.wait(limit) == 0
    except subprocess.TimeoutExpired:
        return True
