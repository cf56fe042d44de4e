"""The desktop of the session, as the environment names it.

Source: the Desktop Entry Specification of freedesktop.org, on XDG_CURRENT_DESKTOP and "Registered
OnlyShowIn Environments".
"""

from __future__ import annotations

from collections.abc import Mapping

WINDOW_MANAGERS = frozenset(
    {
        "bspwm", "dwm", "fluxbox", "herbstluftwm", "hyprland", "i3", "icewm", "labwc", "lxde",
        "niri", "openbox", "river", "sway", "wayfire", "wlroots", "xmonad",
    }
)  # fmt: skip
"""Window managers, as `current_desktops` names them, without a notification server of their own:
one of their start commands starts it, or the bus starts any that is installed."""


def current_desktops(variables: Mapping[str, str]) -> list[str]:
    """Return the names in XDG_CURRENT_DESKTOP in lower case, the most specific first.

    Some display managers pass on the semicolons of DesktopNames. The "X-" of names that are not
    registered is left out, because some sessions leave it out.
    """
    names = variables.get("XDG_CURRENT_DESKTOP", "").casefold().replace(";", ":").split(":")
    return [name for one in names if (name := one.strip().removeprefix("x-"))]
