"""The report as a page: written where the person wants it, and shown in their browser."""

from __future__ import annotations

import os
from pathlib import Path

from nightcare.cli.command_context import CommandContext
from nightcare.cli.output import echo
from nightcare.cli.record_formats import hand_over
from nightcare.desktop.browser import show
from nightcare.domain.referral import ReferralReason
from nightcare.domain.report import Report
from nightcare.errors import DesktopError, StateError
from nightcare.paths import own_page
from nightcare.report_html.render import draw
from nightcare.report_html.view_model import page


def hand_over_page(
    made: Report,
    why: ReferralReason | None,
    context: CommandContext,
    file: Path | None,
    *,
    shown: bool,
) -> None:
    """Write the page to a file, or to the folder of the journal; show it if that is wanted.

    Raises:
        ExtraMissing: What draws it is not installed.
        StateError: The file cannot be written; an old one is as it was.
        DesktopError: No browser could be started; the page is there all the same.
    """
    words = context.words
    today = context.now.astimezone(context.zone).date()
    text = draw(page(made, why, context.schedule.professional, words, today))
    place = (own_page(context.state) if file is None else file).absolute()
    if not place.parent.is_dir():
        raise StateError("page_folder_missing", folder=place.parent)
    try:
        hand_over(text, place)
    except OSError as error:
        raise StateError("page_not_written", path=place, reason=error.strerror or error) from error
    echo(words.say("did_export", path=place))
    if not shown:
        return
    if not show(place, os.environ):
        raise DesktopError("no_browser", path=place)
    echo(words.say("did_show_page"))
