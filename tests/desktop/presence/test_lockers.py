"""Each program that locks the screen reports it in a way of its own."""

from __future__ import annotations

import pytest
from jeepney import HeaderFields, Message, new_error

from nightcare.desktop.presence.monitor import ConditionState
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.bus import PrivateBus
from parts.named_service import NamedService
from parts.presence_watch import GNOME_SAVER, HERE, LOCKED, SAVER, changed, run, watching


@pytest.mark.parametrize(
    ("name", "interface"),
    [
        (SAVER, SAVER),
        (GNOME_SAVER, GNOME_SAVER),
        ("org.gnome.Shell.ScreenShield", GNOME_SAVER),
        ("org.cinnamon.ScreenSaver", "org.cinnamon.ScreenSaver"),
        ("org.mate.ScreenSaver", "org.mate.ScreenSaver"),
        ("org.xfce.ScreenSaver", "org.xfce.ScreenSaver"),
    ],
)
def test_each_screen_saver_tells_that_it_is_active(
    bus: PrivateBus, name: str, interface: str
) -> None:
    """Its end is reported too."""

    async def story() -> None:
        async with NamedService(bus.address, name) as saver, watching(bus.address) as watch:
            for active in (True, False):
                saver.answers[interface, "GetActive"] = ("b", (active,))
                await saver.emit("ActiveChanged", "b", (active,), interface=interface)
                await watch.until(Presence({Condition.LOCKED} if active else ()))
            unlocked = ConditionState(on=False, by=(name,))
            await watch.until_it_holds(lambda: watch.monitor.known()[Condition.LOCKED] == unlocked)

    run(story())


@pytest.mark.parametrize("name", ["org.deepin.dde.SessionManager1", "com.deepin.SessionManager"])
def test_the_session_of_deepin_tells_that_it_is_locked(bus: PrivateBus, name: str) -> None:
    """The name is that of its version."""

    async def story() -> None:
        async with NamedService(bus.address, name) as session:
            session.switch(name, "Locked", on=False)
            async with watching(bus.address) as watch:
                assert watch.monitor.presence == HERE
                for locked in (True, False):
                    session.switch(name, "Locked", on=locked)
                    await changed(session, name, "Locked", on=locked)
                    await watch.until(LOCKED if locked else HERE)

    run(story())


def test_the_screen_saver_of_ukui_tells_that_it_is_locked(bus: PrivateBus) -> None:
    """It has a method and signals of its own."""
    name = "org.ukui.ScreenSaver"

    async def story() -> None:
        async with NamedService(bus.address, name) as saver:
            saver.answers[name, "GetLockState"] = ("b", (False,))
            async with watching(bus.address) as watch:
                assert watch.monitor.presence == HERE
                for locked in (True, False):
                    saver.answers[name, "GetLockState"] = ("b", (locked,))
                    await saver.emit("lock" if locked else "unlock", None, (), interface=name)
                    await watch.until(LOCKED if locked else HERE)

    run(story())


class SaverAt(NamedService):
    """A screen saver whose object is at one path alone."""

    path = ""

    async def called(self, message: Message) -> None:
        """Answer there."""
        if message.header.fields[HeaderFields.path] == self.path:
            await super().called(message)
        else:
            await self.send(new_error(message, "org.freedesktop.DBus.Error.UnknownObject"))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (SAVER, "/ScreenSaver"),
        ("org.mate.ScreenSaver", "/"),
        ("org.xfce.ScreenSaver", "/"),
        ("org.xfce.ScreenSaver", "/org/xfce/ScreenSaver"),
    ],
)
def test_a_screen_saver_is_asked_where_its_version_has_its_object(
    bus: PrivateBus, name: str, path: str
) -> None:
    """Programs of one name have moved it."""

    async def story() -> None:
        saver = SaverAt(bus.address, name)
        saver.path = path
        saver.answers[name, "GetActive"] = ("b", (True,))
        async with saver, watching(bus.address) as watch:
            assert watch.monitor.presence == LOCKED

    run(story())
