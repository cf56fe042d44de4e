"""The names of the session's desktop."""

from __future__ import annotations

import pytest

from nightcare.desktop.current_desktop import current_desktops


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("", []),
        (" : ;", []),
        ("GNOME", ["gnome"]),
        ("ubuntu:GNOME", ["ubuntu", "gnome"]),
        ("Budgie;GNOME;", ["budgie", "gnome"]),
        (" sway : wlroots\n", ["sway", "wlroots"]),
        ("X-Cinnamon", ["cinnamon"]),
    ],
)
def test_the_names_come_in_their_order_whatever_separates_them(
    value: str, names: list[str]
) -> None:
    """Without blanks and empty ones, in lower case."""
    assert current_desktops({"XDG_CURRENT_DESKTOP": value}) == names
    assert current_desktops({}) == []
