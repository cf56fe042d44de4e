"""What the shells load to complete what one types.

Source: click's documentation, "Shell Completion".
"""

from __future__ import annotations

from click.shell_completion import get_completion_class

from nightcare.cli.click_app import app


def completion(shell: str) -> str:
    """The file for a shell that click knows."""
    found = get_completion_class(shell)
    assert found is not None
    source = found(app, {}, "nightcare", "_NIGHTCARE_COMPLETE").source()
    return source.rstrip("\n") + "\n"
