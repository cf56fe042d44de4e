"""The menu on the bus: the interface com.canonical.dbusmenu.

The interface is described in libdbusmenu-glib/dbus-menu.xml of
https://github.com/AyatanaIndicators/libdbusmenu.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import count, takewhile
from typing import Any

from nightcare.desktop.dbus.exported_object import Interface, Method, Property, invalid
from nightcare.desktop.tray.menu import MenuItem

MENU_INTERFACE = "com.canonical.dbusmenu"

_VERSION = 3
_ROOT = "root"
_ROOT_ID = 0
_CLICKED = "clicked"

_MOST_REMEMBERED = 1000
"""Items of earlier layouts whose presses are accepted; a host may show an old layout."""

Properties = dict[str, tuple[str, Any]]


class DbusMenu:
    """The menu, which is laid out when a host requests it.

    An id stands for one item as long as it is remembered, so that a press on an old layout is never
    taken for another item. An item that moves gets another id, because the extension of GNOME may
    ignore a move (ubuntu/gnome-shell-extension-appindicator#632).

    Args:
        read: Returns the items now.
        press: Called with the name of an item that was pressed.
        updated: Called with the new revision when the layout has changed.
    """

    def __init__(
        self,
        read: Callable[[], tuple[MenuItem, ...]],
        press: Callable[[str], None],
        updated: Callable[[int], None],
    ) -> None:
        self._read = read
        self._press = press
        self._updated = updated
        self._next_id = count(_ROOT_ID + 1)
        self._ids: dict[str, int] = {}
        self._names: dict[int, str] = {_ROOT_ID: _ROOT}
        self._root = MenuItem(_ROOT)
        self._items: dict[int, MenuItem] = {_ROOT_ID: self._root}
        self._revision = 0
        self.asked = False

    def refresh(self) -> bool:
        """Update the layout of the menu; return whether it has changed."""
        root = MenuItem(_ROOT, children=self._read())
        if root == self._root:
            return False
        self._release_moved(self._root.children, root.children)
        self._root = root
        self._items = {self._id(item): item for item in root.walk()}
        # Those of the present layout are not forgotten.
        while len(self._names) > max(_MOST_REMEMBERED, len(self._items)):
            number = next(one for one in self._names if one not in self._items)
            name = self._names.pop(number)
            if self._ids.get(name) == number:
                del self._ids[name]
        self._revision += 1
        self._updated(self._revision)
        return True

    def interface(self) -> Interface:
        """Return the interface for the bus."""
        return Interface(
            MENU_INTERFACE,
            {
                "GetLayout": Method(("i", "i", "as"), ("u", "(ia{sv}av)"), self._get_layout),
                "GetGroupProperties": Method(("ai", "as"), ("a(ia{sv})",), self._get_group),
                "GetProperty": Method(("i", "s"), ("v",), self._get_property),
                "Event": Method(("i", "s", "v", "u"), (), self._event),
                "EventGroup": Method(("a(isvu)",), ("ai",), self._event_group),
                "AboutToShow": Method(("i",), ("b",), self._about_to_show),
                "AboutToShowGroup": Method(("ai",), ("ai", "ai"), self._about_to_show_group),
            },
            {
                "Version": Property("u", lambda: _VERSION),
                "TextDirection": Property("s", lambda: "ltr"),
                "Status": Property("s", lambda: "normal"),
                "IconThemePath": Property("as", list),
            },
            {
                "ItemsPropertiesUpdated": ("a(ia{sv})", "a(ias)"),
                "LayoutUpdated": ("u", "i"),
                "ItemActivationRequested": ("i", "u"),
            },
        )

    def _id(self, item: MenuItem) -> int:
        if item.name == _ROOT:
            return _ROOT_ID
        number = self._ids.get(item.name)
        if number is None:
            number = self._ids[item.name] = next(self._next_id)
            self._names[number] = item.name
        return number

    def _release_moved(self, old: Sequence[MenuItem], new: Sequence[MenuItem]) -> None:
        """Drop the ids of items that have moved, and of those below, so that they get new ones."""
        pairs = list(
            takewhile(lambda pair: pair[0].name == pair[1].name, zip(old, new, strict=False))
        )
        for before, now in pairs:
            self._release_moved(before.children, now.children)
        names = {item.name for item in old}
        for moved in (item for item in new[len(pairs) :] if item.name in names):
            for item in moved.walk():
                self._ids.pop(item.name, None)

    def _item(self, number: int) -> MenuItem:
        item = self._items.get(number)
        if item is None:
            raise invalid(f"there is no item {number}")
        return item

    # Methods

    def _get_layout(self, parent: int, depth: int, names: list[str]) -> tuple[Any, ...]:
        self.asked = True
        self.refresh()
        return self._revision, self._layout(self._item(parent), depth, frozenset(names))

    def _get_group(self, numbers: list[int], names: list[str]) -> tuple[Any, ...]:
        wanted = dict.fromkeys(numbers) if numbers else self._items
        chosen = frozenset(names)
        found = [
            (number, _properties(self._items[number], chosen))
            for number in wanted
            if number in self._items
        ]
        return (found,)

    def _get_property(self, number: int, name: str) -> tuple[Any, ...]:
        found = _properties(self._item(number)).get(name)
        if found is None:
            raise invalid(f"item {number} has no property {name}")
        return (found,)

    def _event(self, number: int, event: str, data: object, time: int) -> tuple[Any, ...]:
        del data, time
        if number not in self._names:
            raise invalid(f"there is no item {number}")
        item = self._items.get(number)
        # Press also an item that has left the menu; its action reports why it fails.
        if event == _CLICKED and number != _ROOT_ID and (item is None or item.pressable):
            self._press(self._names[number])
        return ()

    def _event_group(self, events: list[tuple[int, str, object, int]]) -> tuple[Any, ...]:
        unknown = self._unknown(event[0] for event in events)
        pressed = (event for event in events if event[0] in self._names)
        for event in dict.fromkeys((number, kind) for number, kind, _, _ in pressed):
            self._event(*event, None, 0)
        return (unknown,)

    def _about_to_show(self, number: int) -> tuple[Any, ...]:
        changed = self.refresh()
        self._item(number)
        return (changed,)

    def _about_to_show_group(self, numbers: list[int]) -> tuple[Any, ...]:
        changed = self.refresh()
        unknown = self._unknown(numbers)
        return [one for one in dict.fromkeys(numbers) if changed and one in self._items], unknown

    def _unknown(self, numbers: Iterable[int]) -> list[int]:
        """Return the ids that are unknown.

        Raises:
            MethodError: All of them are.
        """
        given = dict.fromkeys(numbers)
        unknown = [one for one in given if one not in self._names]
        if given and len(unknown) == len(given):
            raise invalid("there is none of these items")
        return unknown

    def _layout(self, item: MenuItem, depth: int, names: Collection[str]) -> tuple[Any, ...]:
        """Return an item and the items below it.

        Args:
            item: The item.
            depth: The number of levels below it; all if negative.
            names: The properties; all if empty.
        """
        below = item.children if depth else ()
        children = [("(ia{sv}av)", self._layout(one, depth - 1, names)) for one in below]
        return self._id(item), _properties(item, names), children


def _properties(item: MenuItem, names: Collection[str] = ()) -> Properties:
    """Return the properties of an item, or those of the given names."""
    found: Properties = {}
    if item.name == _ROOT:
        found["children-display"] = ("s", "submenu")
    elif not item.label:
        found["type"] = ("s", "separator")
    else:
        # A single underscore would mark the access key.
        found["label"] = ("s", item.label.replace("_", "__"))
        found["enabled"] = ("b", item.pressable or bool(item.children))
    if item.checked is not None:
        found["toggle-type"] = ("s", "radio")
        found["toggle-state"] = ("i", int(item.checked))
    if item.children and item.name != _ROOT:
        found["children-display"] = ("s", "submenu")
    found["visible"] = ("b", True)
    return {name: value for name, value in found.items() if not names or name in names}
