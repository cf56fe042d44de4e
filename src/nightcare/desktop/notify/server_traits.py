"""The traits of a notification server: its replies, and facts that no capability tells.

The protocol is https://specifications.freedesktop.org/notification/1.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nightcare.desktop.notify.message_text import one_line, shortened
from nightcare.domain.notification import Capability

INTERFACE = "org.freedesktop.Notifications"
"""Both the name that a server owns and the interface that it offers."""

PATH = "/org/freedesktop/Notifications"

STACK_TAG = "x-dunst-stack-tag"
"""A hint, named by the server that introduced it: a new notification replaces those that have the
same. Others ignore it, as the specification tells them to. Servers that know it list it as a
capability too."""

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

LOSE_BUTTONS = frozenset({"gnome-shell"})
"""Servers, by name, on which a notification that is replaced in place loses its buttons."""

ButtonMemory = Callable[[str], bool | None]
"""The user's answer whether a server, by its description, draws buttons; None if not asked."""

_CAPABILITIES = {
    "actions": Capability.BUTTONS,
    "body": Capability.BODY,
    "body-markup": Capability.MARKUP,
    "sound": Capability.SOUND,
}

_LONGEST_NAME = 60


def nothing_remembered(description: str) -> bool | None:
    """Return None: nobody was asked."""
    del description
    return None


@dataclass(frozen=True)
class ServerTraits:
    """The name and the abilities of a server.

    Attributes:
        listed: The capabilities that it lists.
        name: Its name; empty if it does not say.
        vendor: Its maker.
        version: Its version.
        draws_progress: Whether it draws a bar beside the text for a "value". No capability tells of
            that hint, which the specification does not know, but the servers that do are those
            with the stack tag: both came up together, to show a volume. It cannot be sent to all:
            xfce4-notifyd (0.7.3) then draws the bar alone, without text and without buttons.
    """

    listed: frozenset[Capability] = frozenset()
    name: str = ""
    vendor: str = ""
    version: str = ""
    draws_progress: bool = False

    @classmethod
    def of_replies(
        cls, capabilities: Sequence[str], information: Sequence[str] = ()
    ) -> ServerTraits:
        """Return the traits by the replies of a server.

        Args:
            capabilities: The reply to GetCapabilities.
            information: The reply to GetServerInformation; empty if there is none.
        """
        listed = frozenset(_CAPABILITIES[one] for one in capabilities if one in _CAPABILITIES)
        parts = [shortened(one_line(part), _LONGEST_NAME) for part in information[:3]]
        name, vendor, version = parts or ("", "", "")
        return cls(listed, name, vendor, version, draws_progress=STACK_TAG in capabilities)

    @property
    def description(self) -> str:
        """The name, version and maker."""
        parts = (self.name, self.version, f"({self.vendor})" if self.vendor else "")
        return " ".join(filter(None, parts)) or "a notification server without a name"

    @property
    def leaves_closed(self) -> bool:
        """True if it leaves a closed notification on the screen."""
        return (self.name, self.vendor) in LEAVE_CLOSED

    @property
    def keeps_buttons(self) -> bool:
        """True if a notification that is replaced in place keeps its buttons."""
        return bool(self.name) and self.name not in LOSE_BUTTONS

    def capabilities(self, remembered: ButtonMemory) -> frozenset[Capability]:
        """Return the capabilities, with a menu or nothing in place of buttons where it draws none.

        Args:
            remembered: The user's answer whether it draws buttons, which counts first: a later
                version may.
        """
        if Capability.BUTTONS not in self.listed:
            return self.listed
        drawn = remembered(self.description)
        if drawn is None:
            drawn = self.name not in DRAW_NO_BUTTONS | ANSWER_ON_ANY_CLICK
        if drawn:
            return self.listed
        menu = {Capability.MENU} if self.name not in ANSWER_ON_ANY_CLICK else set()
        return self.listed - {Capability.BUTTONS} | menu
