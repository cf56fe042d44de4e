"""A real browser without a network: what a page looks like, loads, complains of, and prints."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from parts.home import ANOTHER_DATE, Home
from parts.processes import find_program
from parts.scripts import shell_program

Scheme = Literal["light", "dark"]

DESK, PHONE, SMALLEST = 1000, 360, 320
"""Widths of a window in pixels; the last is the one of WCAG 2.2, "Reflow"."""

_HEIGHT = 800


@dataclass(frozen=True, slots=True)
class Seen:
    """A page in the browser, and what became of it.

    Attributes:
        page: The page.
        requests: The addresses it asked for, itself included.
        complaints: What the browser complained of.
    """

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def unfit(self) -> list[str]:
        """Return the rules of axe-core that it breaks, each with the first place.

        Source: https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md
        """
        told: dict[str, Any] = Axe().run(self.page).response
        assert told["passes"], "nothing was looked at"
        return [f"{one['id']}: {one['nodes'][0]['html']}" for one in told["violations"]]

    def width(self) -> int:
        """Return its width in pixels, with the content that does not fit into the window."""
        wide: int = self.page.evaluate("document.documentElement.scrollWidth")
        return wide

    def reaches(self) -> float:
        """Return the right edge of the tables and lists, in pixels."""
        far: float = self.page.evaluate(
            "Math.max(...[...document.querySelectorAll('table, ol, ul, dl, section')]"
            ".map(one => one.getBoundingClientRect().right))"
        )
        return far

    def colour(self, of: str) -> str:
        """Return the computed background colour of an element."""
        found: str = self.page.evaluate(f"getComputedStyle({of}).backgroundColor")
        return found

    def printed(self, path: Path) -> Path:
        """Print it into a PDF, on the paper that it asks for."""
        self.page.pdf(path=path, prefer_css_page_size=True)
        return path


def without_network(home: Home) -> Path:
    """Return a program that starts the system's browser without a network."""
    unshare, chromium = (
        find_program("unshare", "util-linux"),
        find_program("chromium", "chromium"),
    )
    # Only root may do so without becoming it; in a chroot nobody can become it.
    own = "" if os.geteuid() == 0 else "--map-root-user"
    # Its own sandbox does not work for root; what it opens here is our page alone.
    return shell_program(
        home.aside / "chromium-alone",
        f'exec {unshare} {own} --net {chromium} --no-sandbox "$@"',
    )


@contextlib.contextmanager
def browsing(home: Home) -> Iterator[Browser]:
    """Run the browser without a window, in a home of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=without_network(home),
            # A page does not ask for the date, and the browser does not bear another one.
            env={k: v for k, v in home.environment().items() if k not in ANOTHER_DATE},
            chromium_sandbox=False,
        )
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def opened(
    browser: Browser, file: Path, *, width: int = DESK, scheme: Scheme = "light"
) -> Iterator[Seen]:
    """Open a page from a file, in a window of this width that wants these colours."""
    context = browser.new_context(viewport={"width": width, "height": _HEIGHT}, color_scheme=scheme)
    try:
        seen = Seen(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.goto(file.as_uri(), wait_until="load")
        yield seen
    finally:
        context.close()
