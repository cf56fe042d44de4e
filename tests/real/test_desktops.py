"""The real screen against every real notification server; docs/notification-servers.md says how.

What a server does that nightcare leaves to it is compared with that table, so that a change of
behaviour is seen. What nightcare promises holds on each of them.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import pytest
from jeepney import DBusAddress, new_signal

from nightcare.desktop import desktop_entry
from nightcare.domain.notification import (
    BODY_LENGTH,
    TITLE_LENGTH,
    Button,
    ButtonPressed,
    Message,
    NotificationClosed,
    NotificationShown,
)
from nightcare.domain.reminders import Urgency
from nightcare.i18n.translator import read_words
from parts.bus import NOTIFICATIONS, private_bus
from parts.display import HEIGHT, WIDTH, Box, virtual_display
from parts.home import private_home
from parts.live_screen import live_screen
from parts.processes import eventually, find_program, run_tool
from parts.program import LATER, Nightcare, soon
from parts.server_desk import (
    BUTTONS,
    GLANCE_SECONDS,
    SECONDS,
    STRETCH,
    Desk,
)
from parts.server_table import PICTURES, ServerTable, read_table, write_table
from parts.servers import (
    SERVERS,
    RealServer,
    Start,
    gnome_shell,
)

pytestmark = pytest.mark.real

LONGER = MappingProxyType({"GNOME": gnome_shell})
"""Those that are looked at with --desktops all."""
ALL: MappingProxyType[str, Start] = MappingProxyType({**SERVERS, **LONGER})

PICTURE_BYTES = 40_000
TOLERANCE = 8
"""Pixels by which a window may differ from its picture in the documentation."""
MARGIN = 12

EXPIRED = 1
"""The reason in NotificationClosed of a notification whose time is over."""

UNATTENDED = 'stays = "15s"'
"""Longer than any server lets a notification stay by itself."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have each test of a server once for each server that is looked at."""
    if "desk_of_all" in metafunc.fixturenames:
        metafunc.parametrize("desk_of_all", looked_at(metafunc.config), indirect=True)
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", looked_at(metafunc.config))


def looked_at(config: pytest.Config) -> list[str]:
    """Return the names of the tested servers."""
    return list(ALL if config.getoption("--desktops") == "all" else SERVERS)


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[ServerTable]:
    """Read the table in the document; with --write-table, write the observations at the end."""
    own = read_table()
    yield own
    if request.config.getoption("--write-table"):
        write_table(own)


@pytest.fixture(scope="module")
def desk_of_all(request: pytest.FixtureRequest, table: ServerTable) -> Iterator[Desk]:
    """Run one server after another, shared by the tests of it."""
    with (
        private_home() as home,
        private_bus(home) as bus,
        virtual_display(home) as display,
        contextlib.ExitStack() as stack,
        live_screen(bus.address) as screen,
    ):
        server = stack.enter_context(ALL[request.param](display, bus, home))
        yield Desk(
            name=request.param, home=home, bus=bus, display=display, table=table,
            writing=request.config.getoption("--write-table"), server=server, screen=screen,
            blank=display.picture(), _stack=stack,
            _tokens=(f"t{number}" for number in itertools.count(1)),
        )  # fmt: skip


@pytest.fixture
def desk(desk_of_all: Desk) -> Desk:
    """Return the server of this round, with nothing on the display."""
    desk_of_all.empty()
    return desk_of_all


# One that nobody answers is begun here on each of them, and looked at again in the last test


@dataclass(frozen=True, slots=True)
class Unattended:
    """A whole desktop on which a reminder waits for its end.

    Attributes:
        answered: Where the reminder before it stands, on which Done was pressed.
    """

    night: Nightcare
    server: RealServer
    answered: dict[str, Any]


@pytest.fixture(scope="module")
def unattended(request: pytest.FixtureRequest) -> Iterator[MappingProxyType[str, Unattended]]:
    """Run the program on each server, with a reminder that nobody answers."""
    with contextlib.ExitStack() as stack:
        yield MappingProxyType(
            {
                name: stack.enter_context(_unattended(ALL[name]))
                for name in looked_at(request.config)
            }
        )


@contextlib.contextmanager
def _unattended(start: Start) -> Iterator[Unattended]:
    with (
        private_home() as home,
        private_bus(home) as bus,
        virtual_display(home) as display,
        start(display, bus, home) as server,
    ):
        session = {"DBUS_SESSION_BUS_ADDRESS": bus.address, "DISPLAY": display.name}
        night = Nightcare(home, session)
        night.configure(LATER)
        with night.service() as service:
            night.configure(night.reminder("water", soon()), LATER)
            service.reload()
            server.press("Done")
            answered = night.wait_until("water", state="settled")
            walk = night.reminder("walk", soon(), UNATTENDED, topic="exercise")
            night.configure(walk, LATER)
            service.reload()
            night.wait_until("walk", state="open")
            yield Unattended(night, server, answered)


def test_a_reminder_is_shown_and_done(
    unattended: MappingProxyType[str, Unattended], name: str
) -> None:
    """The program finds the server, the reminder is there, and a press on Done is an answer."""
    answered = unattended[name].answered
    assert (answered["outcome"], answered["reason"]) == ("done", None)


# One server after the other


def test_it_says_who_it_is_and_what_it_can_do(desk: Desk) -> None:
    """Name, version, specification and capabilities are as in the table."""
    name, vendor, version, specification = desk.ask("GetServerInformation")
    (capabilities,) = desk.ask("GetCapabilities")
    desk.sees("name", lambda: f"{name} {version} ({vendor})")
    desk.sees("specification", lambda: specification)
    desk.sees("capabilities", lambda: ", ".join(sorted(capabilities)))


def test_it_looks_as_in_its_picture(desk: Desk, tmp_path: Path) -> None:
    """A reminder is drawn as large as in the documentation."""
    start = ALL[desk.name]
    for folder in (desk.home.data, desk.server.folder / ".local" / "share"):
        desktop_entry.install(["nightcare"], {"XDG_DATA_HOME": str(folder)})
    desk.serve(start, plain=True)
    message, _ = desk.show()
    desk.drawn()
    desk.server.reach()
    box = desk.drawn()
    picture = PICTURES / f"{desk.name.lower()}.png"
    if desk.writing:
        _save(desk, box, picture, tmp_path)
    assert picture.stat().st_size < PICTURE_BYTES
    width, height = png_size(picture)
    right, bottom = min(box.x + box.width + MARGIN, WIDTH), min(box.y + box.height + MARGIN, HEIGHT)
    assert abs(right - max(box.x - MARGIN, 0) - width) <= TOLERANCE
    assert abs(bottom - max(box.y - MARGIN, 0) - height) <= TOLERANCE
    desk.take_off(message)
    desk.serve(start)


def png_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels, https://www.w3.org/TR/png/#11IHDR."""
    header = path.read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    return int.from_bytes(header[16:20], "big"), int.from_bytes(header[20:24], "big")


def _save(desk: Desk, box: Box, picture: Path, folder: Path) -> None:
    whole = folder / "display.png"
    desk.display.screenshot(whole)
    x, y = max(box.x - MARGIN, 0), max(box.y - MARGIN, 0)
    size = f"{box.x + box.width + MARGIN - x}x{box.y + box.height + MARGIN - y}"
    picture.parent.mkdir(parents=True, exist_ok=True)
    run_tool(
        [
            find_program("convert", "imagemagick"),
            str(whole),
            *("-crop", f"{size}+{x}+{y}", "+repage", "-strip"),
            str(picture),
        ],
        desk.home.environment(),
    )


def test_a_reminder_has_title_body_and_buttons(desk: Desk) -> None:
    """All of it reaches the server, and it draws the buttons if it draws any."""
    message, number = desk.show()
    (shown,) = desk.server.shown()
    assert (shown.number, shown.title) == (number, message.title)
    assert shown.body == with_answer(desk, message.body)
    assert shown.actions == tuple((button.key, button.label) for button in BUTTONS)
    desk.drawn()
    drawn = len(desk.server.buttons(3)) if desk.server.draws_buttons else 0
    name, vendor, version, _ = desk.ask("GetServerInformation")
    assert desk.screen.screen.describe() == f"{name} {version} ({vendor})"
    desk.sees("answers", lambda: desk.server.answers)
    desk.sees("buttons drawn", lambda: str(drawn))
    desk.take_off(message)


def with_answer(desk: Desk, body: str) -> str:
    """Return a body as it is sent: where no buttons are drawn it begins with the command."""
    return body if desk.server.draws_buttons else f"{STRETCH.command}\n{body}"


@pytest.mark.parametrize("button", BUTTONS, ids=lambda button: button.key)
def test_a_press_arrives_once_as_the_right_key(desk: Desk, button: Button) -> None:
    """Each button is itself, whatever else the server says of it."""
    message, number = desk.show()
    desk.server.press(button.label)
    assert desk.screen.ending(message.token) == ButtonPressed(message.token, button.key)
    desk.sees("a press is", lambda: desk.heard(number))
    desk.take_off(message)
    desk.ask("GetServerInformation")
    ends = [one for one in desk.screen.of(message.token) if not isinstance(one, NotificationShown)]
    assert ends == [ButtonPressed(message.token, button.key)]


def test_what_follows_an_answer_at_once_is_drawn(desk: Desk) -> None:
    """Of two reminders due together the second is seen; swaync drops what it is sent too soon."""
    first, _ = desk.show()
    desk.server.press("Done")
    assert desk.screen.ending(first.token) == ButtonPressed(first.token, "done")
    desk.screen.close(first.token)
    second, _ = desk.show(replace(STRETCH, title="Time to loosen the blanket"))
    if desk.server.draws_buttons:
        desk.server.buttons(3)
    desk.server.press("In 10 min")
    assert desk.screen.ending(second.token) == ButtonPressed(second.token, "snooze-10m")
    desk.take_off(second)


def test_what_we_close_leaves_the_screen(desk: Desk) -> None:
    """It is not drawn any more, and nothing is reported of it."""
    message, number = desk.show()
    desk.drawn()
    desk.take_off(message)
    desk.sees("closed by nightcare is", lambda: desk.heard(number))
    assert [type(one) for one in desk.screen.of(message.token)] == [NotificationShown]


def test_closing_it_is_not_doing_it(desk: Desk) -> None:
    """A notification that the person closes is reported as closed."""
    message, number = desk.show()
    desk.drawn()
    desk.server.close()
    ending = desk.screen.ending(message.token)
    said = desk.sees("closed by the person is", lambda: desk.heard(number))
    # The cross of MATE gives the reason of an expiry, which is no act of the person.
    assert ending == NotificationClosed(
        message.token, by_itself=said.startswith(f"Closed {EXPIRED}")
    )
    desk.empty()


def test_the_next_takes_the_place_of_the_one_before(desk: Desk) -> None:
    """Closed and shown at once, the new one alone is on the screen."""
    first, _ = desk.show()
    desk.screen.close(first.token)
    second, number = desk.show(replace(STRETCH, title="Time to loosen the blanket"))
    eventually(
        lambda: [one.number for one in desk.server.shown()] == [number],
        SECONDS,
        "the second alone",
        desk.server.program,
    )
    if desk.server.draws_buttons:
        desk.server.buttons(3)
    desk.take_off(second)


def test_what_a_run_that_was_killed_left_may_give_way(desk: Desk) -> None:
    """Some servers replace what has the same place; nightcare does not rely on it."""
    first, earlier = desk.show()
    second, later = desk.show(replace(STRETCH, title="Time to loosen the blanket"))

    def place() -> str:
        said = desk.heard(earlier)
        return "both stay" if said == "nothing" and earlier != later else "replaces the old one"

    desk.sees("another at the same place", place)
    desk.screen.close(first.token)
    desk.take_off(second)


@pytest.mark.parametrize(
    "text",
    [
        "5 < 7 & 9 > 3: <b>bold</b>, <a href='x'>link</a> &amp; \"quotes\", 'single' %s \\n",
        "Blåbærgrød på øen, æblemost 💧🌙👩🏽\N{ZERO WIDTH JOINER}⚕️",
        "حان وقت شرب الماء",
    ],
    ids=["markup", "letters and emoji", "right to left"],
)
def test_words_of_all_kinds_are_drawn(desk: Desk, text: str) -> None:
    """They reach the server as they are, and neither words nor buttons are lost."""
    message, _ = desk.show(replace(STRETCH, title=text, body=text))
    (shown,) = desk.server.shown()
    (capabilities,) = desk.ask("GetCapabilities")
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert shown.title == text
    assert shown.body == with_answer(desk, escaped if "body-markup" in capabilities else text)
    whole(desk)
    desk.take_off(message)


def test_ten_thousand_characters_are_shortened(desk: Desk) -> None:
    """Title and body end with an ellipsis, and the window is as whole as any."""
    text = "water and stretching " * 476
    message, _ = desk.show(replace(STRETCH, title=text, body=text))
    (shown,) = desk.server.shown()
    assert len(shown.title) <= TITLE_LENGTH
    shortened = shown.body.removeprefix(with_answer(desk, ""))
    assert len(shortened) <= BODY_LENGTH
    assert shown.title.endswith("…")
    assert shortened.endswith("…")
    whole(desk)
    desk.take_off(message)


def whole(desk: Desk) -> None:
    """Hold the window to be on the display with all its buttons, and of a size to be read."""
    box = desk.drawn()
    assert box.width >= 200
    assert 30 <= box.height < HEIGHT / 2
    if desk.server.draws_buttons:
        desk.server.buttons(3)


def test_progress_takes_nothing_away(desk: Desk) -> None:
    """A step of a routine is drawn with its words and buttons, and with a bar where one fits."""
    plain, _ = desk.show()
    without = desk.drawn()
    desk.take_off(plain)
    message, _ = desk.show(replace(STRETCH, progress=40))
    box = desk.drawn()
    assert box.width >= without.width
    assert box.height >= without.height
    if desk.server.draws_buttons:
        desk.server.buttons(3)
    sent = any(
        "value" in cast("dict[str, object]", one.body[6])
        for one in desk.server.monitor.history()
        if one.member == "Notify"
    )
    desk.sees("progress", lambda: "a bar beside the words" if sent else "not sent")
    desk.take_off(message)


@pytest.fixture
def anew(desk: Desk) -> Iterator[None]:
    """Have the server started anew after the test.

    Under do not disturb some do not tell that what we closed has gone, and the harness would take
    it to be open for ever.
    """
    yield
    desk.serve(ALL[desk.name])


@pytest.mark.usefixtures("anew")
def test_do_not_disturb(desk: Desk) -> None:
    """A notification that is sent then is accepted, can be closed, and is as in the table.

    What is not drawn is held to be so only when the server says that it keeps it back, or has
    drawn what came after it.
    """
    if not desk.server.has_do_not_disturb:
        for row in ("under do not disturb", "when that ends"):
            desk.sees(row, lambda: "it has none")
        return
    _withheld_and_drawn(desk)


def _withheld_and_drawn(desk: Desk) -> None:
    desk.server.do_not_disturb(on=True)
    tries: list[Message] = []

    def shown_now() -> str:
        # Where it is a setting in a file, a server takes a moment to read it.
        for earlier in tries:
            desk.take_off(earlier)
        tries[:] = [desk.show()[0]]
        return "drawn" if desk.glance() else "not drawn"

    proved = desk.sees("under do not disturb", shown_now) == "drawn"
    # In a place of their own, or on some servers they would take that of the other.
    urgent = replace(STRETCH, title="At once", urgency=Urgency.CRITICAL, place="urgent")
    later = replace(STRETCH, title="Time to loosen the blanket", place="later")
    if not proved and not desk.server.withholds():
        came = desk.draws_alone(urgent)
        assert came is not False, "it was about to be drawn"
        proved = came is True
    else:
        proved = True
    desk.server.do_not_disturb(on=False)
    found: list[str] = []
    expected = desk.table.cell("when that ends", desk.name) == "drawn"
    if desk.writing:
        expected = not desk.server.wavers
    patience = SECONDS if expected else GLANCE_SECONDS

    def once_over() -> str:
        if not found and desk.glance(patience):
            found.append("drawn")
        elif not found and (alone := desk.draws_alone(later)) is not None:
            found.append("not drawn" if alone else "drawn with the next")
        if found and desk.server.wavers and found[0] != "not drawn":
            return "drawn, or drawn with the next"
        return found[0] if found else "nothing is drawn"

    proved = desk.sees("when that ends", once_over) != "drawn" or proved
    assert proved, "nothing shows that it was not about to be drawn"
    (message,) = tries
    desk.take_off(message)
    assert [type(one) for one in desk.screen.of(message.token)] == [NotificationShown]


@pytest.mark.usefixtures("anew")
def test_what_came_under_do_not_disturb_is_there_once_when_it_ends(desk: Desk) -> None:
    """It makes no difference whether the server draws it then, with the next, or never."""
    if not desk.server.has_do_not_disturb:
        return
    plain, _ = desk.show()
    alone = desk.drawn()
    desk.take_off(plain)
    desk.server.do_not_disturb(on=True)
    desk.screen.quiet(on=True)

    def unseen() -> Message | None:
        own, _ = desk.show()
        if not desk.glance():
            return own
        desk.take_off(own)
        return None

    message = eventually(unseen, SECONDS, "do not disturb to be in force")
    assert message is not None
    desk.server.do_not_disturb(on=False)
    later = replace(STRETCH, title="Time to loosen the blanket", place="later")
    eventually(lambda: desk.draws_alone(later) is not None, SECONDS, "it to be over")
    desk.screen.quiet(on=False)
    assert len(desk.screen.handles(message.token, 2)) == 2
    desk.is_drawn_as(alone)
    desk.take_off(message)
    assert len(desk.screen.of(message.token)) == 2


def test_a_hostile_peer_has_no_effect(desk: Desk) -> None:
    """Forged signals, ids of others, wrong types and a flood of them change nothing."""
    message, number = desk.show()
    with desk.bus.connection() as stranger:
        own = DBusAddress("/org/freedesktop/Notifications", interface=NOTIFICATIONS)
        for member, signature, body in (
            ("ActionInvoked", "us", (number, "done")),
            ("NotificationClosed", "uu", (number, 2)),
            ("ActionInvoked", "us", (number + 1, "done")),
            ("ActionInvoked", "ss", (str(number), "done")),
            ("NotificationClosed", "s", ("all",)),
            ("ActionInvoked", None, ()),
        ):
            for _ in range(200):
                stranger.send(new_signal(own, member, signature, body))
    desk.server.press("In 10 min")
    assert desk.screen.ending(message.token) == ButtonPressed(message.token, "snooze-10m")
    assert len(desk.screen.of(message.token)) == 2
    desk.take_off(message)


def test_a_server_that_was_killed_comes_back_with_what_is_open(desk: Desk) -> None:
    """Started anew, it is shown what is open, once, and a press counts."""
    message, _ = desk.show()
    desk.drawn()
    desk.serve(ALL[desk.name])
    desk.screen.handles(message.token, 2)
    (shown,) = desk.server.shown()
    assert shown.title == message.title
    desk.server.press("Done")
    assert desk.screen.ending(message.token) == ButtonPressed(message.token, "done")
    assert len(desk.screen.handles(message.token, 2)) == 2
    desk.take_off(message)


def test_another_server_takes_over(desk: Desk) -> None:
    """The new server shows an open notification once, and a press there counts."""
    message, _ = desk.show()
    desk.serve(SERVERS["Xfce" if desk.name == "dunst" else "dunst"])
    desk.screen.handles(message.token, 2)
    assert [one.title for one in desk.server.shown()] == [message.title]
    desk.server.press("Done")
    assert desk.screen.ending(message.token) == ButtonPressed(message.token, "done")
    assert len(desk.screen.handles(message.token, 2)) == 2


# What was begun with the first test


def test_nightcare_keeps_its_own_time(
    unattended: MappingProxyType[str, Unattended], name: str
) -> None:
    """The server, which is sent the same time, does not close it early.

    As it broke elsewhere: GNOME ignores the expiry time.
    """
    one = unattended[name]
    eventually(
        lambda: one.night.today("walk")["state"] == "settled", SECONDS * 2, "the end of its time"
    )
    ended = one.night.today("walk")
    assert (ended["outcome"], ended["reason"]) == ("expired", None)
    history = one.server.monitor.history()
    # What only ends another one has no buttons.
    asked = [seen for seen in history if seen.member == "Notify" and seen.body[5]][-1]
    (reply,) = (
        seen
        for seen in history
        if seen.reply_to == asked.serial and seen.destination == asked.sender
    )
    ends = [
        (seen.member, *seen.body[1:])
        for seen in history
        if seen.member in {"CloseNotification", "NotificationClosed"}
        and seen.body[0] == reply.body[0]
    ]
    assert ends[0] in {("CloseNotification",), ("NotificationClosed", EXPIRED)}
    early = read_words("en").text("log_taken_off", reminder="walk")
    assert early not in one.night.home.log("nightcare").read_text(encoding="utf-8")
