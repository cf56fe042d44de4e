"""The traits of a notification server, and the arguments of a Notify that is made for them.

The traits come from its replies, and from facts that no capability reports. The protocol is
https://specifications.freedesktop.org/notification/1.3.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from nightcare.desktop.notify.message_text import (
    APPLICATION,
    body_of,
    body_with_command,
    shortened,
    title_of,
)
from nightcare.domain.notification import Button, Capability, Message
from nightcare.domain.reminders import Urgency
from nightcare.domain.safe_text import one_line

INTERFACE = "org.freedesktop.Notifications"
"""Both the name that a server owns and the interface that it offers."""

PATH = "/org/freedesktop/Notifications"

STACK_TAG = "x-dunst-stack-tag"
"""A hint, named by the server that introduced it: a new notification replaces those that have the
same. Others ignore it, as the specification requires. Servers that know it list it as a capability
too."""

_DRAW_NO_BUTTONS = frozenset({"dunst", "fnott", "mako"})
"""Servers, by the name in GetServerInformation, that list "actions" and draw no buttons.

Sources: dunst(5) on do_action, makoctl(1) on invoke and menu, fnottctl(1) on actions: each offers
them by a menu or a key.
"""

_DRAW_NO_SENDER = frozenset({"dunst", "mako"})
"""Servers, by the same name, that draw neither the name of the program nor an icon in the home
folder, so the text has to name the sender.

Sources: dunst(5) and mako(5) on `format` and the path of icons; seen on dunst 1.9 and mako 1.7.1.
"""

_ANSWER_ON_ANY_CLICK = frozenset({"cosmic-notifications"})
"""Servers, by the same name, that list "actions", draw no buttons, and take a click anywhere on the
notification for the first action, so that closing it by a click would be an answer.

Source: pop-os/cosmic-notifications#100, and src/app.rs of that repository.
"""

_LEAVE_CLOSED = frozenset({("Notification Daemon", "GNOME")})
"""Servers, by name and vendor, that answer CloseNotification and leave the notification drawn.

Seen on notification-daemon 3.20: the bubble goes when its own time is over, or when it is replaced
by a notification whose time is over. Until then no other bubble is drawn.
"""

_LOSE_BUTTONS = frozenset({"gnome-shell"})
"""Servers, by name, on which a notification that is replaced in place loses its buttons."""

ButtonMemory = Callable[[str], bool | None]
"""The user's answer whether a server, by its description, draws buttons; None if not asked."""

_CAPABILITIES = {
    "actions": Capability.BUTTONS,
    "body": Capability.BODY,
    "body-markup": Capability.MARKUP,
    "sound": Capability.SOUND,
}

_ASSUMED = frozenset({Capability.BUTTONS, Capability.BODY})
"""The capabilities of a server that does not list them. Servers ignore what they cannot draw."""

_LONGEST_NAME = 60


def nothing_remembered(description: str) -> bool | None:
    """Return None, because no answer is stored."""
    del description
    return None


@dataclass(frozen=True)
class ServerTraits:
    """The name and the abilities of a server.

    Attributes:
        listed: The capabilities that it lists; those of every server while it lists none.
        answered: Whether it answered GetCapabilities.
        name: Its name; empty if it does not say.
        vendor: Its maker.
        version: Its version.
        draws_progress: Whether it draws a bar beside the text for a "value". The specification has
            neither that hint nor a capability for it. The servers that support it are those with
            the stack tag: both were introduced together, to show a volume. It cannot be sent to all
            servers: xfce4-notifyd (0.7.3) then draws the bar alone, without text and without
            buttons.
    """

    listed: frozenset[Capability] = _ASSUMED
    answered: bool = False
    name: str = ""
    vendor: str = ""
    version: str = ""
    draws_progress: bool = False

    @classmethod
    def of_replies(
        cls, capabilities: Collection[str] | None, information: Sequence[str] = ()
    ) -> ServerTraits:
        """Return the traits by the replies of a server.

        Args:
            capabilities: The reply to GetCapabilities; None if there is none.
            information: The reply to GetServerInformation; empty if there is none.
        """
        parts = [shortened(one_line(part), _LONGEST_NAME) for part in information[:3]]
        name, vendor, version = parts or ("", "", "")
        answered, names = capabilities is not None, capabilities or ()
        known = frozenset(_CAPABILITIES[one] for one in names if one in _CAPABILITIES)
        listed = known if answered else _ASSUMED
        return cls(listed, answered, name, vendor, version, draws_progress=STACK_TAG in names)

    @property
    def description(self) -> str:
        """The name, version and maker."""
        parts = (self.name, self.version, f"({self.vendor})" if self.vendor else "")
        return " ".join(filter(None, parts)) or "a notification server without a name"

    @property
    def leaves_closed(self) -> bool:
        """True if it leaves a closed notification on the screen."""
        return (self.name, self.vendor) in _LEAVE_CLOSED

    @property
    def keeps_buttons(self) -> bool:
        """True if a notification that is replaced in place keeps its buttons."""
        return bool(self.name) and self.name not in _LOSE_BUTTONS

    def capabilities(self, remembered: ButtonMemory) -> frozenset[Capability]:
        """Return the capabilities, with a menu or nothing in place of buttons where it draws none.

        A server that does not list its capabilities may draw none.

        Args:
            remembered: The user's answer whether it draws buttons, which takes precedence, because
                a later version may draw them.
        """
        if Capability.BUTTONS not in self.listed:
            return self.listed
        drawn = remembered(self.description)
        if drawn is None:
            drawn = self.answered and self.name not in _DRAW_NO_BUTTONS | _ANSWER_ON_ANY_CLICK
        if drawn:
            return self.listed
        menu = {Capability.MENU} if self.name not in _ANSWER_ON_ANY_CLICK else set()
        return self.listed - {Capability.BUTTONS} | menu


SIGNATURE = "susssasa{sv}i"
"""The types of the arguments of Notify."""

_CATEGORY = "x-nightcare.reminder.due"
"""None of the specification's own categories fits; its form for others is x-vendor.class.name."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""The escapes of the specification's markup, a subset of XML."""

_LOOKALIKES = str.maketrans(
    {
        "&": "\N{FULLWIDTH AMPERSAND}",
        "<": "\N{FULLWIDTH LESS-THAN SIGN}",
        ">": "\N{FULLWIDTH GREATER-THAN SIGN}",
    }
)
"""The characters for a server that either reads markup or draws an escape as it is."""

_URGENCIES = {Urgency.LOW: 0, Urgency.NORMAL: 1, Urgency.CRITICAL: 2}

_WITHOUT_END = timedelta(days=1)
"""The expire_timeout of a message that stays until it is closed. The specification's 0, "never
expires", makes some servers use a time of their own (SwayNotificationCenter: 10 s), or a modal
dialog."""

_AFTER_US = timedelta(seconds=5)
"""The time by which the server's expiry is later than nightcare's own close; the server's applies
if the service has ended. If a close arrives at the instant when its timer ends, mako (1.7.1) waits
for ever for that timer, which the close has stopped, and answers no further call."""

_SHORTEST, _LONGEST = 1_000, 2**31 - 1
"""Milliseconds of an expire_timeout, which is an INT32."""


def notify_arguments(
    message: Message,
    left: timedelta | None,
    traits: ServerTraits,
    capabilities: frozenset[Capability],
    *,
    icon: str,
    replaces: int,
) -> tuple[Any, ...]:
    """Return the arguments of Notify.

    Args:
        message: The message.
        left: The time that it still stays on the screen until nightcare closes it; None if that
            has no end.
        traits: The traits of the server.
        capabilities: Its capabilities, by the user's answer about its buttons as well.
        icon: The name or path of the icon.
        replaces: The id of the notification whose place it takes; 0 for none.
    """
    actions = [
        part for one in offered(message, capabilities) for part in (one.key, one_line(one.label))
    ]
    # The command to answer with names the program as well.
    commanded = Capability.MENU in capabilities and bool(message.command)
    return (
        APPLICATION,
        replaces,
        icon,
        title_of(message, named=traits.name in _DRAW_NO_SENDER and not commanded),
        _body(message, capabilities, markup_known=traits.answered),
        actions,
        _hints(message, traits, replaces),
        _milliseconds(left),
    )


def expired_arguments(number: int, icon: str) -> tuple[Any, ...]:
    """Return the arguments of a Notify that replaces a notification by one whose time is over."""
    actions: list[str] = []
    hints: dict[str, object] = {}
    return (APPLICATION, number, icon, APPLICATION, "", actions, hints, 1)


def offered(message: Message, capabilities: frozenset[Capability]) -> tuple[Button, ...]:
    """Return the buttons that are sent, also for a menu."""
    return message.buttons if capabilities & {Capability.BUTTONS, Capability.MENU} else ()


def _body(message: Message, capabilities: frozenset[Capability], *, markup_known: bool) -> str:
    if Capability.BODY not in capabilities:
        return ""
    if Capability.MENU in capabilities:
        body = body_with_command(message)
    else:
        body = body_of(message, spoken=Capability.BUTTONS not in capabilities)
    if not markup_known:
        return body.translate(_LOOKALIKES)
    return body.translate(_ESCAPES) if Capability.MARKUP in capabilities else body


def _hints(message: Message, traits: ServerTraits, replaces: int) -> Mapping[str, tuple[str, Any]]:
    hints: dict[str, tuple[str, Any]] = {
        "urgency": ("y", _URGENCIES[message.urgency]),
        "category": ("s", _CATEGORY),
        "desktop-entry": ("s", APPLICATION),
    }
    if not replaces:
        # An earlier run that was killed before it stored the id of a notification may have left it.
        # With both, mako (1.7.1) replaces the notification by itself and crashes.
        hints[STACK_TAG] = ("s", f"{APPLICATION} {message.place}")
    if Capability.SOUND in traits.listed:
        if message.sound is not None:
            kind = "sound-file" if message.sound.startswith("/") else "sound-name"
            hints[kind] = ("s", one_line(message.sound))
        if message.silent:
            hints["suppress-sound"] = ("b", True)
    if message.progress is not None and traits.draws_progress:
        hints["value"] = ("i", message.progress)
    return hints


def _milliseconds(left: timedelta | None) -> int:
    """Return an expire_timeout; never 0 or negative, which servers interpret differently."""
    milliseconds = (_WITHOUT_END if left is None else left + _AFTER_US) // timedelta(milliseconds=1)
    return min(max(milliseconds, _SHORTEST), _LONGEST)
