"""Writing a page to a file that only the user can read, and opening it in the browser."""

from __future__ import annotations

import contextlib
import os
from html import escape
from pathlib import Path

from nightcare.cli.command_context import CommandContext
from nightcare.cli.questions import may_overwrite
from nightcare.cli.record_formats import output_errors, write_record
from nightcare.errors import DesktopError, NightcareError, StateError
from nightcare.i18n.error_text import error_lines
from nightcare.paths import PAGES, own_page

_ERROR_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>nightcare</title>
</head>
<body>
<main>
<h1>nightcare</h1>
{lines}
</main>
</body>
</html>
"""
"""A page that needs no Jinja2, which may be missing."""


def write_page(
    text: str, path: Path, context: CommandContext, *, yes: bool, option: str = "--html"
) -> bool:
    """Write a page and print its path; return False if the user refused.

    Args:
        text: The page, or another text.
        path: The file, absolute.
        context: The context of the command.
        yes: Whether to overwrite a file without asking. nightcare's own pages always are.
        option: The option that names the file.

    Raises:
        StateError: The file cannot be written; an existing one is unchanged.
        ValueRefused: The file exists, and there is no terminal to ask in.
        KeyboardInterrupt: The user pressed Ctrl-C or Ctrl-D.
    """
    if not path.parent.is_dir():
        raise StateError("page_folder_missing", folder=path.parent, option=option)
    own = path in {own_page(context.state, name) for name in PAGES}
    if not (yes or own or may_overwrite(context.translator, path)):
        return False
    with output_errors(path, option):
        write_record(text, path)
    context.print("did_export", path=path)
    return True


def open_page(path: Path, context: CommandContext) -> None:
    """Open a page in the user's browser.

    Raises:
        DesktopError: No browser can be started; the page is written.
    """
    from nightcare.desktop.programs import open_in_browser  # noqa: PLC0415 - only for a page

    if not open_in_browser(path, os.environ):
        raise DesktopError("no_browser", path=path)
    context.print("did_show_page")


def write_error_page(error: NightcareError, path: Path, context: CommandContext) -> None:
    """Write an error as a page and open it, as far as that is possible."""
    from nightcare.desktop.programs import open_in_browser  # noqa: PLC0415 - only for a page

    translator = context.lenient().translator
    lines = "\n".join(f"<p>{escape(line)}</p>" for line in error_lines(error, translator))
    text = _ERROR_PAGE.format(language=translator.language, lines=lines)
    with contextlib.suppress(OSError, NightcareError):
        write_record(text, path)
        open_in_browser(path, os.environ)
