"""Facts about notification servers that no capability tells."""

from __future__ import annotations

from collections.abc import Callable

DRAW_NO_BUTTONS = frozenset({"dunst", "fnott", "mako"})
"""Servers, by the name in GetServerInformation, that list "actions" and draw no buttons.

Sources: dunst(5) on do_action, makoctl(1) on invoke and menu, fnottctl(1) on actions: each offers
them by a menu or a key.
"""

ANSWER_ON_ANY_CLICK = frozenset({"cosmic-notifications"})
"""Servers, by the same name, that list "actions", draw no buttons, and take a click anywhere on the
notification for the first action, so that closing it by a click would be an answer.

Source: pop-os/cosmic-notifications#100, and src/app.rs of that repository.
"""

LEAVE_CLOSED = frozenset({("Notification Daemon", "GNOME")})
"""Servers, by name and vendor, that answer CloseNotification and leave the notification drawn.

Seen on notification-daemon 3.20: the bubble goes when its own time is over, or when it is replaced
by a notification whose time is over. Until then no other bubble is drawn.
"""

Remembered = Callable[[str], bool | None]
"""Whether a server, by its description, draws buttons: what the person said of it, if anything."""


def draws_buttons(name: str, description: str, remembered: Remembered) -> bool:
    """Return whether a server that lists "actions" draws a button for each.

    A later version may, and then the person says so.

    Args:
        name: Its name in GetServerInformation.
        description: Its name, version and maker.
        remembered: What the person said.
    """
    said = remembered(description)
    return name not in DRAW_NO_BUTTONS | ANSWER_ON_ANY_CLICK if said is None else said


def nothing_remembered(description: str) -> bool | None:
    """Return None: nobody was asked."""
    del description
    return None
