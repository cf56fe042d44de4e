"""The common interface of all real notification servers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, cast

from parts.bus import NOTIFICATIONS, Monitor, PrivateBus, Seen
from parts.display import Box, Display
from parts.home import Home
from parts.processes import HANG_SECONDS, NotInTimeError, Program, eventually

DRAW_SECONDS = HANG_SECONDS

FRAME_COLOUR = bytes.fromhex("c81e64")
"""Used for nothing else on the display, so that a frame of it is a button."""

GTK_BUTTON = f"""{{
  border: 2px solid #{FRAME_COLOUR.hex()};
  border-radius: 0;
  margin: 2px 4px;
  padding: 4px 10px;
  background: #f4f4f4;
  color: #101010;
  box-shadow: none;
  text-shadow: none;
  transition: none;
}}
"""
"""The style of buttons for GTK, in that frame."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A notification that a server has open.

    Attributes:
        number: the id that the server gave it.
        title: its summary.
        body: its body.
        actions: key and label of each action, in the order sent.
    """

    number: int
    title: str
    body: str
    actions: tuple[tuple[str, str], ...]

    def key_of(self, label: str) -> str:
        """Return the key of the only action with this label.

        Raises:
            LookupError: none or several have it.
        """
        keys = [key for key, its_label in self.actions if its_label == label]
        if len(keys) != 1:
            raise LookupError(f"{len(keys)} actions are labelled {label!r}: {self.actions}")
        return keys[0]


def open_notifications(messages: Iterable[Seen]) -> tuple[Shown, ...]:
    """Tell which notifications are open after these messages, oldest first.

    What others than a server that showed some say of them is not believed.
    """
    asked: dict[tuple[str | None, int], Seen] = {}
    servers: set[str | None] = set()
    shown: dict[int, Shown] = {}
    for seen in messages:
        body: tuple[Any, ...] = seen.body
        if seen.interface == NOTIFICATIONS and seen.member == "Notify":
            asked[seen.sender, seen.serial] = seen
        elif seen.interface == NOTIFICATIONS and seen.member == "NotificationClosed":
            if seen.sender in servers:
                shown.pop(body[0], None)
        elif seen.kind == "return" and (seen.destination, seen.reply_to) in asked:
            call = asked.pop((seen.destination, cast("int", seen.reply_to)))
            servers.add(seen.sender)
            shown.pop(body[0], None)
            shown[body[0]] = _shown(body[0], call)
    return tuple(shown.values())


def _shown(number: int, call: Seen) -> Shown:
    arguments: tuple[Any, ...] = call.body
    _application, _replaces, _icon, title, text, actions, _hints, _expires = arguments
    pairs = tuple(zip(actions[::2], actions[1::2], strict=True))
    return Shown(number=number, title=title, body=text, actions=pairs)


@dataclass(frozen=True, slots=True)
class RealServer(ABC):
    """A running notification server, with a person before it.

    Attributes:
        answers: how it lets the person answer, in a few words.
        draws_buttons: whether it draws one for each action.
        wavers: whether it is left to chance if what it kept back is drawn at once when do not
            disturb ends, or with what comes next.
        panel: how many rows of pixels at the top of the display belong to others.
        has_do_not_disturb: whether it can be told not to disturb.
        program: its process.
        display: where it draws.
        bus: whose name it owns.
        monitor: sees what it is asked and what it says.
        folder: its own home.
    """

    answers: ClassVar[str]
    draws_buttons: ClassVar[bool] = True
    wavers: ClassVar[bool] = False
    panel: ClassVar[int] = 0
    has_do_not_disturb: ClassVar[bool] = True

    program: Program
    display: Display
    bus: PrivateBus
    monitor: Monitor
    folder: Path

    def shown(self) -> tuple[Shown, ...]:
        """Return the open notifications, oldest first."""
        return open_notifications(self.monitor.history())

    def press(self, label: str, seconds: float = DRAW_SECONDS) -> Seen:
        """Answer the one open notification that has this answer, as a person does.

        Args:
            label: what the answer is called.
            seconds: how long to wait for a notification that has it.

        Returns:
            The ActionInvoked that the server sent.

        Raises:
            NotInTimeError: there is no such answer, or the server said nothing.
        """
        target = self._one_with(label, seconds)
        self._choose(target, label)
        return self._invoked(target, target.key_of(label))

    @property
    def owner(self) -> str | None:
        """Its unique name on the bus."""
        return self.bus.owner(NOTIFICATIONS)

    def buttons(self, count: int) -> tuple[Box, ...]:
        """Return the places of the buttons, in the order sent, once there are so many.

        Raises:
            NotInTimeError: there are not.
        """
        self.reach()

        # A window still being laid out moves them: they count when two looks, one after the
        # other, agree.
        def agreed() -> tuple[Box, ...]:
            boxes = self._drawn_buttons()
            return boxes if len(boxes) == count and boxes == self._drawn_buttons() else ()

        return eventually(agreed, DRAW_SECONDS, f"{count} buttons to be drawn", self.program)

    def rest(self) -> None:  # noqa: B027 - most servers do not care
        """Let go of pointer and keyboard for as long as it takes the server to notice."""

    def reach(self) -> None:  # noqa: B027 - most servers show them at once
        """Do what a person does to see the buttons of what is on the screen."""

    @abstractmethod
    def close(self) -> None:
        """Close the one notification on the screen, as a person does."""

    @abstractmethod
    def do_not_disturb(self, *, on: bool) -> None:
        """Turn do not disturb on or off, and wait until the server knows."""

    def withholds(self) -> bool:
        """Return whether the server reports that it keeps notifications back; few can."""
        return False

    @abstractmethod
    def _choose(self, target: Shown, label: str) -> None:
        """Answer this one."""

    @abstractmethod
    def _drawn_buttons(self) -> tuple[Box, ...]:
        """Return the places of the buttons now."""

    def _framed(self) -> tuple[Box, ...]:
        return self.display.picture().frames(FRAME_COLOUR)

    def _click_button(self, target: Shown, label: str) -> None:
        boxes = self.buttons(len(target.actions))
        at = [its_label for _, its_label in target.actions].index(label)
        self.display.click(*boxes[at].center)

    def _invoked(self, target: Shown, key: str) -> Seen:
        owner = self.owner
        seen = self.monitor.wait_for(
            "ActionInvoked",
            matching=lambda seen: seen.sender == owner and seen.body[0] == target.number,
            seconds=DRAW_SECONDS,
        )
        assert seen.body == (target.number, key), f"{key!r} was chosen, but: {seen}"
        return seen

    def _one_with(self, label: str, seconds: float) -> Shown:
        def find() -> Shown | None:
            shown = self.shown()
            fitting = [one for one in shown if label in (its for _, its in one.actions)]
            alone = not self.draws_buttons or len([one for one in shown if one.actions]) == 1
            return fitting[0] if len(fitting) == 1 and alone else None

        what = f"one open notification with {label!r}"
        try:
            return cast("Shown", eventually(find, seconds, what, self.program))
        except NotInTimeError as error:
            raise NotInTimeError(f"{error}\nopen are: {self.shown()}") from error


class Start(Protocol):
    """Runs a server until leaving; on entry it owns the name of a notification server."""

    def __call__(
        self, display: Display, bus: PrivateBus, home: Home, *, plain: bool = False
    ) -> AbstractContextManager[RealServer]:
        """Start it.

        Args:
            display: where it draws.
            bus: whose name it owns.
            home: whose it is.
            plain: whether it looks as it does when it is new, without what makes its buttons
                easy to find.
        """
        ...


def toolkit_environment(
    display: Display, bus: PrivateBus, folder: Path, **more: str
) -> dict[str, str]:
    """Return the environment of a server with its own home, overridden by `more`."""
    return display.environment(
        **{
            "DBUS_SESSION_BUS_ADDRESS": bus.address,
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / ".config"),
            "XDG_STATE_HOME": str(folder / ".local" / "state"),
            "XDG_DATA_HOME": str(folder / ".local" / "share"),
            "XDG_CACHE_HOME": str(folder / ".cache"),
            "GDK_BACKEND": "x11",
            # Settings are in a file of that home, and no daemon is asked for them.
            "GSETTINGS_BACKEND": "keyfile",
            # No accessibility bus, which would be started aside of the private one.
            "NO_AT_BRIDGE": "1",
            **more,
        }
    )


def own_folder(home: Home, name: str, style: str = "") -> Path:
    """Make a home for a server, with a style sheet for GTK."""
    folder = home.aside / name
    sheet = folder / ".config" / "gtk-3.0" / "gtk.css"
    sheet.parent.mkdir(parents=True, exist_ok=True)
    sheet.write_text(style, encoding="utf-8")
    return folder
