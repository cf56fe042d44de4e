"""The presence of the person: reported by events, queried when it matters, and never trusted."""

from __future__ import annotations

import asyncio
import resource
import signal

import pytest
from jeepney import HeaderFields, Message, new_method_return

from nightcare.desktop.presence.monitor import ConditionState
from nightcare.domain.policy import Presence
from nightcare.domain.reasons import Condition
from parts.bus import NOTIFICATIONS, PrivateBus, private_bus
from parts.desk import SLEEP, schedule_of
from parts.home import NO_BUS, Home
from parts.named_service import PROPERTIES, NamedService
from parts.presence_watch import (
    GNOME_SAVER,
    GNOME_SESSION,
    HERE,
    LIMIT,
    LOCKED,
    LOGIND,
    MUTTER,
    POWER,
    PRESENTING,
    SAVER,
    SECONDS,
    SESSION,
    SHORT,
    SWAYNC,
    XFCONF,
    run,
    watching,
)

pytestmark = pytest.mark.usefixtures("nothing_goes_wrong_unseen")


# Only what is heeded


def test_only_what_the_schedule_heeds_is_asked(bus: PrivateBus, system: PrivateBus) -> None:
    """A schedule that shows everything asks for do not disturb alone: under it nothing is heard."""
    heeds_nothing = SLEEP + "[quiet]\n" + "".join(f'{matter} = "show"\n' for matter in Condition)
    asked: list[str] = []

    class Listening(NamedService):
        async def called(self, message: Message) -> None:
            asked.append(message.header.fields[HeaderFields.member])
            await super().called(message)

    async def story() -> None:
        names = (SAVER, GNOME_SAVER, MUTTER, NOTIFICATIONS, GNOME_SESSION, POWER)
        async with (
            Listening(bus.address, *names),
            Listening(system.address, LOGIND),
            watching(bus.address, system.address, config=heeds_nothing) as watch,
        ):
            await watch.monitor.refresh()
            assert set(watch.monitor.known()) == {Condition.DO_NOT_DISTURB}
            assert set(asked) <= {"Get", "ListModes", "GetServerInformation"}
            assert "ListModes" in asked
            watch.monitor.apply(schedule_of(heeds_nothing + 'idle_after = "1h"\n'))
            watch.monitor.apply(schedule_of(SLEEP))
            await watch.until_it_holds(lambda: len(watch.reported) > 1 and len(asked) > 5)
            assert not {"IsInhibited", "HasInhibit"} & set(asked)
            assert Condition.PRESENTING not in watch.monitor.known()

    run(story())


# Absent, hung, lying


def test_where_there_is_no_bus_everybody_is_here() -> None:
    """It takes no time."""

    async def story() -> None:
        for session, system in ((None, None), (NO_BUS, NO_BUS), ("nonsense", "autolaunch:")):
            async with watching(session, system) as watch:
                async with asyncio.timeout(SECONDS / 2):
                    await watch.monitor.refresh()
                assert watch.monitor.presence == HERE

    run(story())


def test_a_bus_that_comes_later_is_found_when_it_matters(home: Home) -> None:
    """Nobody waits for it meanwhile."""

    async def story() -> None:
        with private_bus(home) as bus:
            bus.stop()
            async with watching(bus.address) as watch:
                bus.start()
                async with NamedService(bus.address, GNOME_SAVER) as saver:
                    saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                    assert watch.monitor.presence == HERE
                    await watch.monitor.refresh()
                    assert watch.monitor.presence == LOCKED

    run(story())


def test_a_bus_that_is_lost_takes_what_it_said_with_it(home: Home) -> None:
    """The monitor listens to it again when it is back."""

    async def story() -> None:
        with private_bus(home) as bus:
            async with watching(bus.address) as watch:
                async with NamedService(bus.address, GNOME_SAVER) as saver:
                    saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                    await saver.emit("ActiveChanged", "b", (True,), interface=GNOME_SAVER)
                    await watch.until(LOCKED)
                    bus.stop(abruptly=True)
                    await watch.until(HERE)
                bus.start()
                async with NamedService(bus.address, GNOME_SAVER) as saver:
                    saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                    await watch.until(LOCKED)

    run(story())


def test_what_hangs_counts_as_here_and_is_asked_again_when_it_matters(bus: PrivateBus) -> None:
    """Within the limit, however often it is asked."""

    async def story() -> None:
        async with NamedService(bus.address, GNOME_SAVER, MUTTER, NOTIFICATIONS) as desktop:
            desktop.answers[GNOME_SAVER, "GetActive"] = None
            desktop.answers[MUTTER, "GetIdletime"] = None
            desktop.answers[PROPERTIES, "Get", NOTIFICATIONS, "Inhibited"] = None
            async with watching(bus.address, limit=SHORT) as watch:
                for _ in range(3):
                    async with asyncio.timeout(SECONDS):
                        await watch.monitor.refresh()
                    assert watch.monitor.presence == HERE
                desktop.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                await watch.monitor.refresh()
                await watch.until(LOCKED)

    run(story())


def test_who_was_too_late_once_is_not_waited_for_again(bus: PrivateBus) -> None:
    """Until it answers, or says something by itself, it counts as silent."""

    async def story() -> None:
        loop = asyncio.get_running_loop()
        async with NamedService(bus.address, GNOME_SAVER) as saver:
            saver.answers[GNOME_SAVER, "GetActive"] = None
            async with watching(bus.address, limit=LIMIT / 10) as watch:
                begun = loop.time()
                for _ in range(5):
                    await watch.monitor.refresh()
                assert loop.time() - begun < 4 * LIMIT / 10
                saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                await saver.emit("ActiveChanged", "b", (True,), interface=GNOME_SAVER)
                await watch.until(LOCKED)

    run(story())


def test_who_was_too_late_is_asked_in_the_background(bus: PrivateBus) -> None:
    """It need not say anything by itself to be heard again."""

    async def story() -> None:
        async with NamedService(bus.address, GNOME_SAVER) as saver:
            saver.answers[GNOME_SAVER, "GetActive"] = None
            async with watching(bus.address, limit=SHORT) as watch:
                saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                async with asyncio.timeout(SECONDS):
                    while watch.monitor.presence == HERE:
                        await watch.monitor.refresh()
                assert watch.monitor.presence == LOCKED

    run(story())


def test_a_bus_that_hangs_is_not_waited_for_again(bus: PrivateBus) -> None:
    """It was waited for once; then it is tried in the background."""

    async def story() -> None:
        loop = asyncio.get_running_loop()
        bus.daemon.process.send_signal(signal.SIGSTOP)
        try:
            async with watching(bus.address, limit=LIMIT / 10) as watch:
                begun = loop.time()
                for _ in range(5):
                    await watch.monitor.refresh()
                assert loop.time() - begun < 4 * LIMIT / 10
        finally:
            bus.daemon.process.send_signal(signal.SIGCONT)

    run(story())


def test_after_a_sleep_all_are_asked_also_who_tells_by_signals(bus: PrivateBus) -> None:
    """A change that a source reports by a signal may still be on its way."""

    async def story() -> None:
        async with NamedService(bus.address, GNOME_SAVER) as saver:
            saver.answers[GNOME_SAVER, "GetActive"] = ("b", (False,))
            async with watching(bus.address) as watch:
                saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                await watch.monitor.refresh()
                assert watch.monitor.presence == HERE
                await watch.monitor.refresh(everything=True)
                assert watch.monitor.presence == LOCKED

    run(story())


def test_what_hangs_and_ends_is_not_waited_for(bus: PrivateBus) -> None:
    """The source after it is queried at once."""

    async def story() -> None:
        async with watching(bus.address) as watch:
            hung = NamedService(bus.address, GNOME_SAVER)
            hung.answers[GNOME_SAVER, "GetActive"] = None
            async with hung:
                await hung.settle()
            for _ in range(2):
                async with asyncio.timeout(SECONDS / 2), NamedService(bus.address) as saver:
                    saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                    await saver.ask_bus("RequestName", "su", GNOME_SAVER, 0)
                    await watch.until(LOCKED)
                    await saver.ask_bus("ReleaseName", "s", GNOME_SAVER)
                    await watch.until(HERE)

    run(story())


def test_a_bus_that_hangs_counts_as_none(bus: PrivateBus) -> None:
    """It is waited for as long as for anybody, and found when it goes on."""

    async def story() -> None:
        async with NamedService(bus.address, GNOME_SAVER) as saver:
            saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
            await saver.settle()
            bus.daemon.process.send_signal(signal.SIGSTOP)
            try:
                async with asyncio.timeout(SECONDS), watching(bus.address, limit=SHORT) as watch:
                    assert watch.monitor.presence == HERE
                    bus.daemon.process.send_signal(signal.SIGCONT)
                    while watch.monitor.presence == HERE:
                        await watch.monitor.refresh()
            finally:
                bus.daemon.process.send_signal(signal.SIGCONT)

    run(story())


def test_who_has_only_just_started_is_asked_again_when_it_matters(bus: PrivateBus) -> None:
    """It may own its name before it has anything to say."""

    async def story() -> None:
        async with NamedService(bus.address, GNOME_SAVER) as saver, watching(bus.address) as watch:
            assert watch.monitor.known()[Condition.LOCKED] == ConditionState(None)
            saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
            await watch.monitor.refresh()
            assert watch.monitor.presence == LOCKED

    run(story())


LIES: list[tuple[str, tuple[object, ...], Presence]] = [
    ("", (), HERE),
    ("s", ("true",), HERE),
    ("u", (1,), HERE),
    ("t", (2**64 - 1,), HERE),
    ("bb", (True, True), HERE),
    ("v", (("s", "idle"),), PRESENTING),
    ("v", (("b", True),), Presence({Condition.LOCKED, Condition.IDLE, Condition.DO_NOT_DISTURB})),
    ("v", (("(so)", ("", "/")),), HERE),
    ("v", (("as", ["idle"]),), HERE),
    ("as", ([],), HERE),
    ("a{sv}", ({},), HERE),
    ("ssss", ("Xfce Notify Daemon", "", "", ""), HERE),
    ("o", ("/",), HERE),
]
"""Answers of every source to every query, with the resulting presence."""


class Liar(NamedService):
    """Answers everything the same."""

    def __init__(self, address: str, signature: str, body: tuple[object, ...], *names: str) -> None:
        super().__init__(address, *names)
        self._lie = (signature or None, body)

    async def called(self, message: Message) -> None:
        """Lie."""
        await self.send(new_method_return(message, *self._lie))


@pytest.mark.parametrize(("signature", "body", "presence"), LIES)
def test_nonsense_is_no_answer(
    bus: PrivateBus,
    system: PrivateBus,
    signature: str,
    body: tuple[object, ...],
    presence: Presence,
) -> None:
    """Only an answer of the right type to its own question is one; nothing breaks by the others."""
    names = (SAVER, GNOME_SAVER, MUTTER, NOTIFICATIONS, GNOME_SESSION, POWER, XFCONF, SWAYNC)

    async def story() -> None:
        async with (
            Liar(bus.address, signature, body, *names) as desktop,
            Liar(system.address, signature, body, LOGIND) as logind,
            watching(bus.address, system.address) as watch,
        ):
            for service in (desktop, logind):
                for types, values in (
                    ("s", (NOTIFICATIONS,)),
                    (None, ()),
                    ("u", (7,)),
                    ("sa{sv}as", (SESSION, {}, [])),
                ):
                    await service.emit("PropertiesChanged", types, values, interface=PROPERTIES)
                await service.settle()
            await watch.monitor.refresh()
            assert watch.monitor.presence == presence

    run(story())


def test_a_flood_of_signals_neither_piles_up_nor_holds_up(bus: PrivateBus) -> None:
    """However many there are, one question is under way at a time."""

    async def story() -> None:
        asked = 0

        class Counting(NamedService):
            async def called(self, message: Message) -> None:
                nonlocal asked
                asked += message.header.fields[HeaderFields.member] == "GetActive"
                await super().called(message)

        async with Counting(bus.address, GNOME_SAVER) as saver:
            saver.answers[GNOME_SAVER, "GetActive"] = ("b", (False,))
            async with watching(bus.address) as watch:
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                await saver.emit("ActiveChanged", "b", (True,), interface=GNOME_SAVER, times=5000)
                saver.answers[GNOME_SAVER, "GetActive"] = ("b", (True,))
                await saver.emit("ActiveChanged", "b", (True,), interface=GNOME_SAVER)
                await watch.until(LOCKED)
                assert asked < 2500
                after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                assert after - before < 16 * 1024

    run(story())
