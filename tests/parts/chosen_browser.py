"""The browser that a person chose, as a desktop starts it, with a window on a display."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from parts.browser import without_network
from parts.display import Display
from parts.home import Home
from parts.processes import (
    HANG_SECONDS,
    Identity,
    ToolFailedError,
    eventually,
    family,
    find_program,
    run_tool,
)
from parts.scripts import shell_program


@contextlib.contextmanager
def chosen_browser(home: Home) -> Iterator[None]:
    """Let a person's browser be one that writes down its process id; end it afterwards.

    Source: Desktop Entry Specification; MIME Application Associations.
    """
    started = home.aside / "started"
    chosen = shell_program(
        home.aside / "chosen-browser",
        f'echo $$ > "{started}"\n'
        f'exec {without_network(home)} --no-first-run --user-data-dir="{home.aside}/chosen" "$1"',
    )
    entry = home.data / "applications" / "chosen.desktop"
    entry.parent.mkdir(parents=True, exist_ok=True)
    entry.write_text(
        f"[Desktop Entry]\nType=Application\nName=Chosen\nExec={chosen} %u\n", encoding="utf-8"
    )
    (home.config / "mimeapps.list").write_text(
        "[Default Applications]\ntext/html=chosen.desktop\n", encoding="utf-8"
    )
    try:
        yield
    finally:
        browser = None
        with contextlib.suppress(OSError, ValueError):
            browser = Identity.of(int(started.read_text(encoding="utf-8")))
        if browser is not None:
            for relative in family(browser) | {browser}:
                relative.kill()


def await_window(display: Display, title: str) -> None:
    """Wait for a visible window whose title begins with this."""
    eventually(
        lambda: _has_window(display, title),
        HANG_SECONDS,
        f"the page {title!r} in a window",
        display.server,
    )


def _has_window(display: Display, title: str) -> bool:
    tool = find_program("xdotool", "xdotool")
    with contextlib.suppress(ToolFailedError):
        run_tool([tool, "search", "--onlyvisible", "--name", f"^{title}"], display.environment())
        return True
    return False
