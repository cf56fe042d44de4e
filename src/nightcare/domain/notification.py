"""Messages to a notifier, and the events that it reports."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from nightcare.domain.delivery import DeliveryStatus
from nightcare.domain.reminders import Urgency

TITLE_LENGTH = 80
"""Characters of a title; notifiers draw it on one line, and some not at all when it is longer."""

BODY_LENGTH = 199
"""Characters of a body, without the line that says how to answer."""

STEP_LENGTH = 140
"""Characters of a step's instruction that leave room in a body for the step count."""


class Capability(StrEnum):
    """A feature of a notifier, queried before it is used."""

    BUTTONS = "buttons"
    MENU = "menu"
    """Answers by a menu, a key or a command of the server's own; no buttons are drawn."""
    BODY = "body"
    MARKUP = "markup"
    SOUND = "sound"


@dataclass(frozen=True)
class Button:
    """A button.

    Attributes:
        key: A self-describing word that a later version still understands, such as "snooze-10m".
        label: What the person reads.
    """

    key: str
    label: str


@dataclass(frozen=True)
class Message:
    """One notification.

    Attributes:
        token: Its name between engine and notifier; a new one for each showing.
        title: The title, short and not empty; it states the whole message.
        body: The body as plain text; BODY_LENGTH characters of it are shown.
        buttons: At most three.
        spoken: How to answer without buttons, for a notifier that has none.
        command: The same in a few words, for a notifier that has answers and draws no buttons.
        urgency: Its urgency.
        sound: A name of the desktop's sound theme or the path of a sound file.
        silent: Whether the notifier may make no sound of its own either.
        heard_always: Whether its sound is also played under do not disturb.
        progress: The progress of a routine, 0 to 100, for a step of it.
        place: Its place on the screen. On a server that supports places, it replaces a notification
            that an earlier run has left there.
        stays: The time that it stays on the screen once a notifier has shown it; None if it stays
            until it is closed. Messages that differ in this alone are equal.
        asked_for: Whether the person has requested it just now.
    """

    token: str
    title: str
    body: str
    buttons: tuple[Button, ...] = ()
    spoken: str = ""
    command: str = ""
    urgency: Urgency = Urgency.NORMAL
    sound: str | None = None
    silent: bool = False
    heard_always: bool = False
    progress: int | None = None
    place: str = "reminder"
    stays: timedelta | None = field(default=None, compare=False)
    asked_for: bool = False

    def under_do_not_disturb(self) -> Message:
        """Return the message for do not disturb: silent, unless its sound is always heard."""
        return self if self.heard_always else replace(self, sound=None, silent=True)


@dataclass(frozen=True)
class ButtonPressed:
    """The person pressed the button `key` of the message `token`."""

    token: str
    key: str


@dataclass(frozen=True)
class NotificationShown:
    """A notifier has shown the message `token`; `handle` finds it after a restart."""

    token: str
    handle: str | None = None


@dataclass(frozen=True)
class NotificationClosed:
    """The message `token` has left the screen, and nightcare has not closed it.

    Attributes:
        token: The token of the message.
        by_itself: Whether the notifier removed it; else the person closed it.
    """

    token: str
    by_itself: bool = False


@dataclass(frozen=True)
class Sent:
    """The message `token` was sent to a notifier, which has not answered yet."""

    token: str


@dataclass(frozen=True)
class Rejected:
    """The message `token` is not on the screen, for the reason that `delivery` names."""

    token: str
    delivery: DeliveryStatus


@dataclass(frozen=True)
class NotifierChanged:
    """Another notifier is in use, or none; its capabilities may differ.

    Attributes:
        startable: Whether none is running, and one can be started for the next message.
    """

    startable: bool = False


MessageEvent = ButtonPressed | NotificationShown | NotificationClosed
"""An event of one message on the screen."""

DeliveryEvent = Sent | Rejected
"""An event of one message on its way to a notifier, or lost by it."""

NotifierEvent = MessageEvent | DeliveryEvent | NotifierChanged
"""Any event that a notifier reports."""
