"""Log lines of the service: the local time, and reminders by their title and name."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from config.written import schedule
from nightcare.domain.notification import Capability
from nightcare.i18n.event_log import draws_no_buttons, event_log
from nightcare.i18n.translator import read_words

NOW = datetime(2026, 11, 22, 20, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "name", "line"),
    [
        ("en", "evening", "21:45:00 stretching (evening): done"),
        ("da", "evening", "21:45:00 udstrækning (evening): gjort"),
        ("en", "walk", "21:45:00 Up the stairs (walk): done"),
        ("en", "gone", "21:45:00 gone: done"),
    ],
)
def test_a_log_line_has_the_title_of_a_reminder_and_its_name(
    language: str, name: str, line: str
) -> None:
    """One that the config has no more is called by its name alone."""
    known = schedule(
        '[reminders.evening]\ntopic = "stretching"\nat = "21:45"\n'
        '[reminders.walk]\ntopic = "exercise"\nat = "21:45"\ntext = "Up the stairs."\n'
    )
    out = io.StringIO()
    log = event_log(known, read_words(language), ZoneInfo("Europe/Copenhagen"), out)
    log("log_done", NOW, reminder=name, due=NOW)
    assert out.getvalue() == f"{line}\n"


@pytest.mark.parametrize("capability", Capability)
def test_a_notifier_with_a_menu_draws_no_buttons(capability: Capability) -> None:
    """The same word is published for commands, which do not load `Capability`."""
    assert draws_no_buttons({capability}) is (capability is Capability.MENU)
