"""Completion files of the shells.

Source: click's documentation, "Shell Completion".
"""

from __future__ import annotations

from click.shell_completion import get_completion_class

from nightcare.cli.command_group import app


def completion(shell: str) -> str:
    """Return the completion file for a shell that click supports."""
    found = get_completion_class(shell)
    assert found is not None
    source = found(app, {}, "nightcare", "_NIGHTCARE_COMPLETE").source()
    return source.rstrip("\n") + "\n"
