"""The menu on the bus, without a bus."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from nightcare.desktop.dbus.exported_object import Interface, MethodError
from nightcare.desktop.tray.dbusmenu import DbusMenu
from nightcare.desktop.tray.menu import MenuItem

DONE = MenuItem("done/a", "Done", pressable=True)
PAUSE = MenuItem(
    "pause",
    "Pause",
    children=(MenuItem("pause/1", "For an_hour", pressable=True), MenuItem("pause/2", "2 h")),
)
LINE = MenuItem("separator/1")
CHOICE = MenuItem("mild", "Mild", pressable=True, checked=True)


class Bench:
    """A menu whose items a test sets."""

    def __init__(self, *items: MenuItem) -> None:
        self.items = items
        self.pressed: list[str] = []
        self.revisions: list[int] = []
        menu = DbusMenu(lambda: self.items, self.pressed.append, self.revisions.append)
        self.interface: Interface = menu.interface()

    def call(self, method: str, *arguments: Any) -> tuple[Any, ...]:
        """Call a method."""
        return self.interface.methods[method].call(*arguments)

    def ids(self) -> dict[str, int]:
        """Return the ids of the items by their labels."""
        _, (_, _, children) = self.call("GetLayout", 0, -1, [])
        found: dict[str, int] = {}
        while children:
            _, (number, properties, below) = children.pop()
            found[properties.get("label", ("s", "-"))[1]] = number
            children += below
        return found


def test_a_layout_has_the_items_with_their_properties() -> None:
    """A separator, a submenu, a choice, and a label with an underscore."""
    bench = Bench(DONE, LINE, PAUSE, CHOICE)
    revision, (number, properties, children) = bench.call("GetLayout", 0, -1, [])
    assert (revision, number, properties["children-display"]) == (1, 0, ("s", "submenu"))
    done, line, pause, choice = (child for _, child in children)
    assert done[1]["label"] == ("s", "Done")
    assert done[1]["enabled"] == ("b", True)
    assert line[1]["type"] == ("s", "separator")
    assert "label" not in line[1]
    assert pause[1]["children-display"] == ("s", "submenu")
    assert [child[1]["label"][1] for _, child in pause[2]] == ["For an__hour", "2 h"]
    assert pause[2][1][1][1]["enabled"] == ("b", False)
    assert choice[1]["toggle-state"] == ("i", 1)
    assert {kind for kind, _ in children} == {"(ia{sv}av)"}


@pytest.mark.parametrize(("depth", "levels"), [(0, 0), (1, 1), (2, 2), (-1, 2), (-7, 2), (99, 2)])
def test_a_layout_is_as_deep_as_asked(depth: int, levels: int) -> None:
    """A host may ask for one level after another."""
    bench = Bench(DONE, PAUSE)
    node = bench.call("GetLayout", 0, depth, [])[1]
    reached = 0
    while node[2]:
        reached += 1
        node = node[2][-1][1]
    assert reached == levels
    (parent,) = (number for label, number in bench.ids().items() if label == "Pause")
    assert len(bench.call("GetLayout", parent, 1, [])[1][2]) == 2


def test_only_the_properties_that_were_asked_for_are_sent() -> None:
    """Unknown ones are left out, as the interface says."""
    bench = Bench(DONE)
    node = bench.call("GetLayout", 0, -1, ["label", "nonsense"])[1]
    assert node[2][0][1][1] == {"label": ("s", "Done")}
    (number,) = bench.ids().values()
    found = bench.call("GetGroupProperties", [number, 77, number], ["enabled"])[0]
    assert found == [(number, {"enabled": ("b", True)})]
    assert len(bench.call("GetGroupProperties", [], [])[0]) == 2
    assert bench.call("GetProperty", number, "label") == (("s", "Done"),)


def test_an_item_keeps_its_id_and_a_new_one_gets_another() -> None:
    """A press on an old layout is never taken for another item."""
    bench = Bench(CHOICE, DONE)
    before = bench.ids()
    bench.items = (CHOICE, MenuItem("done/b", "Done", pressable=True))
    after = bench.ids()
    assert after["Mild"] == before["Mild"]
    assert after["Done"] not in before.values()
    bench.call("Event", before["Done"], "clicked", ("s", ""), 0)
    assert bench.pressed == ["done/a"]
    assert bench.revisions == [1, 2]


def test_the_order_is_right_on_a_host_that_ignores_moves() -> None:
    """ubuntu/gnome-shell-extension-appindicator#632: it inserts, and later removes what is left.

    A press on an item by its earlier id still counts.
    """
    chance = Random(1)  # noqa: S311 - a menu is no secret
    names = [f"item/{number}" for number in range(8)]
    bench = Bench()
    drawn: list[int] = []
    for _ in range(300):
        chosen = chance.sample(names, chance.randint(1, len(names)))
        bench.items = tuple(
            MenuItem(one, one, pressable=True, children=(MenuItem(f"{one}/below", f"{one}/below"),))
            for one in chosen
        )
        _, (_, _, children) = bench.call("GetLayout", 0, -1, [])
        wanted = [node[0] for _, node in children]
        for at, number in enumerate(wanted):
            if number not in drawn:
                drawn.insert(at, number)
        left = [number for number in drawn if number in wanted]
        bench.call("Event", drawn[-1], "clicked", ("s", ""), 0)
        assert left == wanted
        drawn = left
    assert len(bench.pressed) == 300


def test_many_moves_forget_the_oldest_ids() -> None:
    """Those of the present layout are kept, and an unknown one gets an error."""
    bench = Bench(DONE, CHOICE)
    first = bench.ids()
    for turn in range(3000):
        bench.items = (CHOICE, DONE) if turn % 2 else (DONE, CHOICE)
        last = bench.ids()
    with pytest.raises(MethodError):
        bench.call("Event", first["Done"], "clicked", ("s", ""), 0)
    bench.call("Event", last["Done"], "clicked", ("s", ""), 0)
    assert bench.pressed == ["done/a"]


def test_only_a_click_on_what_can_be_pressed_counts() -> None:
    """Hosts also tell of the pointer and of opened submenus."""
    bench = Bench(DONE, PAUSE)
    ids = bench.ids()
    for event in ("hovered", "opened", "closed", "x-vendor"):
        bench.call("Event", ids["Done"], event, ("s", ""), 0)
    bench.call("Event", ids["2 h"], "clicked", ("s", ""), 0)
    bench.call("Event", 0, "clicked", ("s", ""), 0)
    assert bench.pressed == []
    nothing = ("i", 0)
    twice = (ids["Done"], "clicked", nothing, 0)
    assert bench.call("EventGroup", [twice, twice, (99, "clicked", nothing, 0)]) == ([99],)
    assert bench.pressed == ["done/a"]


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("GetLayout", (99, -1, [])),
        ("GetProperty", (99, "label")),
        ("GetProperty", (1, "nonsense")),
        ("Event", (99, "clicked", ("s", ""), 0)),
        ("Event", (-1, "clicked", ("s", ""), 0)),
        ("EventGroup", ([(99, "clicked", ("s", ""), 0)],)),
        ("AboutToShow", (99,)),
        ("AboutToShowGroup", ([99, 98],)),
    ],
)
def test_an_unknown_item_is_an_error(method: str, arguments: tuple[Any, ...]) -> None:
    """As the interface says, also where none of several is known."""
    bench = Bench(DONE)
    bench.ids()
    with pytest.raises(MethodError, match="item"):
        bench.call(method, *arguments)


def test_the_menu_is_laid_out_before_it_is_shown() -> None:
    """A host hears whether it has changed."""
    bench = Bench(DONE)
    assert bench.call("AboutToShow", 0) == (True,)
    assert bench.call("AboutToShow", 0) == (False,)
    bench.items = (DONE, PAUSE)
    assert bench.call("AboutToShowGroup", [0, 99]) == ([0], [99])
    assert bench.call("AboutToShowGroup", [0, 99]) == ([], [99])
    assert bench.call("AboutToShowGroup", []) == ([], [])


def test_what_is_remembered_does_not_grow() -> None:
    """However often the menu changes, and those of the present layout are kept."""
    bench = Bench()
    for number in range(5000):
        bench.items = (CHOICE, MenuItem(f"done/{number}", "Done", pressable=True))
        bench.call("AboutToShow", 0)
    last = bench.ids()
    assert last["Mild"] == 1
    with pytest.raises(MethodError):
        bench.call("Event", last["Done"] - 2000, "clicked", ("s", ""), 0)
    bench.call("Event", last["Done"] - 500, "clicked", ("s", ""), 0)
    assert bench.pressed == ["done/4499"]
