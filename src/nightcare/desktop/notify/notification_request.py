"""The arguments of Notify for a message, made for the abilities of a server.

The protocol is https://specifications.freedesktop.org/notification/1.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from nightcare.desktop.notify.message_text import (
    APPLICATION,
    body_of,
    body_with_command,
    one_line,
    title_of,
)
from nightcare.desktop.notify.server_traits import STACK_TAG, ServerTraits
from nightcare.domain.notification import Button, Capability, Message
from nightcare.domain.reminders import Urgency

SIGNATURE = "susssasa{sv}i"
"""The types of the arguments of Notify."""

_CATEGORY = "x-nightcare.reminder.due"
"""None of the specification's own categories fits; its form for others is x-vendor.class.name."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""Of the specification's markup, which is a part of XML."""

_URGENCIES = {Urgency.LOW: 0, Urgency.NORMAL: 1, Urgency.CRITICAL: 2}

_WITHOUT_END = timedelta(days=1)
"""The expire_timeout of a message that stays until it is closed. The specification's 0, "never
expires", makes some servers use a time of their own (SwayNotificationCenter: 10 s), or a modal
dialog."""

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
        left: The time that it still stays on the screen; None if that has no end.
        traits: The traits of the server.
        capabilities: Its capabilities, by the user's answer about its buttons as well.
        icon: The name or path of the icon.
        replaces: The id of the notification whose place it takes; 0 for none.
    """
    actions = [
        part for one in offered(message, capabilities) for part in (one.key, one_line(one.label))
    ]
    return (
        APPLICATION,
        replaces,
        icon,
        title_of(message),
        _body(message, capabilities),
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


def _body(message: Message, capabilities: frozenset[Capability]) -> str:
    if Capability.BODY not in capabilities:
        return ""
    if Capability.MENU in capabilities:
        body = body_with_command(message)
    else:
        body = body_of(message, spoken=Capability.BUTTONS not in capabilities)
    return body.translate(_ESCAPES) if Capability.MARKUP in capabilities else body


def _hints(message: Message, traits: ServerTraits, replaces: int) -> Mapping[str, tuple[str, Any]]:
    hints: dict[str, tuple[str, Any]] = {
        "urgency": ("y", _URGENCIES[message.urgency]),
        "category": ("s", _CATEGORY),
        "desktop-entry": ("s", APPLICATION),
    }
    if not replaces:
        # An earlier run that was killed before it stored the id of a notification may have left it.
        # With both mako (1.7.1) replaces the notification by itself, and crashes.
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
    """Return an expire_timeout; it is never 0 nor negative, which servers read as they like."""
    milliseconds = (_WITHOUT_END if left is None else left) // timedelta(milliseconds=1)
    return min(max(milliseconds, _SHORTEST), _LONGEST)
