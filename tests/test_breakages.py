"""Bugs of comparable programs: a test shows for each that nightcare does not have it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BREAKAGES = (
    "vorta#1214",  # sleeping on the monotonic clock over suspend
    "APScheduler#794",  # the same, open
    "entracte#61",  # last night's bedtime prompt in the morning
    "medTimer#56",  # endless rescheduling over DST
    "medTimer#943",  # an hour off over DST
    "breaktimer-app#297",  # from <= now <= to is never true over midnight
    "entracte#204",  # the early hours belong to the evening before
    "time.tzset()",  # Python keeps the old zone
    "vorta#1815",  # services that are not ready right at wake
    "stretchly#139, #259",  # a pause lost on restart
    "entracte#218",  # two code paths, one of them not saved
    "entracte#134",  # everything fires at once on resume
    "stretchly#966",  # notifications pile up
    "GNOME ignores the expiry time",
    "desktop-notifier#236",  # notifications vanish with the name of their client, or stay
    "earlyoom#139",  # no history without desktop-entry
    "notify-send.sh#13",  # buttons dead once the listener is gone
    "desktop-notifier#18",  # an action named "0"
    "omarchy#9715",  # actions advertised and never drawn
    "elementary/notifications#141",  # closing fired the default action
    "MATE",  # a close reported as an expiry
    "another program's clicks",
    "Ianny",  # a thread that died on one failed send
    "udiskie#118",  # the server absent at login
    "needrestart#76",  # Notify blocking for 50 s
    "systembus-notify#3",  # user units start on ssh logins
    "stretchly#1393",  # polling do-not-disturb froze desktops
    "entracte#67",  # "unknown" taken for "busy"
    "safeeyes#898",  # a caffeine applet taken for do-not-disturb
    "saved at shutdown only",
    "totals zeroed by defaults",
    "entracte#212",  # one unknown value reset a whole profile
    "CronTrigger over DST",  # 02:30 twice, or at a time that does not exist
    "CronTrigger and the days",  # of the month AND of the week
    "dunst#165",  # a server that leaves by itself started in a circle
    "notify-send ignored",  # plyer ignores that it failed
)

TESTS = Path(__file__).parent


@pytest.fixture(scope="module")
def said_by_tests() -> str:
    """Return the docstrings of all tests."""
    return "\n".join(_docstrings())


def _docstrings() -> Iterator[str]:
    for file in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield ast.get_docstring(node) or ""


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_each_breakage_is_named_by_a_test(breakage: str, said_by_tests: str) -> None:
    """Removing such a test fails this one."""
    assert breakage in said_by_tests
