"""The tray icon and its menu as data, apart from D-Bus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class TrayState(StrEnum):
    """The state that the icon shows."""

    QUIET = "quiet"
    OPEN = "open"
    """A reminder waits for an answer."""
    PAUSED = "paused"
    """Reminders are paused, or the evening was closed with "Good night"."""
    WRONG = "wrong"
    """The saved config is invalid."""


@dataclass(frozen=True)
class Appearance:
    """The look of the icon.

    Attributes:
        state: The state.
        title: The title; some hosts show nothing else as the tooltip.
        text: More lines for the tooltip.
    """

    state: TrayState
    title: str
    text: str = ""


@dataclass(frozen=True)
class MenuItem:
    """One item of the menu.

    Attributes:
        name: The identity of the item: an item of the same name in a later layout is the same.
        label: The text; empty for a separator.
        pressable: Whether it has an effect.
        checked: Whether it is marked as chosen; None where it cannot be.
        children: The items of its submenu.
    """

    name: str
    label: str = ""
    pressable: bool = False
    checked: bool | None = None
    children: tuple[MenuItem, ...] = ()

    def walk(self) -> Iterator[MenuItem]:
        """Yield this item and all items below it."""
        yield self
        for child in self.children:
            yield from child.walk()


class TrayModel(Protocol):
    """The application behind the icon. Its methods never raise."""

    def appearance(self) -> Appearance:
        """Return the look of the icon now."""
        ...

    def menu(self) -> tuple[MenuItem, ...]:
        """Return the items of the menu now; no two of them have the same name."""
        ...

    def press(self, name: str) -> None:
        """Run the action of the named item, also if it has left the menu meanwhile."""
        ...

    def activate(self) -> None:
        """Run the action of a click on the icon."""
        ...

    def host_changed(self) -> None:
        """Handle a change of the program that shows the icon."""
        ...
