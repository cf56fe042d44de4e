"""GNOME Shell, which draws one banner at a time, with buttons while the pointer is over it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from jeepney import DBusAddress, MessageType, Properties, new_method_call

from parts.bus import CALL_SECONDS, CONFIG, NOTIFICATIONS, PrivateBus
from parts.display import HEIGHT, Box, Display, Picture
from parts.home import Home
from parts.processes import Program, eventually, find_program, run_tool, running
from parts.servers.real_server import (
    DRAW_SECONDS,
    RealServer,
    Shown,
    own_folder,
    toolkit_environment,
)

SHELL = "org.gnome.Shell"
OVERVIEW = DBusAddress("/org/gnome/Shell", bus_name=SHELL, interface=SHELL)
IDLE = "org.gnome.Mutter.IdleMonitor"
IDLE_MONITOR = DBusAddress("/org/gnome/Mutter/IdleMonitor/Core", bus_name=IDLE, interface=IDLE)
IDLE_MILLISECONDS = 1000
"""Of the shell's message tray (IDLE_TIME)."""
QUESTION = DBusAddress(
    "/org/freedesktop/Notifications", bus_name=NOTIFICATIONS, interface=NOTIFICATIONS
)
START_SECONDS = 60.0
STARTED = "GNOME Shell started"
SERVER = "/usr/share/gnome-shell/org.gnome.Shell.Notifications"
"""Owns the name, and passes all on to the shell."""
BACKGROUND = bytes.fromhex("2b3f55")
SETTINGS = f"""[org/gnome/desktop/notifications]
show-banners=false
[org/gnome/desktop/background]
picture-options='none'
color-shading-type='solid'
primary-color='#{BACKGROUND.hex()}'
"""

PANEL = 36
"""Pixels of the panel and the edge under it, where the clock goes on."""
CROSS = 30
"""Pixels from the upper right corner of a banner to its cross, beside the lines of it."""
UNDER_LABEL = 15
"""Pixels from the lower edge of a banner to where its buttons have no letters."""
NARROWEST = 60


@dataclass(frozen=True, slots=True)
class GnomeShell(RealServer):
    """A running GNOME Shell.

    Attributes:
        blank: the display with nothing on it but the panel.
    """

    answers: ClassVar[str] = "buttons, while the pointer is over it"
    panel: ClassVar[int] = PANEL

    blank: Picture

    def rest(self) -> None:
        """Keep the pointer still in a corner until the shell takes the person to be idle.

        To who is active a banner is shown for four seconds alone. To who is not, it stays until
        they move; and a pointer that was under it when it came has to leave it first.
        """
        self.display.point(0, HEIGHT - 1)
        with self.bus.connection() as connection:

            def idle() -> bool:
                question = new_method_call(IDLE_MONITOR, "GetIdletime")
                reply = connection.send_and_get_reply(question, timeout=CALL_SECONDS)
                return bool(reply.body[0] > IDLE_MILLISECONDS)

            eventually(idle, DRAW_SECONDS, "the person to be idle", self.program)

    def reach(self) -> None:
        """Move the pointer over the banner, and wait until it has grown by its buttons."""
        self.display.point(*self._banner().center)

        # Of a banner without them the lowest rows are of one colour.
        def several() -> bool:
            return len(self._drawn_buttons()) > 1

        eventually(several, DRAW_SECONDS, "buttons", self.program)

    def close(self) -> None:
        """Click on the cross that is there while the pointer is over the banner."""
        self.reach()
        banner = self._banner()
        self._click(banner.x + banner.width - CROSS, banner.y + CROSS)

    def do_not_disturb(self, *, on: bool) -> None:
        """Set its setting, as its calendar does."""
        _show_banners(toolkit_environment(self.display, self.bus, self.folder), shown=not on)

    def _choose(self, target: Shown, label: str) -> None:
        boxes = self.buttons(len(target.actions))
        at = [its_label for _, its_label in target.actions].index(label)
        self._click(*boxes[at].center)

    def _click(self, x: int, y: int) -> None:
        """Click there, once the shell has drawn that the pointer is over it.

        It loses a click while it is still taking hold of pointer and keyboard for the banner.
        """
        before = self.display.picture().at(x, y)
        self.display.point(x, y)
        eventually(
            lambda: self.display.picture().at(x, y) != before,
            DRAW_SECONDS,
            f"the pointer to be seen at {x}, {y}",
            self.program,
        )
        self.display.click_here()

    def _drawn_buttons(self) -> tuple[Box, ...]:
        picture = self.display.picture()
        banner = picture.changed(self.blank, below=PANEL)
        if banner is None:
            return ()
        y = banner.y + banner.height - UNDER_LABEL
        return picture.runs(y, banner.x, banner.x + banner.width, NARROWEST)

    def _banner(self) -> Box:
        def settled() -> Box | None:
            box = self.display.picture().changed(self.blank, below=PANEL)
            return box if box == self.display.picture().changed(self.blank, below=PANEL) else None

        box = eventually(settled, DRAW_SECONDS, "a banner", self.program)
        assert box is not None
        return box


@contextlib.contextmanager
def gnome_shell(
    display: Display, bus: PrivateBus, home: Home, *, plain: bool = False, more: str = ""
) -> Iterator[GnomeShell]:
    """Run GNOME Shell until leaving; on entry it owns the name of a notification server.

    Args:
        display: Where it draws.
        bus: Its session bus.
        home: The home of the person.
        plain: Ignored.
        more: More settings, as in a key file.
    """
    del plain  # it has nothing to be found by
    folder = own_folder(home, "gnome")
    settings = folder / ".config" / "glib-2.0" / "settings" / "keyfile"
    settings.parent.mkdir(parents=True, exist_ok=True)
    # It greets with banners of its own; these go aside.
    settings.write_text(SETTINGS + more, encoding="utf-8")
    log = home.log("gnome-shell")
    log.unlink(missing_ok=True)
    with contextlib.ExitStack() as stack:
        system = stack.enter_context(_system_bus(home))
        environment = toolkit_environment(
            display, bus, folder, DBUS_SYSTEM_BUS_ADDRESS=system, LIBGL_ALWAYS_SOFTWARE="1",
            XDG_SESSION_TYPE="x11", XDG_CURRENT_DESKTOP="GNOME",
        )  # fmt: skip
        monitor = stack.enter_context(bus.monitor())
        command = [find_program("gnome-shell", "gnome-shell"), "--x11"]
        program = stack.enter_context(running(command, environment, log))
        bus.wait_for_owner(SHELL, program, seconds=START_SECONDS)
        eventually(lambda: STARTED in log.read_text(), START_SECONDS, "the shell", program)
        _leave_overview(bus)
        _show_banners(environment, shown=True)
        blank = _at_rest(display, program)
        passing_on = [find_program("gjs", "gjs"), SERVER]
        stack.enter_context(running(passing_on, environment, home.log("gnome-notifications")))
        bus.wait_for_owner(NOTIFICATIONS, program)
        # Who passes on owns the name before it has found the shell.
        eventually(lambda: _answers(bus), START_SECONDS, "an answer of the shell", program)
        yield GnomeShell(program, display, bus, monitor, folder, blank)


@contextlib.contextmanager
def _system_bus(home: Home) -> Iterator[str]:
    """Run an empty bus in place of the system bus, and yield its address."""
    path = home.runtime / "system-bus"
    address = f"unix:path={path}"
    config = home.aside / "system-bus.conf"
    text = CONFIG.format(address=address, services="")
    config.write_text(text.replace("<type>session", "<type>system"), encoding="utf-8")
    command = [find_program("dbus-daemon", "dbus"), f"--config-file={config}", "--nofork",
               "--nopidfile"]  # fmt: skip
    with running(command, home.environment(), home.log("system-bus")) as program:
        eventually(path.is_socket, DRAW_SECONDS, "the system bus", program)
        yield address


def _leave_overview(bus: PrivateBus) -> None:
    with bus.connection() as connection:
        leave = Properties(OVERVIEW).set("OverviewActive", "b", False)  # noqa: FBT003 - as jeepney has it
        connection.send_and_get_reply(leave, timeout=CALL_SECONDS)


def _answers(bus: PrivateBus) -> bool:
    with bus.connection() as connection:
        question = new_method_call(QUESTION, "GetServerInformation")
        try:
            reply = connection.send_and_get_reply(question, timeout=CALL_SECONDS)
        except TimeoutError:
            return False
    return reply.header.message_type is MessageType.method_return


def _show_banners(environment: dict[str, str], *, shown: bool) -> None:
    tool = find_program("gsettings", "libglib2.0-bin")
    key = ("org.gnome.desktop.notifications", "show-banners")
    run_tool([tool, "set", *key, str(shown).lower()], environment)


def _at_rest(display: Display, program: Program) -> Picture:
    """Return the picture of the display without the overview: below the panel is the background."""

    def plain() -> Picture | None:
        picture = display.picture()
        return picture if picture.is_plain(BACKGROUND, below=PANEL) else None

    picture = eventually(plain, START_SECONDS, "an empty desktop", program)
    assert picture is not None
    return picture
